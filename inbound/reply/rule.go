package reply

import "strings"

// introduced reports that what was read last introduces a quote.
func (p *page) introduced() bool {
	text := p.out.String()
	text = strings.TrimSpace(text[max(0, len(text)-600):])
	line := text[strings.LastIndexByte(text, '\n')+1:]
	return strings.HasSuffix(line, ":") || attribution([]string{line, ">"}) > 0
}

// A rule is a line above a block, with what was read before it. Outlook draws one
// above the header of a quoted mail; people draw them, too.
type rule struct {
	out, veiled, sign int
	doubtful          bool
}

// ruled judges the last rule, now that what stands below it was read, and notes
// where the next one is. Below a mail's header all is a quote: it is taken out
// again, and ruled tells so.
func (p *page) ruled() bool {
	if r := p.rule; r != nil && quotedHeader(p.out.String()[r.out:]) {
		cut(&p.out, r.out)
		cut(&p.veiled, r.veiled)
		cut(&p.sign, r.sign)
		p.doubtful, p.rule = r.doubtful, nil
		return true
	}
	p.rule = &rule{p.out.Len(), p.veiled.Len(), p.sign.Len(), p.doubtful}
	return false
}

func cut(b *strings.Builder, n int) {
	kept := b.String()[:n]
	b.Reset()
	b.WriteString(kept)
}

// quotedHeader reports that a text begins with a field of a mail's header, or
// with two lines that begin with labels as one does in a language we don't know.
func quotedHeader(text string) bool {
	labels := 0
	for line := range strings.Lines(text[:min(len(text), 2000)]) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if labels == 0 && field(line) {
			return true
		}
		if l := label(line); l == "" || len(strings.Fields(l)) > 2 {
			return false
		}
		if labels++; labels == 2 {
			return true
		}
	}
	return false
}
