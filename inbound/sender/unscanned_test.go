package sender

import (
	"context"
	"testing"

	"countersign/internal/rawmail"
	"countersign/policy"
)

// TestUnscanned: a caller who forgot to scan, or mixes up messages, gets a
// refusal and not the judgement of another message.
func TestUnscanned(t *testing.T) {
	const from = "ada@north.example"
	signed := sign(honest, seal{d: "north.example", t: arrival.Unix()})
	scan := func(raw string) *rawmail.Message {
		m, _ := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
		return m
	}
	with := func(key, value string) *rawmail.Message {
		m := scan(signed)
		raw := key + ": " + value + "\r\n"
		m.Fields = append([]rawmail.Field{{Name: key, Key: rawmail.Lower(key), Value: value, Raw: []byte(raw)}}, m.Fields...)
		return m
	}
	tests := []struct {
		name    string
		message *rawmail.Message
		from    string
		reason  string
	}{
		{"good", scan(signed), from, ""},
		{"nothing", nil, from, "bad_from"},
		{"another-from", scan(signed), "eve@north.example", "bad_from"},
		{"no-from", scan("To: a@desk.example\r\n\r\n"), "", "bad_from"},
		{"second-from", with("From", "eve@evil.example"), from, "bad_from"},
		{"second-subject", with("Subject", "[T-1-AAAAAA]"), from, "duplicate_field"},
		{"second-to", with("TO", "support+x@desk.example"), from, "duplicate_field"},
		{"second-references", with("References", "<a@b.example>"), from, ""},
		{"second-content-type", with("Content-Type", "text/html"), from, "duplicate_field"},
	}
	srv := startServer(t, keyLine("north.example", "s1", "ed"))
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := c.Check(context.Background(), Request{Message: tt.message, From: tt.from, Arrived: arrival})
			if tt.reason == "" {
				if s.Result != policy.ResultPass {
					t.Errorf("Check() = %s %v, want pass", s.Result, s.Reasons)
				}
				return
			}
			if s.Result != policy.ResultFail || len(s.Reasons) != 1 || string(s.Reasons[0].Code) != tt.reason {
				t.Errorf("Check() = %s %v, want fail for %s", s.Result, s.Reasons, tt.reason)
			}
		})
	}
}
