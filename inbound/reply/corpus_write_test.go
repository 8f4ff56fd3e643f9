package reply

import (
	"encoding/base64"
	"flag"
	"fmt"
	"html"
	"mime"
	"mime/quotedprintable"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"
)

var write = flag.Bool("write", false, "write testdata/corpus anew")

// A corpusCase is one message and what it is.
type corpusCase struct{ name, mail, why, kind, lang, intent, text string }

// TestWriteCorpus writes the corpus with -write. The .want files say what is
// right, by hand in the tables below, never what Read said.
func TestWriteCorpus(t *testing.T) {
	if !*write {
		t.Skip("only with -write")
	}
	if err := os.RemoveAll("testdata/corpus"); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, of := range []struct {
		subject string
		cases   []corpusCase
	}{{"programs", replyCases()}, {"machines", machineCases()}, {"answers", answerCases()}, {"cut", cutCases()}, {"people", peopleCases()},
		{"labels", labelCases()}, {"aside", asideCases()}} {
		dir := "testdata/corpus/" + of.subject
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, c := range of.cases {
			n++
			writeCase(t, fmt.Sprintf("%s/%03d-%s", dir, n, c.name), c)
		}
	}
}

func writeCase(t *testing.T, base string, c corpusCase) {
	t.Helper()
	key := "intent"
	if c.lang != "" {
		key += " " + c.lang
	}
	want := fmt.Sprintf("why: %s\nkind: %s\n%s: %s\n", c.why, c.kind, key, c.intent)
	if c.text != "" {
		want += "\n" + c.text + "\n"
	}
	if err := os.WriteFile(base+".eml", []byte(strings.ReplaceAll(c.mail, "\n", "\r\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(base+".want", []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A program is how one mail program writes a reply.
type program struct {
	name   string
	header string
	plain  func(l tongue, own string) string // nil: HTML alone
	html   func(l tongue, own string) string // nil: text alone
}

const notice = "Somebody asked us to restart web-3.\nAnswer yes or no.\nYes, I confirm: only if you asked."

func cite(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") }
func markup(s string) string {
	return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>\n")
}
func divs(s string) string {
	var out strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		if line == "" {
			line = "<br>"
		} else {
			line = html.EscapeString(line)
		}
		out.WriteString("<div>" + line + "</div>\n")
	}
	return out.String()
}

func topPost(l tongue, own string) string {
	return own + "\n\n" + l.wrote + "\n\n" + cite(notice) + "\n"
}
func bottomPost(l tongue, own string) string {
	return l.wrote + "\n" + cite(notice) + "\n\n" + own + "\n"
}
func block(l tongue) string {
	return fmt.Sprintf("%s: Desk Support <support@desk.example>\n%s: 24 Nov 2026 10:02\n%s: Ada <ada@customer.example>\n%s: [T-1042] Please confirm\n", l.head[0], l.head[1], l.head[2], l.head[3])
}
func boldBlock(l tongue) string {
	var out strings.Builder
	for line := range strings.Lines(block(l)) {
		label, rest, _ := strings.Cut(line, ":")
		out.WriteString("<b>" + label + ":</b>" + html.EscapeString(strings.TrimSpace(rest)) + "<br>\n")
	}
	return out.String()
}

const owaHead = `<html><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style>
</head><body dir="ltr">
`

const wordHead = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name="Generator" content="Microsoft Word 15 (filtered medium)">
<!--[if !mso]><style>v\:* {behavior:url(#default#VML);}
o\:* {behavior:url(#default#VML);}
.shape {behavior:url(#default#VML);}</style><![endif]-->
<style><!--
/* Font Definitions */
@font-face {font-family:"Cambria Math"; panose-1:2 4 5 3 5 4 6 3 2 4;}
/* Style Definitions */
p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif; mso-fareast-language:EN-US;}
a:link, span.MsoHyperlink {mso-style-priority:99; color:#0563C1; text-decoration:underline;}
span.EmailStyle18 {mso-style-type:personal-reply; font-family:"Calibri",sans-serif; color:windowtext;}
.MsoChpDefault {mso-style-type:export-only; font-size:10.0pt; mso-ligatures:none;}
@page WordSection1 {size:612.0pt 792.0pt; margin:70.85pt 70.85pt 2.0cm 70.85pt;}
div.WordSection1 {page:WordSection1;}
--></style><!--[if gte mso 9]><xml>
<o:shapedefaults v:ext="edit" spidmax="1026" />
</xml><![endif]--></head>
<body lang="EN-GB" link="#0563C1" vlink="#954F72" style='word-wrap:break-word'><div class="WordSection1">
`

func wordText(own string) string {
	var out strings.Builder
	for line := range strings.SplitSeq(own, "\n") {
		if line == "" {
			line = "&nbsp;"
		} else {
			line = html.EscapeString(line)
		}
		out.WriteString(`<p class="MsoNormal"><span style='mso-fareast-language:EN-US'>` + line + "<o:p></o:p></span></p>\n")
	}
	return out.String()
}

var programs = []program{
	{"gmail-web", "", topPost, func(l tongue, own string) string {
		return `<div dir="ltr">` + markup(own) + `</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">` + markup(l.wrote) + `<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">` + markup(notice) + "</blockquote></div>\n"
	}},
	{"gmail-android", "", topPost, func(l tongue, own string) string {
		return `<div dir="auto">` + markup(own) + `</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">` + markup(l.wrote) + `<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">` + markup(notice) + "</blockquote></div>\n"
	}},
	{"gmail-bottom", "", bottomPost, func(l tongue, own string) string {
		return `<div dir="ltr"><div class="gmail_quote"><div dir="ltr" class="gmail_attr">` + markup(l.wrote) + `<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">` + markup(notice) + "</blockquote><div><br></div>" + divs(own) + "</div></div>\n"
	}},
	{"outlook-web", "X-MS-Has-Attach: \nX-Auto-Response-Suppress: DR, OOF\n", func(l tongue, own string) string {
		return own + "\n________________________________\n" + block(l) + "\n" + notice + "\n"
	}, owa},
	{"outlook-web-html", "Thread-Index: AQHb\n", nil, owa},
	{"outlook-desktop", "X-Mailer: Microsoft Outlook 16.0\n", func(l tongue, own string) string {
		return own + "\n\n" + block(l) + "\n" + notice + "\n"
	}, word},
	{"outlook-desktop-html", "", nil, word},
	{"outlook-2003", "X-Mailer: Microsoft Office Outlook 11\n", func(l tongue, own string) string {
		return own + "\n\n-----" + l.original + "-----\n" + block(l) + "\n" + notice + "\n"
	}, nil},
	{"outlook-ios", "", func(l tongue, own string) string {
		return own + "\n\nGet Outlook for iOS<https://aka.example/ios>\n________________________________\n" + block(l) + "\n" + notice + "\n"
	}, func(l tongue, own string) string {
		return owaHead + `<div style="font-family: Aptos; font-size: 12pt; color: rgb(0, 0, 0);" dir="auto">` + markup(own) + `</div>
<div id="ms-outlook-mobile-signature" style="color: inherit;"><div dir="ltr">Get <a href="https://aka.example/ios">Outlook for iOS</a></div></div>
<hr style="display:inline-block;width:98%" tabindex="-1">
<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">` + boldBlock(l) + `</font></div><div>` + markup(notice) + "</div></body></html>\n"
	}},
	{"apple-mail", "X-Mailer: Apple Mail (2.3826.200)\n", func(l tongue, own string) string {
		return own + "\n\n" + cite(l.wrote+"\n\n"+notice) + "\n"
	}, func(l tongue, own string) string {
		return `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">` + markup(own) + `<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>` + markup(l.wrote) + `</div><br class="Apple-interchange-newline"><div>` + markup(notice) + "</div></blockquote></div><br></body></html>\n"
	}},
	{"iphone", "X-Mailer: iPhone Mail (22B83)\n", func(l tongue, own string) string {
		return own + "\n\n" + l.phone + "\n\n" + cite(l.wrote+"\n\n"+notice) + "\n"
	}, func(l tongue, own string) string {
		return `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto">` + markup(own) + `<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">` + markup(l.phone) + `</div><div dir="ltr"><br><blockquote type="cite">` + markup(l.wrote) + "<br><br></blockquote></div><blockquote type=\"cite\"><div dir=\"ltr\">" + markup(notice) + "</div></blockquote></body></html>\n"
	}},
	{"thunderbird", "User-Agent: Mozilla Thunderbird\n", bottomPost, nil},
	{"thunderbird-html", "User-Agent: Mozilla Thunderbird\n", nil, func(l tongue, own string) string {
		return `<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body><p>` + markup(own) + `</p><div class="moz-cite-prefix">` + markup(l.wrote) + `<br></div><blockquote type="cite" cite="mid:1@desk.example"><pre wrap="" class="moz-quote-pre">` + markup(notice) + `</pre></blockquote><pre class="moz-signature" cols="72">-- 
yes</pre></body></html>` + "\n"
	}},
	{"yahoo", "X-Mailer: WebService/1.1 YMailNorrin\n", func(l tongue, own string) string {
		return " " + own + "\n\n    " + l.wrote + " \n \n " + notice + "\n"
	}, func(l tongue, own string) string {
		return `<html><head></head><body><div class="ydp1234yahoo-style-wrap" style="font-family:Helvetica Neue, Helvetica, Arial, sans-serif;font-size:16px;"><div></div>` + divs(own) + `<div><br></div></div><div id="ydp99yahoo_quoted_4711" class="ydp99yahoo_quoted"><div style="font-size:13px;color:#26282a;"><div>` + markup(l.wrote) + `</div><div><br></div>` + divs(notice) + "</div></div></body></html>\n"
	}},
	{"proton", "", func(l tongue, own string) string {
		return own + "\n\n" + l.wrote + "\n\n" + cite(notice) + "\n"
	}, func(l tongue, own string) string {
		return `<div style="font-family: Arial, sans-serif; font-size: 14px;">` + markup(own) + `</div><div style="font-family: Arial, sans-serif; font-size: 14px;" class="protonmail_signature_block protonmail_signature_block-empty"><div class="protonmail_signature_block-user protonmail_signature_block-empty"></div></div><div class="protonmail_quote">` + markup(l.wrote) + `<br><br><blockquote class="protonmail_quote" type="cite">` + markup(notice) + "</blockquote><br></div>\n"
	}},
	{"zoho", "X-Mailer: Zoho Mail\n", func(l tongue, own string) string {
		return own + "\n\n---- " + l.wrote + " ---\n\n" + cite(notice) + "\n"
	}, func(l tongue, own string) string {
		return `<!DOCTYPE html><html><head><meta content="text/html;charset=UTF-8" http-equiv="Content-Type"></head><body><div style="font-family: Verdana; font-size: 10pt;">` + divs(own) + `<div id="Zm-_Id_-Sgn" data-sigid="1"><div>Ada<br>yes</div></div><div class="zmail_extra" style="zoom: 1"><br><div id="Zm-_Id_-Sgn1">---- ` + markup(l.wrote) + ` ---<br></div><blockquote id="blockquote_zmail" style="margin: 0px;"><div>` + markup(notice) + "</div></blockquote></div></div></body></html>\n"
	}},
	{"samsung", "", func(l tongue, own string) string {
		return own + "\n\n-------- " + l.original + " --------\n" + block(l) + "\n" + notice + "\n"
	}, func(l tongue, own string) string {
		return `<html><head></head><body><div dir="auto">` + markup(own) + `</div><div id="composer_signature" dir="auto"><div style="font-size:12px;color:#575757">yes</div></div><div><br></div><div align="left"><div>-------- ` + l.original + ` --------</div>` + divs(block(l)) + `</div>` + divs(notice) + "</body></html>\n"
	}},
	{"roundcube", "User-Agent: Roundcube Webmail/1.6\n", bottomPost, func(l tongue, own string) string {
		return `<html><head></head><body style='font-size: 10pt'><p id="reply-intro">` + markup(l.wrote) + `</p><blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0">` + divs(notice) + "</blockquote>\n" + divs(own) + "</body></html>\n"
	}},
	{"mutt", "User-Agent: Mutt/2.2\n", func(l tongue, own string) string {
		return l.wrote + "\n" + cite("Somebody asked us to restart web-3.") + "\n\n" + own + "\n\n" + cite("Answer yes or no.") + "\n\n-- \nyes\n"
	}, nil},
}

func owa(l tongue, own string) string {
	return owaHead + `<div class="elementToProof" style="font-family: Aptos, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);">
` + markup(own) + `</div>
<div id="appendonsend"></div>
<hr style="display:inline-block;width:98%" tabindex="-1">
<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">` + boldBlock(l) + "</font><div>&nbsp;</div></div><div>" + markup(notice) + "</div></body></html>\n"
}

func word(l tongue, own string) string {
	return wordHead + wordText(own) + `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class="MsoNormal">` + boldBlock(l) + "</p></div></div>" + wordText(notice) + "</div></body></html>\n"
}

// envelope makes a message. What the parts can say in their tongue's own
// charset they say in it; the rest is UTF-8, in one of the encodings in turn.
func envelope(turn int, l tongue, header, plain, htm string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "Return-Path: <ada@customer.example>\nFrom: Ada Lovelace <ada@customer.example>\nTo: <support@desk.example>\nSubject: %s\nMessage-ID: <%d.%s@customer.example>\nIn-Reply-To: <n1@desk.example>\nReferences: <n1@desk.example>\nDate: Tue, 24 Nov 2026 11:00:00 +0100\nMIME-Version: 1.0\n%s", mime.QEncoding.Encode("utf-8", "Re: [T-1042] Please confirm"), turn, l.code, header)
	switch {
	case htm == "":
		out.WriteString(part(turn, l.charset, "text/plain", plain))
	case plain == "":
		out.WriteString(part(turn, "utf-8", "text/html", htm))
	default:
		fmt.Fprintf(&out, "Content-Type: multipart/alternative; boundary=\"=_%d\"\n\n--=_%[1]d\n%[2]s\n--=_%[1]d\n%[3]s\n--=_%[1]d--\n", turn, part(turn, l.charset, "text/plain", plain), part(turn+1, "utf-8", "text/html", htm))
	}
	return out.String()
}

func part(turn int, charset, typ, text string) string {
	data := text
	if e, err := htmlindex.Get(charset); err != nil || charset == "utf-8" || charset == "us-ascii" {
		charset = "utf-8"
	} else if data, err = e.NewEncoder().String(text); err != nil {
		data, charset = text, "utf-8"
	}
	switch turn % 3 {
	case 0:
		return fmt.Sprintf("Content-Type: %s; charset=%s\nContent-Transfer-Encoding: 8bit\n\n%s", typ, charset, data)
	case 1:
		return fmt.Sprintf("Content-Type: %s; charset=%q\nContent-Transfer-Encoding: base64\n\n%s\n", typ, charset, wrap(base64.StdEncoding.EncodeToString([]byte(data))))
	}
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	w.Write([]byte(data))
	w.Close()
	return fmt.Sprintf("Content-Type: %s; charset=%q\nContent-Transfer-Encoding: quoted-printable\n\n%s\n", typ, charset, strings.ReplaceAll(b.String(), "\r\n", "\n"))
}

func wrap(s string) string {
	var out strings.Builder
	for ; len(s) > 76; s = s[76:] {
		out.WriteString(s[:76] + "\n")
	}
	return out.String() + s
}

// replyCases are people's replies: every tongue by ten programs in turn, every
// program by English and German.
func replyCases() (out []corpusCase) {
	turn := 0
	for n, l := range tongues {
		count := 9
		if l.code == "en" || l.code == "de" {
			count = len(programs)
		}
		for i := range count {
			p := programs[(n*5+i)%len(programs)]
			own, intent := l.yes, "yes"
			switch turn % 4 {
			case 1:
				own, intent = l.no, "no"
			case 3:
				own, intent = l.doubt, "unclear"
			case 2:
				own += "\n\n" + l.thanks + "\nAda Lovelace"
			}
			var plain, htm string
			if p.plain != nil {
				plain = p.plain(l, own)
			}
			if p.html != nil {
				htm = p.html(l, own)
			}
			out = append(out, corpusCase{p.name + "-" + l.code + "-" + intent, envelope(turn, l, p.header, plain, htm),
				fmt.Sprintf("%s's reply in %s by a person", p.name, l.code), "reply", l.code, intent, strings.TrimSpace(own)})
			turn++
		}
	}
	return out
}
