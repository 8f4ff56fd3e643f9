package rawmail

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// Words decodes the encoded words of a field (RFC 2047) one by one, as mail
// programs do where a word is folded inside, has the wrong padding or is in
// characters that nobody knows: the others are read all the same. Decode turns
// the bytes of a character set into text and says whether it knows the set; text
// that is no word and isn't UTF-8 comes with the set "".
//
// Sure is the same without what only some programs read so: a blank stands there.
func Words(value string, decode func(charset string, text []byte) (string, bool)) (shown, sure string) {
	out := words{decode: decode}
	for rest := value; rest != ""; {
		w, n := nextWord(rest)
		if n == 0 { // none: up to where the next could begin
			n = len(rest)
			if i := strings.Index(rest[1:], "=?"); i >= 0 {
				n = i + 1
			}
			out.plain(rest[:n])
		} else {
			out.word(w)
		}
		rest = rest[n:]
	}
	out.flush()
	return out.shown.String(), out.sure.String()
}

// maxWord bounds an encoded word. RFC 2047 section 2 has 75 characters; programs
// put whole subjects into one.
const maxWord = 4 << 10

// A word is an encoded word without its encoding.
type word struct {
	charset   string
	raw, text []byte
	exact     bool // every reader gets these bytes
}

// words puts the text together. Neighbours in one character set are decoded as
// one, since some programs cut characters apart.
type words struct {
	decode      func(string, []byte) (string, bool)
	shown, sure strings.Builder
	run         word   // the words that wait to be decoded; none while raw is empty
	blanks      string // stood behind them, and count unless another word follows
}

func (o *words) word(w word) {
	if len(o.run.raw) > 0 {
		o.blanks = "" // RFC 2047 section 6.2
	}
	if len(o.run.raw) == 0 || !strings.EqualFold(o.run.charset, w.charset) {
		o.flush()
		o.run = word{charset: w.charset, exact: true}
	}
	o.run.raw, o.run.text = append(o.run.raw, w.raw...), append(o.run.text, w.text...)
	o.run.exact = o.run.exact && w.exact
}

func (o *words) plain(s string) {
	if strings.Trim(s, " \t") == "" {
		o.blanks += s
		return
	}
	o.flush()
	if !utf8.ValidString(s) || strings.Contains(s, "\x1b$") {
		s, _ = o.decode("", []byte(s))
	}
	o.shown.WriteString(s)
	o.sure.WriteString(s)
}

// flush writes the words that wait, and the blanks behind them.
func (o *words) flush() {
	if len(o.run.raw) > 0 {
		text, known := o.decode(o.run.charset, o.run.text)
		if text == "" && !known {
			text = string(o.run.raw)
		}
		o.shown.WriteString(text)
		if !known || !o.run.exact {
			text = " "
		}
		o.sure.WriteString(text)
	}
	o.blank()
	o.run = word{}
}

func (o *words) blank() {
	o.shown.WriteString(o.blanks)
	o.sure.WriteString(o.blanks)
	o.blanks = ""
}

// nextWord reads the encoded word at the start of s and gives its length, 0 if
// there is none. Blanks may stand in it, where a program folded it.
func nextWord(s string) (w word, n int) {
	body, ok := strings.CutPrefix(s, "=?")
	if !ok {
		return w, 0
	}
	charset, body, ok := strings.Cut(body[:min(len(body), maxWord)], "?")
	if !ok || charset == "" || strings.ContainsAny(charset, " \t=") || len(body) < 2 || body[1] != '?' {
		return w, 0
	}
	text, _, ok := strings.Cut(body[2:], "?=")
	if !ok || strings.Contains(text, "=?") {
		return w, 0
	}
	w.charset, _, _ = strings.Cut(charset, "*") // RFC 2231 section 5: a language
	switch body[0] | 0x20 {
	case 'b':
		w.text, w.exact = lenientBase64(text)
	case 'q':
		w.text, w.exact = lenientQ(text)
	default:
		return w, 0
	}
	n = len("=?") + len(charset) + len("?B?") + len(text) + len("?=")
	w.raw = []byte(s[:n])
	return w, n
}

// lenientBase64 reads base64 with blanks in it, and with too little or too much
// padding, on which readers agree; exact tells that nothing else was wrong.
func lenientBase64(s string) (out []byte, exact bool) {
	exact = true
	for piece := range strings.SplitSeq(strings.Map(noBlank, s), "=") {
		text, err := base64.RawStdEncoding.DecodeString(piece)
		if err != nil {
			exact = false
		}
		out = append(out, text...)
	}
	return out, exact
}

func noBlank(r rune) rune {
	if r == ' ' || r == '\t' {
		return -1
	}
	return r
}

// lenientQ reads the Q encoding; what is no escape stands for itself.
func lenientQ(s string) (out []byte, exact bool) {
	exact = true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=':
			if octet, err := hex.DecodeString(s[i+1 : min(i+3, len(s))]); err == nil && len(octet) == 1 {
				out = append(out, octet[0])
				i += 2
				continue
			}
			exact = false
			fallthrough
		default:
			out = append(out, c)
		}
	}
	return out, exact
}
