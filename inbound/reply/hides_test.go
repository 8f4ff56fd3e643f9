package reply

import (
	"strings"
	"testing"
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
		"left:-9999px": true, "text-indent:-999em": true, "margin-left:-12px": false, "left:9999px": false,
		"text-decoration:line-through": true, "text-decoration-line: line-through": true, "text-decoration:underline": false,
		"color:white": true, "color:#FFF": true, "color:#fefefe": true, "color: rgb(255, 255, 255)": true, "color:#0f0f0f": false, "color:#fff;background:#000": false,
		"color:#fff; background-color: white": true, "color:white;background:none": true, "color:transparent;background:#000": true, "color:red": false,
		"background:#fff": false, "dis\\70lay:none": true, "display/**/:/**/none": true, "font:url(a;b);display:none": true, "": false, "display": false,
		strings.Repeat("x:y;", 2000) + "display:none": false, // past what is read
	} {
		if got := hides(style); got != want {
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
		text, doubtful := htmlText("<style>" + c.sheet + "</style>" + c.body)
		if doubtful != c.want || strings.TrimSpace(text) != "Yes" {
			t.Errorf("%s %s: %q, %t", c.sheet, c.body, text, doubtful)
		}
	}
}

// TestHTMLOwn says what of HTML is the writer's by its markup.
func TestHTMLOwn(t *testing.T) {
	for _, c := range [][2]string{
		{"<p>Yes</p><div id=appendonsend></div><p>no</p>", "Yes"},
		{"<p>Yes</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>no</div><p>no</p>", "Yes"},
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
		text, _ := htmlText(c[0])
		if got := OwnText(Clean(text)); got != c[1] {
			t.Errorf("%s: %q, want %q", c[0], got, c[1])
		}
	}
}
