package mailer

import (
	"encoding/base64"
	"errors"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"

	"countersign/internal/clean"
	"countersign/internal/redact"
	"countersign/internal/token"
)

// maxReply bounds what is kept of a server's words, in bytes.
const maxReply = 512

var anyAddress = regexp.MustCompile(`[^\s<>()",;:@]+@[^\s<>()",;:@]+`)

// clean makes an error fit for people, logs and the store: a server may quote
// what we told it, so addresses, tokens and the password go.
func (m *Mailer) clean(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*textproto.Error](err); ok { // it quotes the words for programmers
		text = strings.Replace(text, e.Error(), strconv.Itoa(e.Code)+" "+e.Msg, 1)
	}
	return m.cleanText(text)
}

func (m *Mailer) cleanText(s string) string {
	if len(s) > 64*maxReply { // far more than is kept, so that no secret is cut in two
		s = s[:64*maxReply]
	}
	s = clean.MailLine(token.HideIn(s)) // while its lines are still to be told apart
	if p := string(m.server.Password); p != "" {
		s = strings.NewReplacer(p, "***", base64.StdEncoding.EncodeToString([]byte(p)), "***",
			base64.StdEncoding.EncodeToString([]byte("\x00"+m.server.User+"\x00"+p)), "***").Replace(s)
	}
	s = anyAddress.ReplaceAllStringFunc(s, func(a string) string { return redact.Address(a).String() })
	if len(s) > maxReply {
		s = strings.ToValidUTF8(s[:maxReply-len("…")], "") + "…"
	}
	return s
}
