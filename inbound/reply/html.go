package reply

import (
	"bytes"
	"cmp"
	"strings"

	"golang.org/x/net/html"

	"countersign/internal/clean"
)

// A tag is what is known of an element by its name.
type tag struct {
	name   string
	void   bool // never has an end tag (HTML section 13.1.2)
	block  bool // begins a line
	unseen bool // what is struck out isn't said
}

var tags = func() map[string]tag {
	void := set("area base br col embed hr img input link meta source track wbr")
	block := set("p div tr li ul ol table h1 h2 h3 h4 h5 h6 hr blockquote section pre dl dt dd center article header footer address aside caption details fieldset figcaption figure form legend main nav summary")
	unseen := set("script style title template noscript textarea select object iframe svg audio video datalist canvas dialog meter noembed noframes progress rp s del strike")
	others := set("a b body div em font head html i span strong sub sup tbody td th u o:p")
	out := map[string]tag{}
	for _, names := range []map[string]bool{void, block, unseen, others} {
		for n := range names {
			out[n] = tag{n, void[n], block[n], unseen[n]}
		}
	}
	return out
}()

func tagOf(name []byte) tag {
	t, ok := tags[string(name)]
	if !ok {
		t.name = string(name)
	}
	return t
}

func set(list string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		out[w] = true
	}
	return out
}

// quoteMark stands in the text where a quoted element stood, so that text
// below it is known to be an answer below a quote.
const quoteMark = "\n>\n"

// page reads HTML as a reader sees it.
type page struct {
	out      strings.Builder
	hidden   map[string]bool // what the style sheets hide
	colours  []colours       // of the elements open that set some, the innermost last
	ground   string          // the colour of the page
	skip     string          // the element that is left out, and how deep within its kind
	depth    int
	doubt    int             // elements open of the kind doubtTag, from the first that a sheet hides
	doubtTag string          // what the sheet hides may still be seen elsewhere
	sure     bool            // what a sheet hides is left out
	doubtful bool            // a sheet hides text
	sign     strings.Builder // what stands in elements marked as a signature
	signing  bool            // the element that is left out is one
	gone     strings.Builder // what stands in the element that is left out
	unsure   bool            // it may be seen elsewhere
	veiled   strings.Builder // what only some readers hide
	quoting  bool            // the element that is left out is a quote
	quote    strings.Builder // what stands in quotes, their beginning
	stop     int             // where reading ended
	headed   bool            // a quoted mail's header stands there
	pre      int
	fresh    bool  // nothing stands in the line yet
	rule     *rule // the last one
	tags     tagMemory
	looks    map[string]look
	names    [2]map[string]name // identifiers and classes
	above    int                // where the first rule is that stands above no header, or -1
}

// colours are those of an element, and how deep within its kind the page is.
type colours struct {
	tag         string
	depth       int
	ink, ground string
}

// readHTML gives the text of HTML that a reader sees and that isn't a quote or
// signature by its markup. Readers disagree on sheets: sure leaves out what one
// hides.
func readHTML(s string, sure bool) *page {
	p := &page{hidden: sheets(s), ground: paper, fresh: true, sure: sure, above: -1}
	in := strings.NewReader(s)
	z := html.NewTokenizer(in)
	here := func() int { return len(s) - in.Len() - len(z.Buffered()) }
	defer func() { p.stop = cmp.Or(p.stop, here()) }()
	for {
		switch z.Next() {
		case html.ErrorToken:
			// What is hidden and never ends: readers differ on where it does.
			p.unsure = true
			p.unskip()
			p.ruled(false)
			return p
		case html.TextToken:
			p.text(z)
		case html.StartTagToken, html.SelfClosingTagToken:
			if p.passes(z.Raw(), "<") {
				continue
			}
			if !p.start(p.written(z)) {
				p.ruled(false)
				return p
			}
		case html.EndTagToken:
			if p.passes(z.Raw(), "</") {
				continue
			}
			p.end(&p.written(z).tag)
		}
		if p.rule != nil && p.rule.source == 0 {
			p.rule.source = here()
		}
		if p.quotes() {
			return p
		}
	}
}

// passes reports that a tag stands in what is left out and is of another kind.
// A paragraph ends where the next block begins.
func (p *page) passes(raw []byte, open string) bool {
	n := len(open) + len(p.skip)
	return p.skip != "" && p.skip != "p" && (len(raw) < n || !bytes.EqualFold(raw[len(open):n], []byte(p.skip)))
}

func (p *page) text(z *html.Tokenizer) {
	switch {
	case p.signing:
		p.sign.Write(z.Text())
		p.sign.WriteByte(' ')
	case p.quoting:
		if p.quote.Len() < maxQuoted {
			p.quote.Write(z.Text())
			p.quote.WriteByte(' ')
		}
	case p.skip != "":
		p.gone.Write(z.Text())
		p.gone.WriteByte(' ')
	case p.faded():
		p.veiled.Write(z.Text())
		p.veiled.WriteByte(' ')
	default:
		t := z.Text()
		if p.doubt > 0 && clean.SeenLine(string(t)) != "" {
			p.doubtful = true
			if p.sure {
				return
			}
		}
		if p.pre > 0 {
			p.out.Write(t)
			p.fresh = bytes.HasSuffix(t, []byte("\n"))
			return
		}
		p.collapse(t)
	}
}

// unskip ends the element that is left out.
func (p *page) unskip() {
	if p.unsure {
		p.veiled.WriteString(p.gone.String())
		p.veiled.WriteByte('\n')
	}
	p.gone.Reset()
	p.skip, p.signing, p.unsure, p.quoting = "", false, false, false
}

// faded reports that the page's ground swallows what is written now.
func (p *page) faded() bool {
	if n := len(p.colours); n > 0 {
		return pale(p.colours[n-1].ink, p.colours[n-1].ground)
	}
	return false
}

// paint notes the colours that an element sets.
func (p *page) paint(tag string, l look) {
	n := len(p.colours)
	if l.ink == "" && l.ground == "" {
		if n > 0 && p.colours[n-1].tag == tag {
			p.colours[n-1].depth++
		}
		return
	}
	around := colours{ink: print, ground: p.ground}
	if n > 0 {
		around = p.colours[n-1]
	}
	p.colours = append(p.colours, colours{tag, 1, cmp.Or(l.ink, around.ink), cmp.Or(l.ground, around.ground)})
}

// unpaint ends an element.
func (p *page) unpaint(tag string) {
	n := len(p.colours)
	if n == 0 || p.colours[n-1].tag != tag {
		return
	}
	if p.colours[n-1].depth--; p.colours[n-1].depth == 0 {
		p.colours = p.colours[:n-1]
	}
}

// start reports whether reading goes on behind the start tag.
func (p *page) start(e *written) bool {
	t, name := &e.tag, e.tag.name
	if p.skip == "p" && t.block {
		p.unskip()
	}
	if p.skip != "" {
		if name == p.skip {
			p.depth++
		}
		return true
	}
	p.line(t)
	if p.doubt > 0 && name == p.doubtTag {
		p.doubt++
	}
	m := p.markup(e)
	switch {
	case m.rest, m.rule && p.ruled(t.void):
		return false
	case t.void:
	case name == "pre":
		p.pre++
	}
	if t.void {
		return true
	}
	if m.quote || m.maybe {
		p.out.WriteString(quoteMark)
		p.fresh = true
	}
	if m.quote || m.unseen {
		p.skip, p.depth, p.signing, p.quoting = name, 1, m.sign && !m.quote, m.quote
		p.unsure = m.unsure && !m.quote && !m.sign
		if name == "pre" {
			p.pre--
		}
		return true
	}
	p.paint(name, m.look)
	if m.sheet && p.doubt == 0 {
		p.doubt, p.doubtTag = 1, name
	}
	return true
}

func (p *page) end(t *tag) {
	name := t.name
	if p.skip == "p" && name != "p" && t.block {
		p.depth, p.unsure = 1, true // it ends here if it stands in that element
		name = "p"
	}
	switch {
	case p.skip == name:
		if p.depth--; p.depth == 0 {
			p.unskip()
		}
		return
	case p.skip != "":
		return
	case name == "pre" && p.pre > 0:
		p.pre--
	}
	p.unpaint(name)
	if p.doubt > 0 && name == p.doubtTag {
		p.doubt--
	}
	p.line(t)
}

// line begins a line where an element does: br always, a block unless a line
// has just begun. Cells stand apart.
func (p *page) line(t *tag) {
	if (t.name == "td" || t.name == "th") && !p.fresh && !strings.HasSuffix(p.out.String(), " ") {
		p.out.WriteByte(' ')
	}
	if t.name == "br" || t.block && !p.fresh {
		p.out.WriteByte('\n')
		p.fresh = true
	}
}

// collapse writes text with runs of blanks made one.
func (p *page) collapse(t []byte) {
	blank := false
	for len(t) > 0 {
		n := 0
		for n < len(t) && !isBlank[t[n]] {
			n++
		}
		if n > 0 {
			if blank && !p.fresh {
				p.out.WriteByte(' ')
			}
			p.out.Write(t[:n])
			blank, p.fresh = false, false
		}
		for t = t[n:]; len(t) > 0 && isBlank[t[0]]; t = t[1:] {
			blank = true
		}
	}
	if blank && !p.fresh {
		p.out.WriteByte(' ')
	}
}

var isBlank = [256]bool{' ': true, '\t': true, '\n': true, '\r': true, '\f': true}
