package reply

import (
	"bytes"
	"cmp"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"countersign/internal/clean"
)

var (
	// The names by which programs mark what they quote, and signatures.
	quoteName     = regexp.MustCompile(`(?i)gmail_attr|gmail_extra_quote|yahoo_quoted|moz-cite-prefix|moz-forward|protonmail_quote|zmail_extra|isreplycontent|reply-intro|tutanota_quote|wmquote|ntes-mailmaster-quote|sh-signature-quote|^qt$|^replymessage`)
	signatureName = regexp.MustCompile(`(?i)gmail_signature|moz-signature|protonmail_signature|outlook-mobile-signature|applemailsignature|lineBreakAtBeginningOfSignature.+|composer_signature|_rc_sig|zm-_id_-sgn|messagesignaturesection|^(x_)*(ms-outlook-)?signature$|tutanota_signature|mobile_signature|ydp\w*signature`)
	quoteRest     = regexp.MustCompile(`(?i)divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|^(x_)*zwchr$|messagereplysection|^(x_)*quote$|stopspelling`)
	noBorder      = regexp.MustCompile(`(?i)(?:^|[;\s])border(?:-left)?:\s*(?:none|0)`) // as programs indent a paragraph
	leftBorder    = regexp.MustCompile(`(?i)border-left[^;]*solid`)
	outlookRule   = regexp.MustCompile(`(?i)border-top:\s*(?:solid #(?:E1E1E1|B5C4DF)|#(?:E1E1E1|B5C4DF)[^;]*solid)|border:\s*none;\s*border-top:\s*solid`)
)

// voidTags never have an end tag (HTML section 13.1.2); blockTags begin a line.
var (
	voidTags  = set("area base br col embed hr img input link meta source track wbr")
	blockTags = set("p div tr li ul ol table h1 h2 h3 h4 h5 h6 hr blockquote section pre dl dt dd center article header footer address aside caption details fieldset figcaption figure form legend main nav summary")
	unseenTag = set("script style title template noscript textarea select object iframe svg audio video datalist canvas dialog meter noembed noframes progress rp s del strike") // what is struck out isn't said
)

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
	pre      int
	fresh    bool  // nothing stands in the line yet
	rule     *rule // the last one
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
	p := &page{hidden: sheets(s), ground: paper, fresh: true, sure: sure}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			// What is hidden and never ends: readers differ on where it does.
			p.unsure = true
			p.unskip()
			p.ruled()
			return p
		case html.TextToken:
			p.text(z)
		case html.StartTagToken, html.SelfClosingTagToken:
			if p.passes(z.Raw(), "<") {
				continue
			}
			if name, more := z.TagName(); !p.start(name, z, more) {
				p.ruled()
				return p
			}
		case html.EndTagToken:
			if p.passes(z.Raw(), "</") {
				continue
			}
			name, _ := z.TagName()
			p.end(name)
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
func (p *page) start(tag []byte, z *html.Tokenizer, more bool) bool {
	void := voidTags[string(tag)]
	if p.skip == "p" && blockTags[string(tag)] {
		p.unskip()
	}
	if p.skip != "" {
		if string(tag) == p.skip {
			p.depth++
		}
		return true
	}
	p.line(string(tag))
	if p.doubt > 0 && string(tag) == p.doubtTag {
		p.doubt++
	}
	name := string(tag) // before the attributes are read
	m := p.markup(name, z, more)
	switch {
	case m.rest, m.rule && p.ruled():
		return false
	case void:
	case name == "pre":
		p.pre++
	}
	if void {
		return true
	}
	if m.quote {
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

func (p *page) end(tag []byte) {
	name := string(tag)
	if p.skip == "p" && name != "p" && blockTags[name] {
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
	p.line(name)
}

// line begins a line where an element does: br always, a block unless a line
// has just begun. Cells stand apart.
func (p *page) line(tag string) {
	if (tag == "td" || tag == "th") && !p.fresh && !strings.HasSuffix(p.out.String(), " ") {
		p.out.WriteByte(' ')
	}
	if tag == "br" || blockTags[tag] && !p.fresh {
		p.out.WriteByte('\n')
		p.fresh = true
	}
}

// marks says what an element's markup makes of its text: unseen, perhaps so, a
// quote, a signature, hidden by a sheet, the start of the quoted rest, or a rule
// as stands above one.
type marks struct {
	unseen, unsure, quote, sign, sheet, rest, rule bool
	look                                           look
}

func (p *page) markup(tag string, z *html.Tokenizer, more bool) (m marks) {
	root := tag == "html" || tag == "body" || tag == "head"
	m.quote = tag == "blockquote"
	indent, framed := tag == "blockquote", true
	m.unseen = unseenTag[tag]
	m.sheet = p.hidden[tag] || p.hidden[anyName] || tag == "details"
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "type", "cite":
			indent = false
		case "class", "id", "name", "data-marker":
			indent = false
			m.quote = m.quote || quoteName.Match(v)
			m.sign = m.sign || signatureName.Match(v)
			m.rest = m.rest || quoteRest.Match(v) || string(v) == "__HEADERS__"
			if len(p.hidden) > 0 {
				sign := map[bool]string{true: ".", false: "#"}[string(k) == "class"]
				for f := range strings.FieldsSeq(strings.ToLower(string(v))) {
					m.sheet = m.sheet || p.hidden[sign+f]
				}
			}
		case "style":
			l := lookOf(string(v))
			framed = leftBorder.Match(v) || !noBorder.Match(v)
			m.look.ink, m.look.ground = cmp.Or(l.ink, m.look.ink), cmp.Or(l.ground, m.look.ground)
			m.unseen, m.unsure = m.unseen || l.gone || l.hidden, l.hidden && !l.gone
			m.rule = m.rule || tag == "div" && outlookRule.Match(v)
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
	if indent && !framed && !p.introduced() { // it says yes to nothing, but may object
		m.quote, m.unseen, m.unsure = false, true, true
	}
	// A body's text is what there is; its style sheet matters all the same.
	if root {
		p.ground = cmp.Or(m.look.ground, p.ground)
		return marks{}
	}
	m.sign = m.sign && !m.unseen
	m.unseen = m.unseen || m.sign
	return m
}

// collapse writes text with runs of blanks made one.
func (p *page) collapse(t []byte) {
	blank := false
	for _, c := range t {
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' {
			blank = true
			continue
		}
		if blank && !p.fresh {
			p.out.WriteByte(' ')
		}
		blank, p.fresh = false, false
		p.out.WriteByte(c)
	}
	if blank && !p.fresh {
		p.out.WriteByte(' ')
	}
}
