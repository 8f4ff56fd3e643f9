package redact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

// TestEveryWayOut prints values in every way that a careless line of code
// might, and looks for what must not come out.
func TestEveryWayOut(t *testing.T) {
	const secret, local, token = "correct-horse-battery", "ada.berg", "4fmn2xk7q3w5yh6tz2ab4cd5ef"
	type all struct {
		S Secret
		A Address
		T Token
		M map[int]Token
		P *Secret
	}
	s := Secret(secret)
	v := all{s, local + "@north.example", token, map[int]Token{1: token}, &s}

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T"} {
		fmt.Fprintf(&out, verb+"\n", v)
		fmt.Fprintf(&out, strings.Repeat(verb+" ", 4)+"\n", v.S, v.A, v.T, &v.S)
	}
	fmt.Fprintln(&out, v, v.S, v.A, v.T)
	fmt.Fprintln(&out, fmt.Errorf("sign in as %s with %s: %v", v.A, v.S, v.T))
	j, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(j)
	log := zerolog.New(&out)
	log.Info().Object("o", v.S).Object("a", v.A).Object("t", v.T).Stringer("s", v.S).
		Interface("i", v).Any("any", v.T).EmbedObject(v.A).Msgf("%s %v %d", v.S, v.A, v.T)

	for _, leak := range []string{secret, local, token, fmt.Sprintf("%x", secret), fmt.Sprintf("%X", token)} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("%q came out:\n%s", leak, out.String())
		}
	}
	for _, want := range []string{"***", "a***@north.example", "t:4f…"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q did not come out:\n%s", want, out.String())
		}
	}
}

func TestAddress(t *testing.T) {
	tests := []struct{ name, addr, want string }{
		{"plain", "ada@north.example", "a***@north.example"},
		{"two-at-signs", "a@b@north.example", "a***@north.example"},
		{"no-domain", "ada", "***"},
		{"no-local-part", "@north.example", "***"},
		{"line-break", "ada@north.example\nlevel=error", "***"},
		{"escape", "ada@north\x1b[2J.example", "***"},
		{"not-ascii", "ädå@north.example", "***"},
		{"too-long", "a@" + strings.Repeat("x", 400), "***"},
		{"empty", "", "***"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Address(tt.addr).String(); got != tt.want {
				t.Errorf("Address(%q) = %q, want %q", tt.addr, got, tt.want)
			}
		})
	}
}
