package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/inbound/mailbox"
	"countersign/internal/kv"
	"countersign/policy"
)

const both = "office@client.example"

// share gives Ada and Eve, who are of two clients, one address: Ada's only one,
// and Eve's second.
func (d *desk) share(t failer) {
	t.Helper()
	check(t, d.kv.Update(func(tx kv.Tx) error {
		addresses := map[string][]string{"ada": {both}, "eve": {both, eve}}
		for _, id := range []string{"ada", "eve"} { // the order in which they stand
			c, _, err := clients.Get(tx, id)
			c.Addresses = addresses[id]
			if err := errors.Join(err, clients.PutShared(tx, c)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// askShared opens a ticket for a contact by their id, and gives our question.
func (d *desk) askShared(t failer, contact string) (Ticket, Letter) {
	t.Helper()
	ticket, l := d.ask(t, contact, policy.PasswordChange)
	if l.To != both || ticket.Contact != contact {
		t.Fatalf("%s asked %s of %s", ticket.ID, ticket.Contact, l.To)
	}
	return ticket, l
}

// TestSharedToken: who was asked is who answers, by the token or a signed
// reference, whoever else has the address.
func TestSharedToken(t *testing.T) {
	d := openDesk(t, nil)
	d.share(t)
	_, err := d.Open(OpenRequest{Contact: both, Channel: policy.Phone, Class: policy.PasswordChange, Subject: "x", Agent: "kim"})
	if shared, is := errors.AsType[*clients.SharedError](err); !is || len(shared.Contacts) != 2 {
		t.Errorf("a ticket for the address: %v", err)
	}
	for _, who := range []string{"ada", "eve"} {
		ticket, l := d.askShared(t, who)
		unsigned := d.reply(l, policy.Yes)
		unsigned.Tokens = nil
		wants(t, d.receive(t, unsigned), "no_token")
		d.state(t, ticket.ID, policy.StateAuthenticated)
		m := d.receive(t, d.reply(l, policy.Yes))
		wants(t, m, "confirmed")
		if m.Facts.Person.ID != who {
			t.Errorf("%s answered as %+v", who, m.Facts.Person)
		}
		if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Allow {
			t.Errorf("%s confirmed: %+v", who, a)
		}
	}
}

// TestSharedMail: mail of several contacts' address is nobody's without a secret of
// ours: it opens nothing, proves nothing, stays in view and is found by each.
func TestSharedMail(t *testing.T) {
	d := openDesk(t, nil)
	d.share(t)
	ticket, l := d.askShared(t, "ada")
	opening := d.reply(l, policy.Unclear)
	opening.Kind, opening.Subject, opening.Threads, opening.Tokens, opening.References = policy.KindNew, "New disk, please", nil, nil, nil
	opening.Recipients = []policy.Mark{{Value: "support@desk.example", Field: "to"}}
	opening.Asks = policy.Asks{Class: policy.ServerChange, Score: 1}
	for _, tt := range []struct {
		name   string
		change func(*policy.Evidence)
		ticket string
	}{
		{"new", func(*policy.Evidence) {}, ""},
		{"names-a-ticket-of-one", func(e *policy.Evidence) { e.Numbers = []string{ticket.ID} }, ticket.ID},
		{"names-a-ticket-of-nobody", func(e *policy.Evidence) { e.Numbers = []string{"T-999"} }, ""},
		{"no-dns", func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultTempError} }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := opening
			tt.change(&e)
			d.fresh(&e)
			m := d.receive(t, e)
			wants(t, m, "shared_address")
			if m.Outcome != policy.Applied || m.Verdict != policy.Unauthenticated || m.Ticket != tt.ticket || !slices.Equal(m.Facts.Person.Shared, []string{"ada", "eve"}) {
				t.Errorf("%s %s on %q of %+v", m.Outcome, m.Verdict, m.Ticket, m.Facts.Person)
			}
			if text := m.Reasons[0].Text; !strings.Contains(text, "(ada, eve)") {
				t.Errorf("the reason names nobody: %s", text)
			}
			todo, err := d.Ledger.Pending("support")
			check(t, err)
			if i := slices.IndexFunc(todo, func(td mailbox.Todo) bool { return td.UID == m.Source.UID }); i < 0 || todo[i].Stays != (tt.ticket == "") {
				t.Errorf("on IMAP: %+v", todo)
			}
		})
	}
	if n := happened(d.show(t, ticket.ID), "message"); n != 1 {
		t.Errorf("%d messages in the history of the ticket that one named", n)
	}
	d.state(t, ticket.ID, policy.StateUnconfirmed)
	var all int
	check(t, d.List("", func(Shown) error { all++; return nil }))
	if all != 1 {
		t.Errorf("%d tickets, want the agent's alone", all)
	}
}

// TestSharedNo: a no is heard by whoever of them was asked, to a question that
// stands or not, and by nobody else.
func TestSharedNo(t *testing.T) {
	d := openDesk(t, nil)
	d.share(t)
	of := map[string]Ticket{}
	letters := map[string]Letter{}
	for _, who := range []string{"ada", "eve"} {
		of[who], letters[who] = d.askShared(t, who)
	}
	d.receive(t, d.reply(letters["eve"], policy.Yes))
	no := d.reply(letters["eve"], policy.No) // its token is spent
	wants(t, d.receive(t, no), "denied")
	d.state(t, of["eve"].ID, policy.StateDisputed)
	d.state(t, of["ada"].ID, policy.StateUnconfirmed)
	bare := d.reply(letters["ada"], policy.No) // and this has none at all
	bare.Tokens, bare.References, bare.Subject = nil, nil, "No"
	wants(t, d.receive(t, bare), "shared_address")
	d.state(t, of["ada"].ID, policy.StateUnconfirmed)
	wants(t, d.receive(t, d.reply(letters["ada"], policy.No)), "denied")
	d.state(t, of["ada"].ID, policy.StateDisputed)
}

// TestSharedStop: the stop of one client holds what is asked for whoever has an
// address of its people, until it is lifted.
func TestSharedStop(t *testing.T) {
	d := openDesk(t, nil)
	d.share(t)
	ours, l := d.askShared(t, "ada")
	d.receive(t, d.reply(l, policy.Yes))
	other, ol := d.askShared(t, "eve")
	d.receive(t, d.reply(ol, policy.Yes))
	d.receive(t, d.reply(d.last(t, policy.NoticeConfirmed, ours.ID), policy.No))
	if a := d.may(t, other.ID, policy.PasswordChange, "kim"); a.Decision != policy.Deny || !has(a, "client_stopped") {
		t.Errorf("the other contact at the address: %+v", a)
	}
}

// TestSharedCap: a mailbox gets no more questions an hour because two contacts have it.
func TestSharedCap(t *testing.T) {
	d := openDesk(t, func(o *Options) { o.PerHour = 2 })
	d.share(t)
	for _, who := range []string{"ada", "eve", "ada", "eve"} {
		d.askShared(t, who)
	}
	if n := len(d.due(t, true)); n != 2 {
		t.Errorf("%d questions may go to the mailbox this hour, want 2", n)
	}
	if _, l := d.ask(t, bob, policy.PasswordChange); l.To != bob || len(d.due(t, true)) != 3 {
		t.Error("another mailbox has no room")
	}
}

// TestSharedRemoved: when one of them is removed, the other stays, and an answer to
// a question that went to the first is that one's still.
func TestSharedRemoved(t *testing.T) {
	d := openDesk(t, nil)
	d.share(t)
	_, l := d.askShared(t, "ada")
	_, err := d.Directory.RemoveContact(as("max"), "ada", "max", false)
	check(t, err)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "contact_removed")
	ticket, ol := d.askShared(t, "eve")
	wants(t, d.receive(t, d.reply(ol, policy.Yes)), "confirmed")
	d.state(t, ticket.ID, policy.StateConfirmed)
	opening := d.reply(ol, policy.Unclear)
	opening.Kind, opening.Subject, opening.Threads, opening.Tokens, opening.References = policy.KindNew, "A question", nil, nil, nil
	opening.Recipients = []policy.Mark{{Value: "support@desk.example", Field: "to"}}
	m := d.receive(t, opening)
	wants(t, m, "opened")
	if m.Facts.Person.ID != "eve" {
		t.Errorf("opened by %+v", m.Facts.Person)
	}
}

// TestSharedAdded: an address that newly is a second contact's proves nothing
// privileged for that one at first, and for the first as before.
func TestSharedAdded(t *testing.T) {
	d := openDesk(t, nil)
	in := NewContact{Client: "c1", Addresses: []string{eve}, Name: "Evelyn", Role: clients.Authorised, Permissions: []clients.Permission{clients.All}, Agent: "max"}
	try := func(in NewContact) error {
		ticket := d.allowed(t, bob, "Please add "+eve+", too, with the permission all.")
		in.Ticket, in.Agent = ticket.ID, "kim"
		out, err := d.Directory.AddContact(as("kim"), in)
		if err == nil && len(out.Cools) == 0 {
			t.Errorf("nothing of it cools: %+v", out)
		}
		return err
	}
	if err := try(in); err == nil || !strings.Contains(err.Error(), "--allow-shared") {
		t.Errorf("without the word: %v", err)
	}
	in.AllowShared = true
	check(t, try(in))
	var second string
	check(t, d.KV().View(func(v kv.View) error {
		all, err := clients.Holders(v, eve)
		if len(all) == 2 {
			second = all[1].ID
		}
		return err
	}))
	for who, want := range map[string]string{"eve": "confirmed", second: "cooling"} {
		_, l := d.ask(t, who, policy.PasswordChange)
		wants(t, d.receive(t, d.reply(l, policy.Yes)), want)
	}
	d.turn(73 * time.Hour)
	_, l := d.ask(t, second, policy.PasswordChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
}

// TestSharedApproval: one mailbox is one person: whoever has that of the requester
// is not asked to approve, and no word of theirs is an approval.
func TestSharedApproval(t *testing.T) {
	d := openDesk(t, nil)
	check(t, d.kv.Update(func(tx kv.Tx) error {
		return clients.PutShared(tx, clients.Contact{ID: "cem", Client: "c1", Name: "Cem", Role: clients.Primary, Status: clients.Active, Addresses: []string{bob}})
	}))
	ticket, err := d.Open(OpenRequest{Contact: "bob", Channel: policy.Phone, Class: policy.SubscriptionChange, Subject: "Another plan", Agent: "kim"})
	check(t, err)
	wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, ticket.ID), policy.Yes)), "confirmed")
	check(t, d.Tick())
	for _, l := range d.letters {
		if l.Kind == policy.NoticeApprove && l.To != ada {
			t.Errorf("%s is asked to approve", l.To)
		}
	}
	d.edit(t, ticket.ID, func(t *Ticket) {
		d.prove(t, policy.Proof{Kind: policy.ProofApproval, Contact: "cem", Address: bob})
	})
	d.turn(time.Minute)
	if a := d.may(t, ticket.ID, policy.SubscriptionChange, "kim"); a.Decision == policy.Allow {
		t.Errorf("the requester's own mailbox approves: %+v", a)
	}
	wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeApprove, ticket.ID), policy.Yes)), "approved")
	d.turn(time.Minute)
	if a := d.may(t, ticket.ID, policy.SubscriptionChange, "kim"); a.Decision != policy.Allow {
		t.Errorf("another mailbox does: %+v", a)
	}
}
