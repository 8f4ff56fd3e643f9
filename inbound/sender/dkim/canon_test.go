package dkim

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// TestBodyHashedOnce: a canonicalisation is hashed once, however many
// signatures want it. A body that changes in between shows it.
func TestBodyHashedOnce(t *testing.T) {
	for _, how := range []string{"simple", "relaxed"} {
		b := NewBody([]byte("a\r\n"))
		first := b.Sum(how)
		b.bytes = []byte("b\r\n")
		if again := b.Sum(how); !slices.Equal(first, again) {
			t.Errorf("the %s body was hashed again", how)
		}
		if fresh := NewBody(b.bytes).Sum(how); slices.Equal(first, fresh) {
			t.Errorf("the %s hash of another body is the same", how)
		}
	}
}

// TestRelaxedBody: a body in whatever pieces it is hashed.
func TestRelaxedBody(t *testing.T) {
	long := strings.Repeat("x", chunk+1)
	blanks := strings.Repeat("x \t", chunk)
	for body, want := range map[string]string{
		"a\r\n" + long + "\r\nb":  "a\r\n" + long + "\r\nb\r\n",
		"a\r\n" + blanks + "\r\n": "a\r\n" + strings.TrimSuffix(strings.Repeat("x ", chunk), " ") + "\r\n",
		"a\nb \r\n":               "a\nb\r\n",
		"\na\r\n":                 "\na\r\n",
		"a\r\n\r\nb\r\n\r\n":      "a\r\n\r\nb\r\n",
	} {
		var got memory
		if relaxedBody(&got, []byte(body)); got.String() != want {
			t.Errorf("relaxedBody(%.20q...) = %.40q, want %.40q", body, got.String(), want)
		}
	}
}

// FuzzBody: hashing a body gives what mox's reading of RFC 6376 gives: a body
// that is canonical already hashes the same again.
func FuzzBody(f *testing.F) {
	for _, s := range []string{"", "a\r\n", " a  b\t\r\n\r\n\r\n", "\r\n\r\n", " \r\n", "a", "\r", "a\r\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var once, twice memory
		relaxedBody(&once, body)
		relaxedBody(&twice, once.Bytes())
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("relaxed(%q) = %q, again %q", body, once.Bytes(), twice.Bytes())
		}
		if bytes.Contains(once.Bytes(), []byte("  ")) || bytes.HasSuffix(once.Bytes(), []byte("\r\n\r\n")) || bytes.Contains(once.Bytes(), []byte(" \r\n")) {
			t.Errorf("relaxed(%q) = %q", body, once.Bytes())
		}
		var simple, again memory
		simpleBody(&simple, body)
		simpleBody(&again, simple.Bytes())
		if !bytes.Equal(simple.Bytes(), again.Bytes()) {
			t.Errorf("simple(%q) = %q, again %q", body, simple.Bytes(), again.Bytes())
		}
	})
}

// memory is a hash that keeps what it is given.
type memory struct{ bytes.Buffer }

func (m *memory) Sum(b []byte) []byte { return append(b, m.Bytes()...) }
func (m *memory) Size() int           { return 0 }
func (m *memory) BlockSize() int      { return 1 }
