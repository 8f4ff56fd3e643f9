package reply

import "strings"

// A name is what a class or identifier of HTML says of an element: programs mark
// by it what they quote, a signature, and where the rest is a quote.
type name struct {
	quote, sign, rest bool
	hidden            bool // by a style sheet
}

// name says so of the value of a class, or else an identifier.
func (p *page) name(value []byte, class bool) name {
	known, mark := &p.names[0], "#"
	if class {
		known, mark = &p.names[1], "."
	}
	return remembered(known, value, func(s string) name {
		n := nameOf(s)
		if len(p.hidden) > 0 {
			for f := range strings.FieldsSeq(strings.ToLower(s)) {
				n.hidden = n.hidden || p.hidden[mark+f]
			}
		}
		return n
	})
}

func nameOf(s string) name {
	found := table().find(s, quoteNames|signNames|restNames|partNames)
	// Outlook on the web writes x_ before every name of a mail that it quotes.
	low := lower(s)
	bare := low
	for strings.HasPrefix(bare, "x_") {
		bare = bare[2:]
	}
	n := name{
		quote: found&quoteNames != 0 || low == "qt" || strings.HasPrefix(low, "replymessage"),
		sign:  found&signNames != 0 || bare == "signature" || bare == "ms-outlook-signature",
		rest:  found&restNames != 0 || bare == "zwchr" || bare == "quote" || s == "__HEADERS__",
	}
	if found&partNames != 0 {
		n.sign = n.sign || continues(low, "linebreakatbeginningofsignature") || yahooSignature(low)
	}
	return n
}

// continues reports that a line goes on behind a word.
func continues(s, word string) bool {
	for {
		_, after, ok := strings.Cut(s, word)
		if !ok {
			return false
		}
		if after != "" && after[0] != '\n' {
			return true
		}
		s = after
	}
}

// yahooSignature reports a name as "ydp4f1c2a7signature".
func yahooSignature(s string) bool {
	for {
		_, after, ok := strings.Cut(s, "ydp")
		if !ok {
			return false
		}
		end := strings.IndexFunc(after, func(r rune) bool { return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') })
		if end < 0 {
			end = len(after)
		}
		if strings.Contains(after[:end], "signature") {
			return true
		}
		s = after[end:]
	}
}
