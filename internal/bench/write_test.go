package bench

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"

	"golang.org/x/text/encoding/htmlindex"
)

// notice is what an answer takes from a notice of ours.
type notice struct {
	replyTo, subject, id string
	text                 string
	at                   time.Time
}

const support = "support@desk.example"

func readNotice(raw []byte) (n notice, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return n, err
	}
	if n.at, err = m.Header.Date(); err != nil {
		return n, err
	}
	body := m.Body
	if strings.EqualFold(m.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	n.replyTo, n.subject, n.id = m.Header.Get("Reply-To"), m.Header.Get("Subject"), m.Header.Get("Message-ID")
	n.text = strings.ReplaceAll(string(text), "\r\n", "\n")
	return n, err
}

// above is what a person writes above the quote, with the signature that their
// program adds.
func (p *person) above() []string {
	return []string{p.tongue.hello, p.own, "", p.tongue.bye, p.name, p.tongue.title,
		strings.ToUpper(p.domain[:1]) + strings.TrimSuffix(p.domain[1:], ".example") + " Ltd",
		fmt.Sprintf("Tel. +49 30 1234%04d | www.%s", p.n, p.domain)}
}

// earlier is what else stands in the quote: what colleagues of the person wrote
// to each other when they passed our notice on, as much of it as makes the size.
func (p *person) earlier() string {
	lines := (p.size - 10_000) / 185
	if p.outlook() { // whose HTML takes more for a line
		lines = (p.size - 16_000) / 480
	}
	return "\n" + p.sentences(max(0, lines), "\n")
}

// byGmail gives both forms of an answer as Gmail writes them.
func (p *person) byGmail(n notice) (text, page string) {
	wrote := fmt.Sprintf(p.tongue.wrote, n.at.UTC().Format(p.tongue.date), "Support", support)
	text = strings.Join(p.above(), "\n") + "\n\n" + p.tongue.legal + "\n\n" + wrote + "\n\n> " + strings.ReplaceAll(n.text, "\n", "\n> ") + "\n"
	var b strings.Builder
	b.WriteString(`<div dir="ltr">`)
	for _, line := range p.above() {
		fmt.Fprintf(&b, `<div><span style="font-family:arial,sans-serif;font-size:small;color:rgb(34,34,34)">%s</span><br></div>`+"\n", html.EscapeString(line))
	}
	fmt.Fprintf(&b, `<div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><img src="cid:logo.png" width="200"><div><font size="1" color="#666666">%s</font></div></div></div><br>`+"\n", p.tongue.legal)
	fmt.Fprintf(&b, `<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">%s<br></div>`, html.EscapeString(wrote))
	b.WriteString(`<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">`)
	for line := range strings.SplitSeq(n.text, "\n") {
		b.WriteString(html.EscapeString(line) + "<br>\n")
	}
	b.WriteString("</blockquote></div>\n")
	return text, b.String()
}

// byOutlook gives both forms of an answer as Outlook for Windows writes them, by Word.
func (p *person) byOutlook(n notice) (text, page string) {
	values := []string{"Support <" + support + ">", n.at.UTC().Format("Monday, January 2, 2006 15:04"), p.name + " <" + p.address() + ">", n.subject}
	text = strings.Join(p.above(), "\n") + "\n\n" + p.tongue.legal + "\n\n"
	var b strings.Builder
	b.WriteString(wordHead)
	for list := range p.n % 4 { // of lists that the writer once used
		for level := range 9 {
			fmt.Fprintf(&b, "@list l%d:level%d\n\t{mso-level-number-format:bullet;\n\tmso-level-text:o;\n\tmso-level-tab-stop:none;\n\tmso-level-number-position:left;\n\ttext-indent:-18.0pt;\n\tfont-family:\"Courier New\";}\n", list, level+1)
		}
	}
	fmt.Fprintf(&b, "--></style></head>\n<body lang=%s link=\"#0563C1\" vlink=\"#954F72\" style='word-wrap:break-word'><div class=WordSection1>\n", strings.ToUpper(p.tongue.code))
	word := func(line string) {
		if line == "" {
			line = "\u00a0"
		}
		fmt.Fprintf(&b, "<p class=MsoNormal><span style='font-size:11.0pt;font-family:\"Calibri\",sans-serif;color:#1F497D;mso-fareast-language:EN-US'>%s<o:p></o:p></span></p>\n",
			strings.ReplaceAll(html.EscapeString(line), "\u00a0", "&nbsp;"))
	}
	for _, line := range p.above() {
		word(line)
	}
	b.WriteString("<p class=MsoNormal><img width=200 height=60 id=\"Picture_x0020_1\" src=\"cid:logo.png\"><o:p></o:p></p>\n")
	fmt.Fprintf(&b, "<p class=MsoNormal><span style='font-size:8.0pt;color:gray'>%s<o:p></o:p></span></p>\n", p.tongue.legal)
	b.WriteString("<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>")
	for i, label := range p.tongue.block {
		text += label + " " + values[i] + "\n"
		fmt.Fprintf(&b, "<b>%s</b> %s<br>\n", label, html.EscapeString(values[i]))
	}
	b.WriteString("<o:p></o:p></p></div></div>\n")
	for line := range strings.SplitSeq(n.text, "\n") {
		word(line)
	}
	b.WriteString("</div></body></html>\n")
	return text + "\n" + n.text + "\n", b.String()
}

const wordHead = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns:m="http://schemas.microsoft.com/office/2004/12/omml" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta name=Generator content="Microsoft Word 15 (filtered medium)">
<!--[if !mso]><style>v\:* {behavior:url(#default#VML);}
o\:* {behavior:url(#default#VML);}
w\:* {behavior:url(#default#VML);}
.shape {behavior:url(#default#VML);}
</style><![endif]--><style><!--
/* Font Definitions */
@font-face
	{font-family:"Cambria Math";
	panose-1:2 4 5 3 5 4 6 3 2 4;}
@font-face
	{font-family:Calibri;
	panose-1:2 15 5 2 2 2 4 3 2 4;}
/* Style Definitions */
p.MsoNormal, li.MsoNormal, div.MsoNormal
	{margin:0cm;
	font-size:11.0pt;
	font-family:"Calibri",sans-serif;
	mso-ligatures:standardcontextual;
	mso-fareast-language:EN-US;}
a:link, span.MsoHyperlink
	{mso-style-priority:99;
	color:#0563C1;
	text-decoration:underline;}
span.EmailStyle18
	{mso-style-type:personal-reply;
	font-family:"Calibri",sans-serif;
	color:windowtext;}
.MsoChpDefault
	{mso-style-type:export-only;
	font-size:10.0pt;
	mso-ligatures:none;}
@page WordSection1
	{size:612.0pt 792.0pt;
	margin:70.85pt 70.85pt 2.0cm 70.85pt;}
div.WordSection1
	{page:WordSection1;}
`

// inCharset encodes text in a charset, or in UTF-8 where it doesn't fit, and says in which.
func inCharset(charset, text string) (encoded []byte, used string, err error) {
	text = strings.ReplaceAll(text, "\n", "\r\n")
	if charset != "utf-8" {
		e, err := htmlindex.Get(charset)
		if err != nil {
			return nil, "", err
		}
		if out, err := e.NewEncoder().String(text); err == nil {
			return []byte(out), charset, nil
		}
	}
	return []byte(text), "utf-8", nil
}

func quotedPrintable(text []byte) []byte {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write(text) // into memory
	_ = w.Close()
	return b.Bytes()
}

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// lines64 is base64 in lines, as mail has it.
func lines64(b []byte) []byte {
	out := make([]byte, 0, len(b)*3/2)
	for len(b) > 0 {
		n := min(len(b), 57)
		out = append(base64.StdEncoding.AppendEncode(out, b[:n]), "\r\n"...)
		b = b[n:]
	}
	return out
}
