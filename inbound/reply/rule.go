package reply

import (
	"strings"

	"countersign/internal/clean"
)

// introduced reports that what was read last introduces a quote.
func (p *page) introduced() bool {
	text := p.out.String()
	lines := strings.Split(strings.TrimSpace(text[max(0, len(text)-600):]), "\n")
	lines = append(lines[max(0, len(lines)-maxAttribution):], ">")
	for i := range lines[:len(lines)-1] {
		if attribution(lines[i:]) == len(lines)-1-i {
			return true
		}
	}
	return false
}

// A rule is a line above a block, with what was read before it. Outlook draws one
// above the header of a quoted mail; people and signatures draw them, too.
type rule struct {
	alone             bool // an element of its own
	out, veiled, sign int
	doubtful          bool
	judged            bool // what stands below it is no header
	source            int  // where the page goes on below it
}

// ruled judges the last rule, now that what stands below it was read, and notes
// where the next one is. Below a mail's header all is a quote: it is taken out
// again, and ruled tells so.
func (p *page) ruled(alone bool) bool {
	if r := p.rule; r != nil {
		if is, _ := quotedHeader(p.out.String()[r.out:], r.alone); is {
			p.cutAt(r)
			return true
		}
		if p.above < 0 {
			p.above = r.out
		}
	}
	p.rule = &rule{alone: alone, out: p.out.Len(), veiled: p.veiled.Len(), sign: p.sign.Len(), doubtful: p.doubtful}
	return false
}

// quotes reports that a header stands below the last rule, as soon as its lines were
// read: nothing that follows changes that.
func (p *page) quotes() bool {
	r := p.rule
	if r == nil || r.judged || !p.fresh {
		return false
	}
	is, known := quotedHeader(p.out.String()[r.out:], r.alone)
	if r.judged = known; is {
		p.cutAt(r)
	}
	return is
}

// cutAt takes out what was read below a rule, and has the page end there.
func (p *page) cutAt(r *rule) {
	p.stop, p.headed = r.source, true
	cut(&p.out, r.out)
	cut(&p.veiled, r.veiled)
	cut(&p.sign, r.sign)
	p.doubtful, p.rule = r.doubtful, nil
}

// answersAbove reports that what answers stands above the rules. What stands below
// one may be none of the writer's: it says no yes, but may object.
func (p *page) answersAbove() bool {
	if p.above < 0 {
		return true
	}
	first, _ := answerLine(ownText(clean.Seen(p.out.String()[:p.above])))
	return first != ""
}

func cut(b *strings.Builder, n int) {
	kept := b.String()[:n]
	b.Reset()
	b.WriteString(kept)
}

// quotedHeader reports that a text begins with a field of a mail's header, or
// with two lines that begin with labels as one does in a language we don't know.
// Below a rule that anybody draws, two have to be a header's. Known tells that what
// may follow changes nothing.
func quotedHeader(text string, anybody bool) (is, known bool) {
	labels := 0
	for line := range strings.Lines(text[:min(len(text), longestHeader)]) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if labels == 0 && field(line) && !anybody {
			return true, true
		}
		if anybody && !field(line) {
			return false, true
		}
		if l := label(line); l == "" || len(strings.Fields(l)) > 2 {
			return false, true
		}
		if labels++; labels == 2 {
			return true, true
		}
	}
	return false, len(text) > longestHeader
}

const longestHeader = 2000 // bytes in which a header begins
