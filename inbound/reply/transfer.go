package reply

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"

	"github.com/emersion/go-message/textproto"

	"countersign/policy"
)

// text decodes a part's text. Other is what it may be to other programs, where
// they could read it otherwise.
func (b *body) text(h textproto.Header, params map[string]string, raw []byte) (text, other string) {
	raw = raw[:min(len(raw), 4*maxText)]
	plain, undecoded := b.transfer(h.Get("Content-Transfer-Encoding"), raw)
	if len(plain) >= maxText {
		plain, b.doubtful = plain[:maxText], true
	}
	out, differs, doubtful, err := decoded(params["charset"], plain)
	if err != nil {
		b.refusals = append(b.refusals, policy.Reason{Code: policy.CodeUnknownCharset, Text: "A part's text is in a character set that can't be read safely."})
		return "", ""
	}
	b.doubtful = b.doubtful || doubtful
	if undecoded {
		differs = raw[:min(len(raw), maxText)]
	}
	if text = unixLines(out); differs == nil {
		return text, text
	}
	return text, unixLines(differs)
}

// transfer undoes a part's transfer encoding (RFC 2045 section 6). Misspelt names
// are understood; undecoded tells that other programs may show the text as it is.
func (b *body) transfer(name string, raw []byte) (out []byte, undecoded bool) {
	exact := keyword(strings.Trim(name, " \t;\""))
	var r io.Reader
	switch bare(exact) {
	case "", "7bit", "8bit", "binary", "7bits", "8bits", "7", "8", "none", "identity":
		return raw, false
	case "base64":
		out, ok := unbase64(raw)
		b.doubtful = b.doubtful || !ok
		return out, exact != "base64"
	case "quotedprintable":
		r = quotedprintable.NewReader(bytes.NewReader(raw))
	default:
		b.doubtful = true // RFC 2045 section 6.4: nobody can tell what it says
		return raw, false
	}
	out, err := io.ReadAll(io.LimitReader(r, maxText))
	b.doubtful = b.doubtful || err != nil
	return out, exact != "quoted-printable"
}

// unbase64 undoes base64. Blanks may stand in it and the padding may be missing,
// as every mail program knows it; with other junk (RFC 2045 section 6.8), or more
// behind a padding, some show one text and some another.
func unbase64(raw []byte) (out []byte, ok bool) {
	in := bytes.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, raw)
	in = bytes.TrimRight(in, "=")
	in = in[:min(len(in), base64.RawStdEncoding.EncodedLen(maxText))]
	out, err := base64.RawStdEncoding.AppendDecode(nil, in)
	return out, err == nil
}
