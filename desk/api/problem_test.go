package api

import (
	"errors"
	"fmt"
	"testing"

	"countersign/tickets"
)

// TestSentences: what is refused is said as a sentence, whatever kind it is; what
// begins with a field or a value begins with it.
func TestSentences(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("%w: agent sam does not count yet", tickets.ErrNotAllowed), "Not allowed: agent sam does not count yet"},
		{fmt.Errorf("%w: ada@north.example", tickets.ErrNoContact), "No such contact: ada@north.example"},
		{fmt.Errorf("i-1: %w", tickets.ErrImporting), "i-1: " + tickets.ErrImporting.Error()},
		{&tickets.InvalidError{Err: errors.New("contact: say whose code")}, "contact: say whose code"},
	} {
		if got := problemOf(tt.err).Title; got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
