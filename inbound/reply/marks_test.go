package reply

import (
	"testing"

	"countersign/internal/rawmail"
)

// TestOneMark gives a person's mail one mark alone, for each that tells what a
// message is.
func TestOneMark(t *testing.T) {
	parts := func(typ string) string {
		return "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: " + typ + "\n\nx: y\n--b--\n"
	}
	for _, c := range []struct{ name, path, from, header, want string }{
		{"receipt-part", "", "", parts("message/disposition-notification"), "receipt"},
		{"bounce-part", "", "", parts("message/delivery-status"), "bounce"},
		{"bounce-part-utf8", "", "", parts("message/global-delivery-status"), "bounce"},
		{"bounce-path-and-subject", "<>", "", "Subject: Undeliverable: x\n\n", "bounce"},
		{"bounce-sender-and-subject", "", "MAILER-DAEMON@customer.example", "Subject: Undeliverable: x\n\n", "bounce"},
		{"auto-submitted", "", "", "Auto-Submitted: auto-replied\n\n", "auto-reply"},
		{"auto-submitted-no", "", "", "Auto-Submitted: no; owner=ada\n\n", "new"},
		{"references", "", "", "References: <1@desk.example>\n\n", "reply"},
		{"in-reply-to", "", "", "In-Reply-To: <1@desk.example>\n\n", "reply"},
		{"re", "", "", "Subject: AW: x\n\n", "reply"},
		{"none", "", "", "Subject: x\n\n", "new"},
	} {
		path, from := c.path, c.from
		if path == "" {
			path = "<ada@customer.example>"
		}
		if from == "" {
			from = "ada@customer.example"
		}
		raw := "Return-Path: " + path + "\nFrom: " + from + "\nTo: support@desk.example\n" + c.header + "hello\n"
		m, bad := rawmail.Scan(rawmail.Normalize([]byte(raw)), rawmail.DefaultLimits())
		if m == nil || len(bad) > 0 {
			t.Fatal(c.name, bad)
		}
		if r := Read(m, corpusOwn); string(r.Kind) != c.want {
			t.Errorf("%s: %s, want %s (%s)", c.name, r.Kind, c.want, r.KindWhy)
		}
	}
}
