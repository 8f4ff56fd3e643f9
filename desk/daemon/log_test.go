package daemon

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"countersign/tickets"
)

// TestLogWritten: a write of the directory is a line of the log that says who
// and what, but no address; a new contact that does not cool has none.
func TestLogWritten(t *testing.T) {
	field := func(s string) json.RawMessage { return json.RawMessage(s) }
	ida := tickets.By{UID: 1001, User: "ida", Agent: "ida", Via: "socket"}
	for _, tt := range []struct {
		name string
		w    tickets.Written
		want string // empty: no line
	}{
		{"widened", tickets.Written{Record: "contact c-7", Before: map[string]json.RawMessage{"role": field(`"authorised"`)},
			After: map[string]json.RawMessage{"role": field(`"primary"`), "addresses": field(`["ada@north.example"]`)}},
			`"record":"contact c-7","new":false,"fields":["addresses","role"],"addresses":["a***@north.example"],"by":"ida","uid":1001,"via":"socket","why":"contact import"`},
		{"agent", tickets.Written{Record: "agent eve", After: map[string]json.RawMessage{"email": field(`"eve@desk.example"`)}},
			`"record":"agent eve","new":true,"fields":["email"],"addresses":["e***@desk.example"]`},
		{"new-and-cools", tickets.Written{Record: "contact c-8", After: map[string]json.RawMessage{"gained": field(`{"dns-change":"2026-11-25T09:00:00Z"}`)}}, `"new":true,"fields":["gained"]`},
		{"first-import", tickets.Written{Record: "contact c-9", After: map[string]json.RawMessage{"name": field(`"Ada"`)}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			logWritten(zerolog.New(&out), ida, "contact import", tt.w)
			if got := out.String(); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("the log says %q, want %s", got, tt.want)
			}
		})
	}
}
