package inbound

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/inbound/reply"
	"countersign/inbound/sender"
	"countersign/internal/rawmail"
	"countersign/policy"
)

type nobodyChecks struct{}

func (nobodyChecks) Check(context.Context, sender.Request) policy.Sender { return policy.Sender{} }

// TestInquiry: which numbers somebody asks about, in whatever of their mail they
// stand, and no more than five.
func TestInquiry(t *testing.T) {
	phish := "\r\n\r\nOn Monday, Support <support@evil.example> wrote:\r\n> Please confirm T-4711 and T-8\r\n"
	for _, tt := range []struct {
		name, subject, body string
		want                []string
		real                bool
	}{
		{"subject", "T-9", "Is that done?", []string{"T-9"}, false},
		{"own-words", "A call", "Is t-9 really yours?", []string{"T-9"}, true},
		{"quoted", "A mail", "Is this really from you?" + phish, []string{"T-4711", "T-8"}, true},
		{"forwarded", "Fwd: Confirm", "Is this really from you?\r\n\r\n---------- Forwarded message ----------\r\nFrom: Support <support@evil.example>\r\nSubject: Confirm\r\n\r\nPlease confirm T-4711.\r\n", []string{"T-4711"}, true},
		{"all-in-their-order", "T-1", "T-2 and T-1, are they really yours?" + phish, []string{"T-1", "T-2", "T-4711", "T-8"}, true},
		{"five", "Numbers", "Is it T-1, T-2, T-3, T-4, T-5, T-6 or T-7?", []string{"T-1", "T-2", "T-3", "T-4", "T-5"}, false},
		{"reference", "[T-9-7KQ3MX]", "Is this really from you?", []string{"T-9"}, true},
		{"asks-nothing", "T-9", "Thank you.", nil, false},
		{"names-nothing", "A call", "Is this really from you?", nil, false},
		{"part-of-a-word", "A call", "Is XT-9 or T-9X really yours?", nil, false},
		{"zero", "A call", "Is T-0 or T-09 really yours?", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw := "From: ada@client.example\r\nTo: support@desk.example\r\nDate: Wed, 25 Nov 2026 09:00:00 +0000\r\nSubject: " + tt.subject + "\r\n\r\n" + tt.body + "\r\n"
			e := Understand(context.Background(), nobodyChecks{}, Desk{Own: reply.Own{Address: "support@desk.example", ReplyAddress: "support+{token}@desk.example"}, Limits: rawmail.DefaultLimits()}, []byte(raw), time.Now())
			if i := e.Inquiry; !slices.Equal(i.Numbers, tt.want) || i.Real != tt.real || i.Asks != (tt.want != nil) {
				t.Errorf("%+v, want %v, real %v; own words %q", i, tt.want, tt.real, e.Text)
			}
		})
	}
	long := strings.Repeat("word ", 20<<10)
	if i := inquiry("T-1?", reply.Reading{Kind: policy.KindNew, Subject: "T-1?", Text: long + " T-2"}); !slices.Equal(i.Numbers, []string{"T-1"}) {
		t.Errorf("of a long text: %v", i.Numbers)
	}
}
