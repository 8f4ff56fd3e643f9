package reply

import (
	"cmp"
	"strings"

	"golang.org/x/net/html"
)

// marks says what an element's markup makes of its text: unseen, perhaps so, a
// quote, maybe one, a signature, hidden by a sheet, the start of the quoted rest,
// or a rule as stands above one.
type marks struct {
	unseen, unsure, quote, maybe, sign, sheet, rest, rule bool
	look                                                  look
}

// Written is what a tag says of its element, wherever it stands.
type written struct {
	tag    tag
	marks  marks
	indent bool // a quote by its name alone: people indent what they write, too
}

// tagMemory remembers what the last tags said, each in one of a few places.
type tagMemory [1 << 6]struct {
	raw string
	written
}

// at gives the place of a tag, by some of its bytes.
func (m *tagMemory) at(raw []byte) uint32 {
	const some = 8
	h := uint32(len(raw))
	for i := range some {
		h = h*0x01000193 ^ uint32(raw[i*(len(raw)-1)/(some-1)])
	}
	return h * 0x9E3779B1 >> 26
}

// written reads the tag at hand. Programs write the same few again and again.
func (p *page) written(z *html.Tokenizer) *written {
	const longest = 1000
	raw := z.Raw()
	if len(raw) < 3 || len(raw) > longest {
		return p.parsed(z)
	}
	place := &p.tags[p.tags.at(raw)]
	if place.raw != string(raw) {
		place.raw = string(raw) // parsing lowers its letters in place
		place.written = *p.parsed(z)
	}
	return &place.written
}

func (p *page) parsed(z *html.Tokenizer) *written {
	name, more := z.TagName()
	e := &written{tag: tagOf(name)}
	p.attributes(e, z, more)
	return e
}

func (p *page) attributes(e *written, z *html.Tokenizer, more bool) {
	m, tag := &e.marks, e.tag.name
	m.quote = tag == "blockquote"
	indent, framed := tag == "blockquote", false
	m.rule = tag == "hr"
	m.unseen = e.tag.unseen
	m.sheet = p.hidden[tag] || p.hidden[anyName] || tag == "details"
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "type", "cite":
			indent = false
		case "class", "id", "name", "data-marker":
			indent = false
			n := p.name(v, string(k) == "class")
			m.quote, m.sign, m.rest, m.sheet = m.quote || n.quote, m.sign || n.sign, m.rest || n.rest, m.sheet || n.hidden
		case "style":
			l := p.look(v)
			framed = framed || l.bar
			m.look.ink, m.look.ground = cmp.Or(l.ink, m.look.ink), cmp.Or(l.ground, m.look.ground)
			m.unseen, m.unsure = m.unseen || l.gone || l.hidden, l.hidden && !l.gone
			m.rule = m.rule || l.rule
		case "hidden":
			m.unseen = true
		case "color":
			m.look.ink = cmp.Or(m.look.ink, canonical(strings.ToLower(string(v))))
		case "bgcolor":
			m.look.ground = cmp.Or(m.look.ground, canonical(strings.ToLower(string(v))))
		case "size":
			m.unseen = m.unseen || tag == "font" && string(v) == "0"
		}
	}
	e.indent = indent && !framed
}

// markup says what a tag makes of the text at this place.
func (p *page) markup(e *written) marks {
	m := e.marks
	if e.indent && !p.introduced() { // it says yes to nothing, but may object
		m.quote, m.unseen, m.unsure, m.maybe = false, true, true, true
	}
	// A body's text is what there is; its style sheet matters all the same.
	if tag := e.tag.name; tag == "html" || tag == "body" || tag == "head" {
		p.ground = cmp.Or(m.look.ground, p.ground)
		return marks{}
	}
	m.sign = m.sign && !m.unseen
	m.unseen = m.unseen || m.sign
	return m
}
