package reply

import (
	"slices"
	"strings"
	"testing"

	"countersign/internal/rawmail"
)

func TestBounceFields(t *testing.T) {
	id := strings.Repeat("a2", 13)
	ours := "support+b-" + id + "@desk.example"
	for _, c := range []struct {
		name, body, status, diagnostic string
		paths                          int
		delayed                        bool
	}{
		{"ours", "To: <" + ours + ">\n", "", "", 1, false},
		{"at-the-start-and-end", ours, "", "", 1, false},
		{"in-capitals", "To: <" + strings.ToUpper(ours) + ">\n", "", "", 1, false},
		{"a-longer-address", "To: <x" + ours + ">\n", "", "", 0, false},
		{"a-longer-domain", "To: <" + ours + ".evil.example>\n", "", "", 0, false},
		{"another-domain", "To: <support+b-" + id + "@desk-example>\n", "", "", 0, false},
		{"failed", "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n", "5.1.1", "550 no such user", 0, false},
		{"diagnostic-of-two-lines", "Diagnostic-Code: smtp; 550\n no such user\nx: y\n", "", "550 no such user", 0, false},
		{"diagnostic-without-type", "Diagnostic-Code: no such user; sorry\n", "", "no such user; sorry", 0, false},
		{"delayed", "Action: delayed\nStatus: 4.4.1\n", "4.4.1", "", 0, true},
		{"delayed-and-failed", "Action: delayed\nAction: failed\n", "", "", 0, false},
		{"diagnostic-with-our-address", "Diagnostic-Code: smtp; 550 <support+" + id[:9] + "\n " + id[9:] + "@desk.example> no\n", "",
			"550 <support+" + strings.Repeat("*", 9) + " " + strings.Repeat("*", 17) + "@desk.example> no", 0, false},
		{"none", "sorry\n", "", "", 0, false},
	} {
		b := read(t, "X-Failed-Recipients: ada@customer.example\n", c.body).Bounce
		if b.Status != c.status || b.Diagnostic != c.diagnostic || b.Delayed != c.delayed || len(b.ReturnPaths) != c.paths {
			t.Errorf("%s: %+v", c.name, b)
		}
		if c.paths > 0 && !slices.Equal(b.ReturnPaths, []string{id}) {
			t.Errorf("%s: %q", c.name, b.ReturnPaths)
		}
	}
}

// A warning that no report belongs to says in its subject that nothing failed.
func TestBounceDelayed(t *testing.T) {
	for subject, want := range map[string]bool{
		"Warning: message 1abc-2 delayed 24 hours": true, "Delivery Status Notification (Delay)": true, "Warning: could not send message for past 4 hours": true,
		"Undelivered Mail Returned to Sender": false, "failure notice": false,
	} {
		m, bad := rawmail.Scan(rawmail.Normalize([]byte("Return-Path: <>\nFrom: MAILER-DAEMON@mx.customer.example\nSubject: "+subject+"\n\nA message that you sent.\n")), rawmail.DefaultLimits())
		if m == nil {
			t.Fatal(bad)
		}
		if r := Read(m, corpusOwn); r.Kind != "bounce" || r.Bounce.Delayed != want {
			t.Errorf("%s: %s, delayed %v, want %v", subject, r.Kind, r.Bounce.Delayed, want)
		}
	}
}
