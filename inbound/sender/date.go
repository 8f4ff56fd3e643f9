package sender

import (
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"time"
)

// date reads a Date field; zero if it is none, or absurdly long.
func date(value string) time.Time {
	if len(value) > 200 {
		return time.Time{}
	}
	t, err := mail.ParseDate(value)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// id identifies a signature, in whatever way its field is folded: SHA-256 over
// d=, s= and b=.
func (s *signature) id() string {
	h := sha256.New()
	h.Write([]byte(s.domain + "\n" + s.selector + "\n"))
	h.Write(s.sig)
	return hex.EncodeToString(h.Sum(nil))
}
