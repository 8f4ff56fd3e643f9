// Package rawmail reads the raw bytes of a message before any library does, and
// refuses whatever two readers could understand differently or what is over a
// bound. What it lets through has one header, one From, and MIME bounds that a
// library can walk in linear time.
//
// It decides nothing about who sent a message; see package inbound/sender.
package rawmail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"countersign/policy"
)

// Field is one header field as it stands in the message.
type Field struct {
	Name  string // as written
	Key   string // in lower case
	Raw   []byte // the whole field with folds and its last CRLF
	Value string // unfolded and trimmed; raw octets
}

// Message is a message whose header was read.
type Message struct {
	Raw    []byte
	Fields []Field
	Body   []byte // behind the empty line
}

// Limits bound a message. Zero values refuse everything.
type Limits struct {
	Size        int64 // bytes, all of it
	HeaderBytes int   // bytes, of the header
	Fields      int   // fields of the header
	LineBytes   int   // bytes of one header line
	Parts       int   // MIME parts, all together
	Depth       int   // MIME parts within each other
	FromBytes   int   // bytes of the From field's value
}

// DefaultLimits are those of the design, section 5.
func DefaultLimits() Limits {
	return Limits{Size: 25 << 20, HeaderBytes: 256 << 10, Fields: 1000, LineBytes: 10 << 10, Parts: 200, Depth: 20, FromBytes: 1024}
}

// Values gives the values of every field of that name, which is in lower case,
// from the top.
func (m *Message) Values(key string) (out []string) {
	for _, f := range m.Fields {
		if f.Key == key {
			out = append(out, f.Value)
		}
	}
	return out
}

// Get gives the value of the topmost field of that name, "" if there is none.
func (m *Message) Get(key string) string {
	for _, f := range m.Fields {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// trace are the fields that servers put on top on a message's way (RFC 5321
// section 4.4, RFC 8601, RFC 8617), so two copies of one message differ in them.
var trace = []string{"return-path", "received", "received-spf", "delivered-to", "x-original-to", "envelope-to", "authentication-results"}

func isTrace(key string) bool {
	return slices.Contains(trace, key) || strings.HasPrefix(key, "arc-")
}

// Hash is the hex SHA-256 of the message from its first field that is no trace
// field, by which a copy in another mailbox is known.
func (m *Message) Hash() string {
	rest := m.Raw
	for _, f := range m.Fields {
		if !isTrace(f.Key) { //rule:6.11 copies-are-known =false TestHash
			break
		}
		rest = rest[len(f.Raw):]
	}
	sum := sha256.Sum256(rest)
	return hex.EncodeToString(sum[:])
}

// Normalize turns a file that was saved with bare line feeds, having no
// carriage return at all, into the CRLF of mail. Anything else is left alone.
func Normalize(raw []byte) []byte {
	if bytes.IndexByte(raw, '\r') >= 0 {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
}

func refuse(code policy.Code, text string) policy.Reason {
	return policy.Reason{Code: code, Text: text}
}
