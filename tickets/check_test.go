package tickets

import (
	"slices"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// checks asks what may be done for a contact by a channel, as agent lee.
func (d *desk) checks(t failer, contact string, by policy.Channel, class policy.Class) Checked {
	t.Helper()
	out, err := d.Check(CheckRequest{Contact: contact, Channel: by, Class: class, Agent: "lee"})
	check(t, err)
	return out
}

// TestCheckIsKept: whatever check promises of a class by a channel is what the
// same agent is then answered on a ticket: at once, with the code that bob says, or
// by mail after his YES, an approval and the wait. Nothing comes earlier.
func TestCheckIsKept(t *testing.T) {
	for _, by := range policy.Channels {
		for _, class := range policy.Classes {
			t.Run(string(by)+"/"+string(class), func(t *testing.T) {
				t.Parallel()
				d := memoryDesk(t, nil)
				d.set(t, bobs)
				out := d.checks(t, bob, by, class)
				ticket, err := d.Open(OpenRequest{Contact: bob, Channel: by, Class: class, Subject: "New password for web1", Agent: "lee"})
				check(t, err)
				if k, err := d.ChannelCheck(ticket, "lee"); err != nil || k.Say != out.Check.Say || !slices.Equal(k.Now, out.Check.Now) || !slices.Equal(k.ByMail, out.Check.ByMail) {
					t.Errorf("ticket open says otherwise: %+v %v", k, err)
				}
				allowed := func(by policy.Channel) bool {
					a, err := d.Authorize(AuthorizeRequest{Ticket: ticket.ID, Class: class, Agent: "lee", Channel: by})
					check(t, err)
					return a.Decision == policy.Allow
				}
				switch now := allowed(by); out.How {
				case "now":
					if !now {
						t.Error("it is promised now, and denied")
					}
				case "with_code":
					if now {
						t.Error("it is allowed without the code")
					}
					d.said(t, bobs, ticket.ID)
					if !allowed(by) {
						t.Error("it is promised with the code, and denied")
					}
				case "by_mail":
					if now || by != policy.Email && allowed(policy.Email) {
						t.Error("it is allowed without the mail")
					}
					d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, ticket.ID), policy.Yes))
					if slices.Contains(out.Check.Approval, class) {
						if allowed(policy.Email) {
							t.Error("it is allowed without an approval")
						}
						check(t, d.Tick())
						d.receive(t, d.reply(d.last(t, policy.NoticeApprove, ticket.ID), policy.Yes))
					}
					d.send(t)
					d.turn(class.Demands().Wait)
					if !allowed(policy.Email) {
						t.Error("it is promised after the YES, and denied")
					}
				default:
					t.Errorf("bob may everything, and gets %+v", out)
				}
			})
		}
	}
}

// TestCheckFacts spoils one fact at a time of what bob may by phone.
func TestCheckFacts(t *testing.T) {
	changed := func(change func(*clients.Contact)) func(testing.TB, *desk) {
		return func(t testing.TB, d *desk) { d.contact(t, "bob", change) }
	}
	for _, tt := range []struct {
		name  string
		spoil func(testing.TB, *desk)
		small string // how a small change may be done
		dns   string // and a change of DNS
		code  string // why not
	}{
		{"all", func(t testing.TB, d *desk) { d.set(t, bobs) }, "with_code", "by_mail", ""},
		{"no-code", func(testing.TB, *desk) {}, "by_mail", "by_mail", ""},
		{"locked-code", func(t testing.TB, d *desk) {
			d.set(t, bobs)
			for range policy.WrongCodesDay {
				d.said(t, another, "")
			}
		}, "by_mail", "by_mail", ""},
		{"only-questions", changed(func(c *clients.Contact) { c.Permissions = []clients.Permission{"question"} }), "not", "not", "no_permission"},
		{"of-one-service", changed(func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask", "dns-change:web-3"} }), "by_mail", "not", "no_permission"},
		{"new-right", changed(func(c *clients.Contact) { c.Gained = map[string]time.Time{"dns-change": start} }), "by_mail", "not", "cooling"},
		{"new-address", changed(func(c *clients.Contact) { c.Since = map[string]time.Time{bob: start} }), "by_mail", "not", "cooling"},
		{"newly-first", changed(func(c *clients.Contact) { c.First.At = start }), "by_mail", "not", "cooling"},
		{"address-became-staffs", func(_ testing.TB, d *desk) {
			d.Store.opt.Addresses = append(d.Store.opt.Addresses, "help@client.example")
		}, "not", "not", "staff_address"},
		{"code-and-address-became-staffs", func(t testing.TB, d *desk) {
			d.set(t, bobs)
			d.Store.opt.Addresses = append(d.Store.opt.Addresses, "help@client.example")
		}, "with_code", "not", "staff_address"},
		{"stopped", func(t testing.TB, d *desk) {
			check(t, d.kv.Update(func(tx kv.Tx) error { return kv.Save(tx, stopPrefix+"c1", stop{Tickets: []string{"T-1"}}) }))
		}, "by_mail", "not", "client_stopped"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			tt.spoil(t, d)
			small, dns := d.checks(t, bob, policy.Phone, policy.MinorChange), d.checks(t, bob, policy.Phone, policy.DNSChange)
			if small.How != tt.small || dns.How != tt.dns || len(dns.Reasons) > 0 != (tt.code != "") || tt.code != "" && dns.Reasons[0].Code != policy.Code(tt.code) {
				t.Errorf("small changes %s, DNS %s %v", small.How, dns.How, dns.Reasons)
			}
		})
	}
	d := memoryDesk(t, nil)
	for name, in := range map[string]CheckRequest{
		"stranger":   {Contact: "mallory@evil.example", Channel: policy.Chat, Agent: "lee"},
		"no-channel": {Contact: bob, Agent: "lee"},
		"no-class":   {Contact: bob, Channel: policy.Chat, Class: "passwords", Agent: "lee"},
		"no-agent":   {Contact: bob, Channel: policy.Chat, Agent: "nobody"},
	} {
		if out, err := d.Check(in); err == nil {
			t.Errorf("%s: %+v", name, out)
		}
	}
}
