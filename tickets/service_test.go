package tickets

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
)

// serviceDesk is a desk where Bob may change the DNS of one service, until a day.
func serviceDesk(t *testing.T) *desk {
	t.Helper()
	d := memoryDesk(t, nil)
	d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = more2("ask", "dns-change:web-3@2026-11-26") })
	return d
}

func (d *desk) openFor(service string) (Ticket, error) {
	return d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.DNSChange, Service: service, Subject: "A record", Agent: "kim"})
}

// TestService: a permission that is for a service counts for tickets of it alone,
// until its day has ended, and the notice says which service it is.
func TestService(t *testing.T) {
	d := serviceDesk(t)
	for _, other := range []string{"", "web-4", "web 3"} {
		if _, err := d.openFor(other); err == nil || !errors.Is(err, ErrNotAllowed) && other != "web 3" {
			t.Errorf("service %q: %v", other, err)
		}
	}
	ticket, err := d.openFor(" Web-3")
	check(t, err)
	l := d.last(t, "confirm", ticket.ID)
	if d.show(t, ticket.ID).Service != "web-3" || !strings.HasSuffix(l.ClassWords, "of the service web-3") {
		t.Errorf("%+v says %q", ticket, l.ClassWords)
	}
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	d.turn(39*time.Hour - time.Millisecond) // the last moment of that day
	if a := d.may(t, ticket.ID, policy.DNSChange, "kim"); a.Decision != policy.Allow {
		t.Fatalf("%+v", a)
	}
	r, _, err := d.receipt(d.may(t, ticket.ID, policy.DNSChange, "kim").Receipt)
	if err != nil || r.Service != "web-3" || !d.Log.genuine(r) {
		t.Errorf("%+v, %v", r, err)
	}
	d.turn(time.Millisecond)
	if a := d.may(t, ticket.ID, policy.DNSChange, "kim"); a.Decision != policy.Deny || !has(a, "no_permission") {
		t.Errorf("after its end: %+v", a)
	}
	if _, err := d.openFor("web-3"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("after its end: %v", err)
	}
}

// TestServiceEnds: a yes that comes when the permission has ended gives nothing.
func TestServiceEnds(t *testing.T) {
	d := serviceDesk(t)
	ticket, err := d.openFor("web-3")
	check(t, err)
	d.turn(39 * time.Hour)
	wants(t, d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes)), "no_permission")
}

// TestServiceEdited: another service is another request: what was proved is void.
func TestServiceEdited(t *testing.T) {
	d := serviceDesk(t)
	ticket, err := d.openFor("web-3")
	check(t, err)
	wants(t, d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes)), "confirmed")
	if _, err := d.Edit(EditRequest{Ticket: ticket.ID, Service: new("web-3"), Agent: "kim"}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("the service that it has: %v", err)
	}
	d.state(t, ticket.ID, policy.StateConfirmed)
	edited, err := d.Edit(EditRequest{Ticket: ticket.ID, Service: new("web-4"), Agent: "kim"})
	check(t, err)
	if edited.Service != "web-4" || edited.Revision != 2 || d.count("confirm", ticket.ID) != 1 {
		t.Errorf("%+v", edited) // which Bob may not ask for, so he is not asked
	}
	d.state(t, ticket.ID, policy.StateUnconfirmed)
	edited, err = d.Edit(EditRequest{Ticket: ticket.ID, Service: new("Web-3"), Agent: "kim"})
	check(t, err)
	if d.count("confirm", ticket.ID) != 2 {
		t.Errorf("%+v", edited)
	}
	wants(t, d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes)), "confirmed")
	if a := d.may(t, ticket.ID, policy.DNSChange, "kim"); a.Decision != policy.Allow {
		t.Errorf("%+v", a)
	}
	if _, err := d.Edit(EditRequest{Ticket: ticket.ID, Service: new(""), Class: policy.MinorChange, Agent: "kim"}); err != nil {
		t.Error(err)
	}
	if s := d.show(t, ticket.ID); s.Service != "" || s.Class != policy.MinorChange {
		t.Errorf("%+v", s)
	}
}

// TestServiceOfOwnMail: a customer's own mail is about the service that its words
// name, where their permissions name it.
func TestServiceOfOwnMail(t *testing.T) {
	for text, want := range map[string]string{"Please set the A record of web-3.": "web-3", "Please set the A record.": "", "Please set the A record of web-33.": ""} {
		d := serviceDesk(t)
		e := d.reply(Letter{To: bob}, policy.Unclear)
		e.Kind, e.Threads, e.Subject, e.Text, e.References = policy.KindNew, nil, "A record", text, nil
		e.Recipients = []policy.Mark{{Value: "support@desk.example", Field: "to"}}
		e.Asks = policy.Asks{Class: policy.DNSChange, Score: 0.9}
		m := d.receive(t, e)
		s := d.show(t, m.Ticket)
		if s.Service != want || (d.count("confirm", m.Ticket) == 1) != (want != "") {
			t.Errorf("%q: service %q, asked %d, %v", text, s.Service, d.count("confirm", m.Ticket), m.Reasons)
		}
	}
}

// TestRevokedKillsQuestions: whatever a lead takes away, an open question that
// needed it can't be answered with a yes from that moment on.
func TestRevokedKillsQuestions(t *testing.T) {
	less := []clients.Permission{"ask"}
	for _, tt := range []struct {
		name   string
		change clients.Change
		from   string
		reason string
	}{
		{"permission", clients.Change{Permissions: &less}, bob, "no_permission"},
		{"address", clients.Change{RemoveAddresses: []string{home}}, home, "other_address"},
		{"name", clients.Change{Name: new("Robert")}, bob, "confirmed"},
		{"language", clients.Change{Language: new("nb")}, bob, "confirmed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, home) })
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			_, err := d.Directory.SetContact(as("max"), ContactChange{Contact: bob, Change: tt.change})
			check(t, err)
			e := d.reply(l, policy.Yes)
			e.From = tt.from
			wants(t, d.receive(t, e), tt.reason)
			if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); (a.Decision == policy.Allow) != (tt.reason == "confirmed") {
				t.Errorf("%+v", a)
			}
		})
	}
}
