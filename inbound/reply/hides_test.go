package reply

import (
	"strings"
	"testing"

	"countersign/internal/clean"
	"countersign/policy"
)

func TestHides(t *testing.T) {
	for style, want := range map[string]bool{
		"display: none": true, "DISPLAY:NONE": true, "display:none !important": true, "display:block": false,
		"visibility:hidden": true, "visibility:collapse": true, "visibility:visible": false, "mso-hide:all": true, "mso-hide:none": false,
		"font-size:0": true, "font-size:0.5px": true, "font-size:1px": true, "font-size:1pt": true, "font-size:2px": false, "font-size:11pt": false,
		"font-size:0.05em": true, "font-size:0.9rem": false, "font-size:5%": true, "font-size:90%": false, "font-size:small": false,
		"opacity:0": true, "opacity:.0": true, "opacity:0.5": false, "opacity:": false,
		"width:0": true, "max-height:0px": true, "height:10px": false, "line-height:0": false, "min-width:0": false,
		"clip:rect(0 0 0 0)": true, "clip-path:inset(50%)": true, "clip:auto": false,
		"left:-9999px": true, "text-indent:-999em": true, "margin-left:-12px": false, "left:9999px": true,
		"text-decoration:line-through": true, "text-decoration-line: line-through": true, "text-decoration:underline": false,
		"color:white": true, "color:#FFF": true, "color:#fefefe": true, "color: rgb(255, 255, 255)": true, "color:#0f0f0f": false, "color:#fff;background:#000": false,
		"color:#fff; background-color: white": true, "color:white;background:none": true, "color:transparent;background:#000": true, "color:red": false,
		"background:#fff": false, "dis\\70lay:none": true, "display/**/:/**/none": true, "font:url(a;b);display:none": true, "": false, "display": false,
		strings.Repeat("x:y;", 2000) + "display:none": true,
	} {
		if got := hides(style, false); got != want {
			t.Errorf("hides(%.60q) = %t", style, got)
		}
	}
}

// TestSheet says what a style sheet hides, and so what makes a text doubtful.
func TestSheet(t *testing.T) {
	const none = "{display:none}"
	for _, c := range []struct {
		sheet, body string
		want        bool
	}{
		{"p" + none, "<p>Yes</p>", true},
		{"div" + none, "<p>Yes</p>", false},
		{".x" + none, "<p class='a x'>Yes</p>", true},
		{".x" + none, "<p id=x>Yes</p>", false},
		{"#x" + none, "<p id=x>Yes</p>", true},
		{".a, .x" + none, "<p class=x>Yes</p>", true},
		{"div .x" + none, "<p class=x>Yes</p>", true},
		{".x div" + none, "<p class=x>Yes</p>", false},
		{"p.x:hover" + none, "<p class=x>Yes</p>", true},
		{"p.x[lang]" + none, "<p class=x>Yes</p>", true},
		{"@media screen { .x" + none + "}", "<p class=x>Yes</p>", true},
		{"/* .x" + none + "*/", "<p class=x>Yes</p>", false},
		{"/* { */ .x" + none, "<p class=x>Yes</p>", true},
		{"<!-- .x" + none + " -->", "<p class=x>Yes</p>", true},
		{".x" + none, "<p class=x></p><p>Yes</p>", false},
		{".x" + none, "<div class=x><div></div>Yes</div>", true},
		{".x" + none, "<div class=x></div><div>Yes</div>", false},
		{".x" + none, "<p class=x> </p>Yes", false},
		{"body" + none, "<body>Yes</body>", false},
		{".x" + none, "<br class=x>Yes", false},
	} {
		p := readHTML("<style>"+c.sheet+"</style>"+c.body, false)
		if text := p.out.String(); p.doubtful != c.want || strings.TrimSpace(text) != "Yes" {
			t.Errorf("%s %s: %q, %t", c.sheet, c.body, text, p.doubtful)
		}
	}
}

// TestHTMLOwn says what of HTML is the writer's by its markup.
func TestHTMLOwn(t *testing.T) {
	for _, c := range [][2]string{
		{"<p>Yes</p><div id=appendonsend></div><p>no</p>", "Yes"},
		{"<p>Yes</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>From: Desk</div><p>no</p>", "Yes"},
		{"<p>Yes</p><div style='BORDER-BOTTOM:medium none;BORDER-TOP:#b5c4df 1pt solid'><b>From:</b> Desk</div><p>no</p>", "Yes"},
		{"<p>Yes</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><b>Saatja:</b> Desk<br><b>Saadetud:</b> x</div><p>no</p>", "Yes"},
		{"<p>Yes</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>but not today</div><p>sir</p>", "Yes\nbut not today\nsir"},
		{"<p>Yes</p><div style='border:none;border-top:solid windowtext 1.0pt'>my</div><div style='border:none;border-top:solid #E1E1E1 1.0pt'>From: Desk</div><div style='border:none;border-top:solid #B5C4DF 1.0pt'>From: no</div>", "Yes\nmy"},
		{"<p>Yes</p><hr data-marker=__HEADERS__>no", "Yes"},
		{"<p>Yes</p><div class=yahoo_quoted>no</div>", "Yes"},
		{"<p>Yes</p><div class=gmail_signature>no</div>", "Yes"},
		{"<p>Yes</p><blockquote>a<blockquote>b</blockquote>no</blockquote>", "Yes"},
		{"<div class=gmail_signature>a<div>b</div>no</div>Yes", "Yes"},
		{"<pre class=moz-signature>no</pre><p>Yes\nsir</p>", "Yes sir"},
		{"<p>Yes</p><p hidden>no</p>", "Yes"},
		{"<p>Yes</p><font size=0>no</font>", "Yes"},
		{"<p>Yes</p><font color=White>no</font>", "Yes"},
		{"<p>Yes</p><strike>no</strike>", "Yes"},
		{"<p>Yes</p><p hidden>no<div>sir</div>", "Yes\nsir"},
		{"<div><p>Yes</p><p hidden>no</div>sir", "Yes\nsir"},
		{"<p>Yes</p><textarea>no</textarea><script>no</script>", "Yes"},
		{"<body style='color:#fff'>Yes</body>", "Yes"},
		{"Yes<div>sir</div>", "Yes\nsir"},
		{"Yes<br>sir", "Yes\nsir"},
		{"Yes\n sir", "Yes sir"},
		{"Yes <b>sir</b>", "Yes sir"},
		{"<pre>Yes\nsir</pre>", "Yes\nsir"},
		{"<pre>Yes</pre><p>my\nlord</p>", "Yes\nmy lord"},
		{"<p>Ada</p><p>--</p><p>no</p><blockquote>x</blockquote><p>Yes</p>", "Ada\nYes"},
		{"a &lt; b", "a < b"},
	} {
		if got := ownText(clean.Seen(readHTML(c[0], false).out.String())); got != c[1] {
			t.Errorf("%s: %q, want %q", c[0], got, c[1])
		}
	}
}

// TestSeen reads a yes that some reader doesn't show, and one that something
// shown takes back: none is a yes. What every reader shows stays one.
func TestSeen(t *testing.T) {
	for _, body := range []string{
		"<p style='font:0/0 a'>Yes</p>", "<p style='font-size:0vw'>Yes</p>", "<p style='font-size:calc(0px)'>Yes</p>", "<p style='opacity:0.01'>Yes</p>", "<p style='filter:opacity(0)'>Yes</p>",
		"<p style='width:1px;height:1px;overflow:hidden'>Yes</p>", "<p style='line-height:0;overflow:hidden'>Yes</p>", "<p style='max-height:0.0em'>Yes</p>", "<p style='clip:rect(1px,1px,1px,1px)'>Yes</p>",
		"<p style='transform:scale(0)'>Yes</p>", "<p style='transform:translate(-9999px,0)'>Yes</p>", "<p style='scale:0'>Yes</p>", "<p style='margin:0 -9999px'>Yes</p>", "<p style='text-indent:200%'>Yes</p>", "<p style='z-index:-1'>Yes</p>",
		"<p style='display:n\\6fne'>Yes</p>", "<p style='content-visibility:hidden'>Yes</p>", "<p style='x:" + strings.Repeat("y", 5000) + ";display:none'>Yes</p>",
		"<p style='color:rgba(0,0,0,0)'>Yes</p>", "<p style='color:#fff0'>Yes</p>", "<p style='color:#ffff'>Yes</p>", "<p style='color:ivory'>Yes</p>", "<p style='color:rgb(254, 254, 254)'>Yes</p>", "<p style='color:rgb(100% 100% 100%)'>Yes</p>", "<p style='color:hsl(0,0%,100%)'>Yes</p>", "<p style='-webkit-text-fill-color:transparent'>Yes</p>",
		"<p style='color:#000;background:#010101'>Yes</p>", "<p style='color:navy;background:navy'>Yes</p>", "<div style='background:#369'><span style='color:#336699'>Yes</span></div>", "<div style='color:#369'><span style='background:#369'>Yes</span></div>",
		"<table bgcolor=black><tr><td><font color=black>Yes</font></table>", "<body bgcolor=black><font color=black>Yes</font></body>", "<div style='background:#000'></div><p style='color:#fff'>Yes</p>",
		"<details>Yes</details>", "<dialog>Yes</dialog>", "<noembed>Yes</noembed>", "<canvas>Yes</canvas>", "<progress>Yes</progress>",
		"<p class=x>Yes</p><style>.x{display:none}</style>", "<STYLE>*{font-size:0}</STYLE><p>Yes</p>", "<style>[class=x]{display:none}</style><p class=x>Yes</p>", "<style>[title]{display:none}</style><p>Yes</p>", "<style>.\\78{display:none}</style><p class=x>Yes</p>",
		"<style>[owa] .x{display:none}</style><p class=x>Yes</p>", "<style>.y [title]{display:none}</style><p>Yes</p>",
		"<style>" + strings.Repeat(".a{color:red}", 5000) + ".x{display:none}</style><p class=x>Yes</p>",
		"<p>Yes</p><p style='display:none'>x<p>but not today</p>", "<div>Yes <span style='display:none'>x</div><div>but not today</div>", "<div><p>Yes</p><p style='display:none'>x</div><div>but not today</div>",
		"<p>Yes</p><div style='font-size:0'><span style='font-size:14px'>but not today</span></div>", "<p>Yes</p><div style='height:0'>but not today</div>", "<p>Yes</p><div style='mso-hide:all'>but not today</div>", "<p>Yes</p><div style='color:#fff'><b style='color:red'>but not today</b></div>",
		"<p>Yes</p><table><tr><td>Ada</td><td>only</td><td>web-3</td></tr></table>", "<p>Yes</p>Ada<h5>only</h5><address>web-3</address>",
	} {
		if r := read(t, "Content-Type: text/html\n", body); r.Answer.Intent == policy.Yes {
			t.Errorf("%.120s: %q, yes", body, r.Text)
		}
	}
	for _, body := range []string{
		"<p>Yes</p><div style='display:none'>but not today</div>", "<p>Yes</p><div style='font-size:0'>&nbsp;&#8203;</div>", "<p style='color:#fff;background:#369'>Yes</p>", "<div style='background:#369'><p style='color:#fff'>Yes</p></div>",
		"<p>Yes</p><table><tr><td bgcolor='#003366'><a style='color:#ffffff'>Ada Berg</a></td></tr></table>", "<p style='color:#000'>Yes</p>", "<p style='color:windowtext;background:white'>Yes</p>", "<div style='color:#fff'></div><p>Yes</p>",
		"<table><tr><td style='width:1px;white-space:nowrap'>Yes</td></tr></table>", "<p style='margin:0 auto;padding:0;line-height:0'>Yes</p>", "<p style='margin-left:-18.0pt;text-indent:-18pt'>Yes</p>", "<p style='font:14px/20px Arial'>Yes</p>", "<p style='transform:none;clip:auto;clip-path:none'>Yes</p>",
		"<p style='font-family:\"\\@SimSun\"'>Yes</p>", "<style>[hidden]{display:none} a[title]{display:none} .x:hover{display:none}</style><p>Yes</p>", "<style>[class=x]{display:none}</style><p>Yes</p>", "<p>Yes<p>Ada", "<body style='background:#000;color:#fff'><p style='color:#fff'>Yes</p></body>",
		"<p style='width:100px;overflow:hidden'>Yes</p>",
	} {
		if r := read(t, "Content-Type: text/html\n", body); r.Answer.Intent != policy.Yes {
			t.Errorf("%.120s: %q, %s", body, r.Text, r.Answer.Intent)
		}
	}
}

// What signatures, gateways and programs that watch readers add to a yes is
// hidden in every way there is, and takes nothing from it unless it objects.
func TestHonestMarkup(t *testing.T) {
	for _, body := range []string{
		`<div>Yes</div><table style="font-size:0;line-height:0"><tr><td style="font-size:14px;line-height:20px">Ada Berg</td></tr></table>`,
		`<p>Yes</p><a style="font:0/0 a;color:transparent">Northwind</a>`,
		`<p>Yes</p><p style="font-size:1px;line-height:1px">.</p>`,
		`<p>Yes</p><div style="font-size:0pt;line-height:0pt">signature-id-4711</div>`,
		`<p>Yes</p><div style="mso-hide:all">Ada Berg</div>`,
		`<p>Yes</p><span style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)">our site</span>`,
		`<p>Yes</p><font color="#ffffff" size="1">ᐧ</font>`,
		`<p>Yes</p><p style="color:#f2f2f2">Ada</p>`,
		`<p>Yes</p><div style="background-image:url(https://x.example/a.png)"><span style="color:#fff">Northwind</span></div>`,
		`<p>Yes</p><table background="https://x.example/a.png"><tr><td><font color="#ffffff">Northwind</font></td></tr></table>`,
		`<div style="font-size:1px;color:#ffffff;max-height:0px;overflow:hidden">&zwnj;&nbsp;&#847;</div><p>Yes</p>`,
		`<div style="font-size:1px;opacity:0">Northwind news</div><p>Yes</p>`,
		`<div>Yes</div><span style="display:none"><img src=x>`,
		`<style>@media (max-width:600px){.wide{display:none!important}}</style><p>Yes</p><table><tr><td class="wide">Ada Berg</td></tr></table>`,
		`<style>@media (prefers-color-scheme: dark){p,td{color:#fff!important} .bg{background:#111}}</style><p>Yes</p>`,
		`<style>@media (prefers-color-scheme:dark){*{color:#fff}} [data-ogsc] p{color:#fff}</style><p>Yes</p>`,
		`<table><tr><td>Some people who received this message don't often get email from ada@customer.example. <a>Learn why this is important</a></td></tr></table><div>Yes</div>`,
		`<div>[External] Be careful with links.</div><div>Yes</div>`,
		`<div>This mail originated from outside of the organization. Do not click links or open attachments unless you know the sender.</div><div>Yes, please.</div><div>The server is web-3.</div>`,
	} {
		if r := read(t, "Content-Type: text/html; charset=utf-8\n", body); r.Answer.Intent != policy.Yes {
			t.Errorf("%s: %q, %s", body, r.Text, r.Answer.Intent)
		}
		no := strings.Replace(body, "Yes", "I did not request this", 1)
		if r := read(t, "Content-Type: text/html; charset=utf-8\n", no); r.Answer.Intent != policy.No {
			t.Errorf("%s: %q, %s", no, r.Text, r.Answer.Intent)
		}
	}
	for _, body := range []string{
		`<p>Yes</p><p style="font-size:1px">but not today</p>`,
		`<p>Yes</p><p style="opacity:0">I did not request this</p>`,
		`<p>Yes</p><p style="color:#fff">really?</p>`,
		`<div>Yes</div><span style="display:none">not today`,
		`<style>@media (prefers-color-scheme:dark){p{display:none}}</style><p>Yes</p>`,
		`<style>@media (prefers-color-scheme:dark){b{color:red}} p{color:#fff}</style><p>Yes</p>`,
		`<style>@media (prefers-color-scheme:dark){} p{color:#fff}</style><p>Yes</p>`,
	} {
		if r := read(t, "Content-Type: text/html\n", body); r.Answer.Intent != policy.Unclear {
			t.Errorf("%s: %q, %s", body, r.Text, r.Answer.Intent)
		}
	}
}
