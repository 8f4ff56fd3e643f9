package external

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

func recorded(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestProducts reads what the two products of docs/external.md send.
func TestProducts(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 3, 5, 0, time.UTC)
	tests := []struct {
		kind Kind
		file string
		want Facts
	}{
		{Stripe, "stripe.json", Facts{Event: "evt_1PabcdEXAMPLE0001", Reference: "@REFERENCE@", Result: Passed, Said: "identity.verification_session.verified", At: at}},
		{Persona, "persona.json", Facts{Event: "evt_XGuYWp7WuDzNEXAMPLE0001", Reference: "@REFERENCE@", Result: Passed, Said: "inquiry.approved", At: at}},
	}
	for _, tt := range tests {
		got, err := tt.kind.Defaults().Read([]byte(recorded(t, tt.file)))
		if err != nil || got != tt.want {
			t.Errorf("%s: Read() = %+v, %v, want %+v", tt.file, got, err, tt.want)
		}
	}
}

// Each row spoils one thing of what Stripe sends.
func TestRead(t *testing.T) {
	tests := []struct {
		name, old, new string
		spoil          func(*Paths)
		want           string // part of the error
		result         Result
	}{
		{"passed", "", "", nil, "", Passed},
		{"failed", "session.verified", "session.requires_input", nil, "", Failed},
		{"goes-on", "session.verified", "session.processing", nil, "", Neither},
		{"in-both-lists", "", "", func(p *Paths) { p.Failed = p.Passed }, "", Failed},
		{"no-metadata", `"reference": "@REFERENCE@"`, ``, nil, "", Neither},
		{"of-another-check", `"reference": "@REFERENCE@"`, `"order": "17"`, nil, "", Neither},
		{"null-metadata", "{\n        \"reference\": \"@REFERENCE@\"\n      }", `null`, nil, "", Neither},
		{"list-as-metadata", "{\n        \"reference\": \"@REFERENCE@\"\n      }", `[]`, nil, "data.object.metadata.reference: data.object.metadata holds no members", ""},
		{"reference-twice", `"reference": "@REFERENCE@"`, `"reference": "@REFERENCE@", "reference": "T-2"`, nil, "holds no members, or one twice", ""},
		{"object-as-reference", `"@REFERENCE@"`, `{}`, nil, "is neither a text nor a number", ""},
		{"long-reference", `"@REFERENCE@"`, `"` + strings.Repeat("x", 501) + `"`, nil, "is longer than 500 bytes", ""},
		{"no-event", `"evt_1PabcdEXAMPLE0001"`, `""`, nil, "id: is empty", ""},
		{"no-type", `"type": "identity`, `"kind": "identity`, nil, "type: is not there", ""},
		{"no-time", `"created": 1795356185`, `"created": "yesterday"`, nil, "created: is no time", ""},
		{"time-with-a-fraction", `"created": 1795356185`, `"created": 1795356185.25`, nil, "", Passed},
		{"time-as-text", `"created": 1795356185`, `"created": "2026-11-22T14:03:05Z"`, nil, "", Passed},
		{"hexadecimal-time", `"created": 1795356185`, `"created": "0x10"`, nil, "created: is no time", ""},
		{"endless-time", `"created": 1795356185`, `"created": 253402300800`, nil, "created: is no time", ""},
		{"contact", "", "", func(p *Paths) { p.Contact = "data.object.id" }, "", Passed},
		{"no-contact", "", "", func(p *Paths) { p.Contact = "data.object.client_reference_id" }, "data.object.client_reference_id: is not there", ""},
		{"no-object", "{\n  \"id\"", `[{"id"`, nil, "no JSON object", ""},
		{"top-twice", `"livemode": true,`, `"livemode": true, "id": "evt_2",`, nil, "a member stands twice", ""},
		{"something-behind", "verified\"\n}", "verified\"\n}}", nil, "no JSON object", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := recorded(t, "stripe.json")
			if !strings.Contains(body, tt.old) {
				t.Fatalf("%q is not in it", tt.old)
			}
			if tt.old != "" {
				i := strings.LastIndex(body, tt.old)
				body = body[:i] + tt.new + body[i+len(tt.old):]
			}
			p := Stripe.Defaults()
			if tt.spoil != nil {
				tt.spoil(&p)
			}
			got, err := p.Read([]byte(body))
			switch {
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("Read() = %v, want an error with %q", err, tt.want)
			case tt.want == "" && (err != nil || got.Result != tt.result):
				t.Errorf("Read() = %+v, %v, want %q", got, err, tt.result)
			}
		})
	}
}

func TestCheckPath(t *testing.T) {
	for path, good := range map[string]bool{"id": true, "data.reference-id": true, "": false, "a..b": false, ".a": false, "a.": false, strings.Repeat("a.", 120) + "a": false} {
		if (CheckPath(path) == "") != good {
			t.Errorf("CheckPath(%q) = %q", path, CheckPath(path))
		}
	}
}

// FuzzRead: what is read of a body is bounded, and is the same however the body is
// spaced: there is one way to read it.
func FuzzRead(f *testing.F) {
	f.Add(recorded(f, "stripe.json"))
	f.Add(`{"id":"1","created":1,"type":"x","data":{"object":{"metadata":{"reference":"r"}}}}`)
	f.Add(`{"id":"1","id":"2"}`)
	f.Fuzz(func(t *testing.T, body string) {
		p := Stripe.Defaults()
		got, err := p.Read([]byte(body))
		if err != nil {
			return
		}
		for _, s := range []string{got.Event, got.Reference, got.Contact, got.Said} {
			if len(s) > maxFact {
				t.Errorf("a fact of %d bytes", len(s))
			}
		}
		var tight bytes.Buffer
		if err := json.Compact(&tight, []byte(body)); err != nil {
			t.Fatalf("it was read, and is no JSON: %v", err)
		}
		if again, err := p.Read(tight.Bytes()); err != nil || again != got {
			t.Errorf("Read() = %+v, %v, and without blanks %+v", got, err, again)
		}
	})
}
