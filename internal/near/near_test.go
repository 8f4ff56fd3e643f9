package near

import (
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	names := []string{"client", "client_name", "email", "at", "ticket"}
	for _, tt := range []struct{ word, want string }{
		{"client", "client"},
		{"clinet", "client"}, // two letters swapped
		{"cleint_name", "client_name"},
		{"emial", "email"},
		{"e-mail", "email"}, // one more
		{"mail", "email"},   // one less
		{"emoils", "email"}, // two changes
		{"emoilss", ""},     // three
		{"it", "at"},        // half of a short word may be wrong
		{"ip", ""},          // all of it may not
		{"a", "at"},
		{"", ""},
		{strings.Repeat("client", 20), ""},
	} {
		if got := Of(tt.word, names); got != tt.want {
			t.Errorf("Of(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}
