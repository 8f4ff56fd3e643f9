package reply

import (
	"bytes"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

var (
	// The names by which programs mark what they quote, and signatures.
	quoteName     = regexp.MustCompile(`(?i)gmail_attr|gmail_extra_quote|yahoo_quoted|moz-cite-prefix|moz-forward|protonmail_quote|zmail_extra|isreplycontent|reply-intro|tutanota_quote|wmquote|ntes-mailmaster-quote|sh-signature-quote|^qt$|^replymessage`)
	signatureName = regexp.MustCompile(`(?i)gmail_signature|moz-signature|protonmail_signature|outlook-mobile-signature|applemailsignature|lineBreakAtBeginningOfSignature.+|composer_signature|_rc_sig|zm-_id_-sgn|messagesignaturesection|^(x_)*(ms-outlook-)?signature$|tutanota_signature|mobile_signature|ydp\w*signature`)
	quoteRest     = regexp.MustCompile(`(?i)divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|^(x_)*zwchr$|messagereplysection|^(x_)*quote$|stopspelling`)
	outlookRule   = regexp.MustCompile(`(?i)border-top:\s*solid #(E1E1E1|B5C4DF)|border:\s*none;\s*border-top:\s*solid`)
)

// voidTags never have an end tag (HTML section 13.1.2); blockTags begin a line.
var (
	voidTags  = set("area base br col embed hr img input link meta source track wbr")
	blockTags = set("p div tr li ul ol table h1 h2 h3 h4 hr blockquote section pre dl dt dd center article header footer")
	unseenTag = set("script style title template noscript textarea select object iframe svg audio video datalist s del strike") // what is struck out isn't said
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
	skip     string          // the element that is left out, and how deep within its kind
	depth    int
	doubt    int    // elements open of the kind doubtTag, from the first that a sheet hides
	doubtTag string // what the sheet hides may still be seen elsewhere
	doubtful bool
	sign     strings.Builder // what stands in elements marked as a signature
	signing  bool            // the element that is left out is one
	pre      int
	fresh    bool // nothing stands in the line yet
}

// htmlText gives the text of HTML that a reader sees and that isn't a quote or
// signature by its markup. doubtful reports text in an element that a style
// sheet hides, for readers disagree on sheets.
func htmlText(s string) (text string, doubtful bool) {
	p := readHTML(s)
	return p.out.String(), p.doubtful
}

func readHTML(s string) *page {
	p := &page{hidden: map[string]bool{}, fresh: true}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p
		case html.TextToken:
			p.text(z)
		case html.StartTagToken, html.SelfClosingTagToken:
			if p.passes(z.Raw(), "<") {
				continue
			}
			if name, more := z.TagName(); !p.start(name, z, more) {
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
func (p *page) passes(raw []byte, open string) bool {
	n := len(open) + len(p.skip)
	return p.skip != "" && (len(raw) < n || !bytes.EqualFold(raw[len(open):n], []byte(p.skip)))
}

func (p *page) text(z *html.Tokenizer) {
	switch {
	case p.skip == "style":
		styleRules(string(z.Raw()), p.hidden)
	case p.signing:
		p.sign.Write(z.Text())
		p.sign.WriteByte(' ')
	case p.skip == "":
		t := z.Text()
		if p.doubt > 0 && len(bytes.TrimSpace(t)) > 0 {
			p.doubtful = true
		}
		if p.pre > 0 {
			p.out.Write(t)
			p.fresh = bytes.HasSuffix(t, []byte("\n"))
			return
		}
		p.collapse(t)
	}
}

// start reports whether reading goes on behind the start tag.
func (p *page) start(tag []byte, z *html.Tokenizer, more bool) bool {
	void := voidTags[string(tag)]
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
	case m.rest:
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
		p.skip, p.depth, p.signing = name, 1, m.sign && !m.quote
		if name == "pre" {
			p.pre--
		}
	} else if m.sheet && p.doubt == 0 {
		p.doubt, p.doubtTag = 1, name
	}
	return true
}

func (p *page) end(tag []byte) {
	name := string(tag)
	switch {
	case p.skip == name:
		if p.depth--; p.depth == 0 {
			p.skip, p.signing = "", false
		}
		return
	case p.skip != "":
		return
	case name == "pre" && p.pre > 0:
		p.pre--
	}
	if p.doubt > 0 && name == p.doubtTag {
		p.doubt--
	}
	p.line(name)
}

// line begins a line where an element does: br always, a block unless a line
// has just begun.
func (p *page) line(tag string) {
	if tag == "br" || blockTags[tag] && !p.fresh {
		p.out.WriteByte('\n')
		p.fresh = true
	}
}

// marks says what an element's markup makes of its text: unseen, a quote,
// a signature, hidden by a sheet, or the start of the quoted rest.
type marks struct{ unseen, quote, sign, sheet, rest bool }

func (p *page) markup(tag string, z *html.Tokenizer, more bool) (m marks) {
	root := tag == "html" || tag == "body" || tag == "head"
	m.quote = tag == "blockquote"
	m.unseen = unseenTag[tag]
	m.sheet = p.hidden[tag] && !root
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		if len(v) > 4000 {
			v = v[:4000]
		}
		switch string(k) {
		case "class", "id", "name", "data-marker":
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
			m.unseen = m.unseen || hides(string(v))
			m.rest = m.rest || tag == "div" && outlookRule.Match(v)
		case "hidden":
			m.unseen = true
		case "color":
			c := strings.ToLower(string(v))
			m.unseen = m.unseen || c == "white" || c == "#ffffff" || c == "#fff"
		case "size":
			m.unseen = m.unseen || tag == "font" && string(v) == "0"
		}
	}
	// A body's text is what there is; its style sheet matters all the same.
	if root {
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
