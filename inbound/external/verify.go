package external

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/internal/redact"
)

var (
	// ErrUnsigned reports a webhook without a signature of its kind, or with one that
	// can be read in two ways.
	ErrUnsigned = errors.New("it has no signature of that kind")
	// ErrForged reports a signature that no secret of ours made over these bytes.
	ErrForged = errors.New("no secret of that product made its signature")
	// ErrStale reports a genuine signature of another time: it is old, or not yet made.
	ErrStale = errors.New("it was signed too long ago, or in the future")
)

// Skew is how far in the future a signature may have been made: clocks differ.
const Skew = 5 * time.Minute

// Signed is what a genuine signature covers besides the body.
type Signed struct {
	ID string    // of the webhook, where its kind has one
	At time.Time // when it was signed: each delivery is, so that of a repeated one is later
}

// Verify says whether a product signed body, by one of its secrets, at most
// tolerance ago. The error is one of those above.
func Verify(kind Kind, h http.Header, body []byte, secrets []redact.Secret, now time.Time, tolerance time.Duration) (Signed, error) {
	id, marks, err := marksOf(kind, h)
	if err != nil {
		return Signed{}, err
	}
	err = ErrForged
	for _, m := range marks {
		if !m.by(kind, id, body, secrets) {
			continue
		}
		if age := now.Sub(m.at); age > tolerance || age < -Skew {
			err = ErrStale
			continue
		}
		return Signed{ID: id, At: m.at}, nil
	}
	return Signed{}, err
}

// Key gives the bytes that a secret signs with. Those of the kind standard are
// base64 behind whsec_; all others count as they are written.
func (k Kind) Key(secret redact.Secret) ([]byte, error) {
	if k != Standard {
		return []byte(secret), nil
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(secret), "whsec_"))
	if err != nil || len(key) == 0 {
		return nil, errors.New("is no base64 behind whsec_")
	}
	return key, nil
}

// mark is one signature: when it says it was made, as it is written, and its bytes.
type mark struct {
	at      time.Time
	written string
	sums    [][]byte
}

// by reports whether one of the secrets made m. Each is tried, and compared in
// constant time.
func (m mark) by(kind Kind, id string, body []byte, secrets []redact.Secret) bool {
	found := false
	for _, s := range secrets[:min(len(secrets), MaxSecrets)] {
		key, err := kind.Key(s)
		if err != nil || len(key) == 0 {
			continue
		}
		mac := hmac.New(sha256.New, key)
		if kind == Standard {
			mac.Write([]byte(id + "."))
		}
		mac.Write([]byte(m.written + "."))
		mac.Write(body)
		want := mac.Sum(nil)
		for _, sum := range m.sums {
			if hmac.Equal(sum, want) {
				found = true
			}
		}
	}
	return found
}

// marksOf reads the signatures of a header.
func marksOf(kind Kind, h http.Header) (id string, marks []mark, err error) {
	switch kind {
	case Standard:
		return standardMarks(h)
	case Stripe:
		marks, err = timedMarks(h, "Stripe-Signature", false)
	case Persona: // two sets with a blank between them, while its secret is changed
		marks, err = timedMarks(h, "Persona-Signature", true)
	default:
		err = ErrUnsigned
	}
	return "", marks, err
}

// standardMarks reads "v1,<base64> v1,<base64>", all of one time. Other versions
// (v1a is Ed25519) are left alone, as the specification says.
func standardMarks(h http.Header) (string, []mark, error) {
	id, ok1 := single(h, "Webhook-Id")
	written, ok2 := single(h, "Webhook-Timestamp")
	signatures, ok3 := single(h, "Webhook-Signature")
	at, ok4 := seconds(written)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return "", nil, ErrUnsigned
	}
	m := mark{at: at, written: written}
	for _, s := range strings.Fields(signatures) {
		if s, ok := strings.CutPrefix(s, "v1,"); ok {
			if sum, err := base64.StdEncoding.DecodeString(s); err == nil {
				m.sums = append(m.sums, sum)
			}
		}
	}
	if len(m.sums) == 0 || len(m.sums) > maxMarks {
		return "", nil, ErrUnsigned
	}
	return id, []mark{m}, nil
}

// timedMarks reads "t=<seconds>,v1=<hex>,v1=<hex>", in sets if there may be some.
// Other versions are left alone.
func timedMarks(h http.Header, name string, sets bool) (marks []mark, err error) {
	value, ok := single(h, name)
	if !ok {
		return nil, ErrUnsigned
	}
	list := []string{value}
	if sets {
		list = strings.Fields(value)
	}
	n := 0
	for _, set := range list {
		var m mark
		for pair := range strings.SplitSeq(set, ",") {
			key, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			switch key {
			case "t":
				if m.written != "" { // of which time?
					return nil, ErrUnsigned
				}
				if m.written = value; m.written == "" {
					return nil, ErrUnsigned
				}
			case "v1":
				if sum, err := hex.DecodeString(value); err == nil {
					m.sums, n = append(m.sums, sum), n+1
				}
			}
		}
		if m.at, ok = seconds(m.written); !ok || len(m.sums) == 0 || n > maxMarks {
			return nil, ErrUnsigned
		}
		marks = append(marks, m)
	}
	return marks, nil
}

// single gives the value of a field that is there once.
func single(h http.Header, name string) (string, bool) {
	v := h.Values(name)
	return strings.Join(v, ""), len(v) == 1 && v[0] != "" && len(v[0]) <= maxHeader
}

// lastSecond is the end of the year 9999, behind which nothing is written as RFC 3339.
const lastSecond = 253_402_300_799

// seconds reads a time as its digits, of which there is one spelling.
func seconds(s string) (time.Time, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > lastSecond || strconv.FormatInt(n, 10) != s {
		return time.Time{}, false
	}
	return time.Unix(n, 0).UTC(), true
}
