package reply

import (
	"cmp"
	"strings"

	"countersign/internal/clean"
)

// maxQuoted bounds what is read of a quote, in bytes.
const maxQuoted = 16 << 10

// Quoted gives what the message answers, as it stands in it: the beginning of
// that, cleaned. It may hold secrets of ours.
func (r Reading) Quoted() string {
	if r.body == nil {
		return ""
	}
	return cmp.Or(r.said.quoted(), r.body.quoted())
}

// Bare reads a text that is no mail as the body of one: its own words that may ask
// for something, and what they answer. It may be plain or HTML.
func Bare(text string) (own, quoted string) {
	text = unixLines([]byte(strings.ToValidUTF8(clean.Cut(text, maxText), "\uFFFD")))
	if !isHTML(text) {
		text, _ = unarmour(text)
		said := divide(clean.Seen(text))
		return asking(said.own, ""), said.quoted()
	}
	p := readHTML(text, false)
	said := divide(clean.Seen(p.out.String()))
	b := body{quote: p.quote.String(), rest: text[p.stop:], headed: p.headed}
	return asking(said.own, ""), cmp.Or(said.quoted(), b.quoted())
}

// quoted gives the lines that are a quote, without their marks.
func (p pieces) quoted() string {
	var out strings.Builder
	for i, line := range p.lines {
		line = strings.TrimSpace(line)
		if i < p.cut && !quoted(line) {
			continue
		}
		line = strings.TrimLeft(line, ">＞ ")
		if line == "" && out.Len() == 0 {
			continue
		}
		if out.Len()+len(line) > maxQuoted {
			out.WriteString(clean.Cut(line, maxQuoted-out.Len()))
			break
		}
		out.WriteString(line + "\n")
	}
	return strings.TrimSpace(out.String())
}

// quoted is the same of HTML: what it marks as a quote, and else what stands below
// the line where one begins.
func (b *body) quoted() string {
	q := strings.TrimSpace(clean.Seen(b.quote))
	if q != "" && !b.headed {
		return clean.Cut(q, maxQuoted)
	}
	p := readHTML(clean.Cut(b.rest, 2*maxQuoted), false)
	return clean.Cut(strings.TrimSpace(q+"\n"+clean.Seen(p.out.String()+p.quote.String())), maxQuoted)
}

// isHTML reports whether a text begins with an element of HTML, or ends one
// somewhere near its beginning.
func isHTML(text string) bool {
	text = text[:min(len(text), 64<<10)]
	for i, first := 0, true; ; first = false {
		n := strings.IndexByte(text[i:], '<')
		if n < 0 {
			return false
		}
		first = first && strings.TrimSpace(text[:n]) == ""
		i += n + 1
		rest := text[i:]
		end := strings.HasPrefix(rest, "/")
		rest = strings.TrimPrefix(rest, "/")
		name := rest[:len(rest)-len(strings.TrimLeft(rest, "!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ123456"))]
		behind := strings.TrimPrefix(rest, name)
		if behind == "" || !strings.ContainsRune(" \t\n/>", rune(behind[0])) {
			continue
		}
		t, known := tags[strings.ToLower(name)]
		if strings.EqualFold(name, "!doctype") || strings.EqualFold(name, "html") || known && (first || end || t.name == "br") {
			return true
		}
	}
}

// Asking gives of the own words those that may ask for something: without a
// signature that stands there without its mark.
func (r Reading) Asking() string { return asking(r.Text, r.name) }

// Beside gives what people may take for the writer's words and Asking leaves out:
// what stands in the HTML and nowhere in the plain text, what only some readers
// hide, what is below the line of a phone. Unread says that there is more, which
// can't be read.
func (r Reading) Beside() (text string, unread bool) {
	if r.body == nil {
		return "", false
	}
	plain := strings.Join(strings.Fields(strings.Join(r.said.lines, " ")), " ")
	var out []string
	for line := range strings.Lines(r.html.own) {
		if line = strings.Join(strings.Fields(line), " "); !strings.Contains(plain, line) {
			out = append(out, line)
		}
	}
	for _, s := range []string{r.said.foot, r.html.veiled} {
		if strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n"), r.body.doubtful
}

// asking is that of words by the writer of that name. Where nothing but a greeting
// would be left, all of them may ask.
func asking(own, name string) string {
	first, rest := answerLine(own)
	lines := strings.Split(rest, "\n")
	kept := aboveSignature(lines, ownNames([]string{name}), lex().All())
	if len(kept) == 0 && quiet(first) {
		return own
	}
	out := []string{first}
	for _, n := range kept {
		out = append(out, lines[n])
	}
	return strings.Join(out, "\n")
}
