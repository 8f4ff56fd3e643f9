package reply

import (
	"testing"

	"countersign/internal/rawmail"
	"countersign/policy"
)

// TestInquires: who asks something, and who asks whether it is us, by their own
// words alone.
func TestInquires(t *testing.T) {
	for _, tt := range []struct {
		name, subject, re, body string
		asks, ours              bool
	}{
		{"question", "T-9", "", "Has that been done?", true, false},
		{"ours", "A call", "", "Somebody named T-9. Is this really from you?", true, true},
		{"ours-without-a-mark", "A call", "", "Please tell me whether this is genuine: T-9", true, true},
		{"yours", "A call", "", "Is T-9 yours", true, true},
		{"in-the-subject", "Is T-9 really yours?", "", "Thanks", true, true},
		{"question-in-the-subject", "When is T-9 done?", "", "Thanks", true, false},
		{"subject-of-an-answer", "Re: Is T-9 really yours?", "x@client.example", "Thanks", false, false},
		{"german", "Anruf", "", "Kommt T-9 wirklich von Ihnen?", true, true},
		{"french", "Appel", "", "Le T-9 vient bien de vous ?", true, true},
		{"spanish", "Llamada", "", "¿Es T-9 realmente suyo?", true, true},
		{"japanese", "電話", "", "T-9 は本当に御社からですか？", true, true},
		{"statement", "T-9", "", "Thank you, T-9 is done.", false, false},
		{"quoted-alone", "T-9", "", "Thanks.\r\n\r\nOn Monday, Sam wrote:\r\n> Is this really from you?", false, false},
		{"address-with-a-mark", "T-9", "", "See https://client.example/a?b=c", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw := "From: ada@client.example\r\nTo: support@desk.example\r\nSubject: " + tt.subject + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nMIME-Version: 1.0\r\n"
			if tt.re != "" {
				raw += "In-Reply-To: <" + tt.re + ">\r\n"
			}
			m, refused := rawmail.Scan([]byte(raw+"\r\n"+tt.body+"\r\n"), rawmail.DefaultLimits())
			if len(refused) > 0 {
				t.Fatal(refused)
			}
			r := Read(m, Own{Address: "support@desk.example"})
			if r.Kind == policy.KindNew != (tt.re == "") {
				t.Fatalf("it is %s", r.Kind)
			}
			if asks, ours := r.Inquires(); asks != tt.asks || ours != tt.ours {
				t.Errorf("asks %v, ours %v, want %v, %v; own words %q", asks, ours, tt.asks, tt.ours, r.Text)
			}
		})
	}
}
