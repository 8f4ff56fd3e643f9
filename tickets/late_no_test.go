package tickets

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// TestNoAtAnyTime: a proved no to any notice that was ever sent disputes its
// ticket, whatever became of the question since, and stops the client where what
// was asked then, or later, had a proof or was allowed.
func TestNoAtAnyTime(t *testing.T) {
	yes := func(d *desk, id string) { d.receive(t, d.reply(d.last(t, "confirm", id), policy.Yes)) }
	edit := func(class policy.Class) func(*desk, string) {
		return func(d *desk, id string) {
			_, err := d.Edit(EditRequest{Ticket: id, Request: "Another thing", Class: class, Agent: "kim"})
			check(t, err)
		}
	}
	allow := func(d *desk, id string) {
		if a := d.may(t, id, policy.PasswordChange, "kim"); a.Decision != policy.Allow {
			t.Fatalf("%+v", a)
		}
	}
	unproved := func(d *desk, id string) {
		no := d.reply(d.last(t, "confirm", id), policy.No)
		no.Sender = policy.Sender{Result: policy.ResultNone}
		wants(t, d.receive(t, no), "unproved_no")
	}
	late := func(d *desk, _ string) { d.turn(400 * time.Hour); check(t, d.Tick()) }
	closes := func(d *desk, id string) { _, err := d.CloseTicket(id, "kim"); check(t, err) }
	moves := func(d *desk, _ string) {
		d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{"bob@new.example"} })
	}
	removes := func(d *desk, _ string) {
		d.contact(t, "bob", func(c *clients.Contact) { c.Status = clients.Removed })
	}
	restored := func(d *desk, _ string) {
		d.turn(time.Minute)
		check(t, d.engine.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1, Began: d.Now()}) }))
	}
	steps := func(all ...func(*desk, string)) []func(*desk, string) { return all }
	for _, tt := range []struct {
		name  string
		do    []func(*desk, string)
		to    policy.NoticeKind // the kind of notice that is answered, the first of it
		stops bool
	}{
		{"at-once", nil, "confirm", false},
		{"after-yes", steps(yes), "confirm", true},
		{"to-confirmed", steps(yes), "confirmed", true},
		{"after-an-edit", steps(edit("")), "confirm", false},
		{"after-yes-and-edit", steps(yes, edit("")), "confirm", true},
		{"to-confirmed-after-an-edit", steps(yes, edit("")), "confirmed", true},
		{"after-yes-allow-and-edit", steps(yes, allow, edit("")), "confirmed", true},
		{"after-a-later-yes-and-two-edits", steps(edit(""), yes, edit("")), "confirm", true},
		{"after-three-edits", steps(yes, edit(""), edit(""), edit("")), "confirmed", true},
		{"made-a-question", steps(yes, edit(policy.Question)), "confirmed", true},
		{"made-a-question-unanswered", steps(edit(policy.Question)), "confirm", false},
		{"after-an-unproved-no", steps(unproved), "confirm", false},
		{"late", steps(late), "confirm", false},
		{"late-after-yes", steps(yes, late), "confirmed", true},
		{"after-the-end", steps(closes), "confirm", false},
		{"after-yes-and-the-end", steps(yes, closes), "confirmed", true},
		{"after-yes-edit-and-the-end", steps(yes, edit(""), closes), "confirmed", true},
		{"address-gone", steps(moves), "confirm", false},
		{"address-gone-after-yes", steps(yes, moves), "confirmed", true},
		{"contact-removed", steps(removes), "confirm", false},
		{"contact-removed-after-yes", steps(yes, removes), "confirmed", true},
		{"after-a-restore", steps(yes, restored), "confirmed", true},
	} {
		for _, marks := range []string{"all", "token", "reference"} {
			t.Run(tt.name+"/"+marks, func(t *testing.T) {
				d := memoryDesk(t, nil)
				ticket, _ := d.ask(t, bob, policy.PasswordChange)
				other, ol := d.ask(t, bob, policy.DNSChange)
				d.receive(t, d.reply(ol, policy.Yes))
				for _, do := range tt.do {
					do(d, ticket.ID)
				}
				no := d.reply(d.first(t, tt.to, ticket.ID), policy.No)
				switch marks {
				case "token":
					if len(no.Tokens) == 0 {
						t.Skip("this kind has none")
					}
					no.References, no.Subject = nil, "Re:"
				case "reference":
					no.Tokens, no.Threads = nil, nil
				}
				if m := d.receive(t, no); !m.Decision.Has(policy.EffectDispute) {
					t.Fatalf("not heard: %s %v", m.Verdict, m.Reasons)
				}
				d.state(t, ticket.ID, policy.StateDisputed)
				if st := d.stopOf(t, "c1"); (len(st.Tickets) == 1) != tt.stops {
					t.Errorf("stopped by %v, want stopped %v", st.Tickets, tt.stops)
				}
				check(t, d.Tick())
				d.state(t, other.ID, policy.StateUnconfirmed)
			})
		}
	}
}

// first gives the earliest letter of a kind for a ticket.
func (d *desk) first(t failer, kind policy.NoticeKind, ticket string) Letter {
	t.Helper()
	for _, l := range d.letters {
		if l.Kind == kind && l.Ticket == ticket {
			return l
		}
	}
	t.Fatalf("no letter %s for %s", kind, ticket)
	return Letter{}
}

func (d *desk) stopOf(t failer, client string) (st stop) {
	t.Helper()
	check(t, d.engine.View(func(v kv.View) error {
		var err error
		st, _, err = kv.Load[stop](v, "stop/"+client)
		return err
	}))
	return st
}

// TestLateYes: what carries a no for ever is dead for a yes.
func TestLateYes(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Another thing", Agent: "kim"})
	check(t, err)
	for _, spoil := range []func(*policy.Evidence){func(*policy.Evidence) {}, func(e *policy.Evidence) { e.Tokens = nil }} {
		e := d.reply(l, policy.Yes)
		spoil(&e)
		wants(t, d.receive(t, e), "token_superseded")
	}
	d.state(t, ticket.ID, policy.StateUnconfirmed)
}

// TestFellOff: notices that a ticket no longer looks after are as dead for a yes
// as the others, and carry a no.
func TestFellOff(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.MinorChange)
	for range 2 * maxNotices {
		no := d.reply(d.lastAsking(t, ticket.ID), policy.No)
		no.Sender = policy.Sender{Result: policy.ResultNone}
		wants(t, d.receive(t, no), "unproved_no")
	}
	if now := d.loaded(t, ticket.ID); len(now.Notices) > maxNotices+1 {
		t.Fatalf("%d notices are looked after", len(now.Notices))
	}
	for _, tokens := range []bool{true, false} {
		e := d.reply(l, policy.Yes)
		if !tokens {
			e.Tokens = nil
		}
		wants(t, d.receive(t, e), "token_superseded")
	}
	d.state(t, ticket.ID, policy.StateUnconfirmed)
	d.receive(t, d.reply(l, policy.No))
	d.state(t, ticket.ID, policy.StateDisputed)
}

func (d *desk) lastAsking(t failer, ticket string) Letter {
	t.Helper()
	if d.count("unproved_no", ticket) > 0 {
		return d.last(t, "unproved_no", ticket)
	}
	return d.last(t, "confirm", ticket)
}

func (d *desk) loaded(t failer, id string) (out Ticket) {
	t.Helper()
	check(t, d.engine.View(func(v kv.View) (err error) { out, err = load(v, id); return err }))
	return out
}

// TestNoTwice: a second no to a ticket that is disputed puts nothing back again,
// unless it is said to what had a proof: that stops the client, also where the
// stop was lifted before.
func TestNoTwice(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	confirmed := d.last(t, "confirmed", ticket.ID)
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Another thing", Agent: "kim"})
	check(t, err)
	second := d.last(t, "confirm", ticket.ID)
	for range 2 { // the question that never had a yes
		d.receive(t, d.reply(second, policy.No))
		check(t, d.Tick())
		if st := d.stopOf(t, "c1"); len(st.Tickets) != 0 {
			t.Fatalf("a no to what had no proof stops the client: %v", st)
		}
	}
	if now := d.loaded(t, ticket.ID); now.Disputes != 1 {
		t.Errorf("disputed %d times, want 1", now.Disputes)
	}
	for range 2 { // the one that had, and again after the lift
		d.receive(t, d.reply(confirmed, policy.No))
		if st := d.stopOf(t, "c1"); len(st.Tickets) != 1 {
			t.Fatalf("a no to what had a proof stops nobody: %v", st)
		}
		_, err := d.Lift(ticket.ID, "max", "Talked to Ada")
		check(t, err)
		wants(t, d.receive(t, d.reply(d.last(t, "lift", ticket.ID), policy.Yes)), "lifted")
	}
}

// TestNoNamesTheAct: who reads the ticket is told which revision was denied, and
// who was allowed to carry it out.
func TestNoNamesTheAct(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	a := d.may(t, ticket.ID, policy.PasswordChange, "lee")
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Another thing", Class: policy.DNSChange, Agent: "kim"})
	check(t, err)
	d.receive(t, d.reply(d.last(t, "confirmed", ticket.ID), policy.No))
	said := fmt.Sprint(d.show(t, ticket.ID).History)
	for _, want := range []string{"no to revision 1 (password-change)", "allowed to lee", a.Receipt} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %s", want, said)
		}
	}
}

// TestNoOfTwoTickets: a no whose signature names two tickets disputes both, each
// with what it had.
func TestNoOfTwoTickets(t *testing.T) {
	d := memoryDesk(t, nil)
	one, l := d.ask(t, bob, policy.MinorChange)
	two, tl := d.ask(t, bob, policy.MinorChange)
	theirs, el := d.ask(t, eve, policy.MinorChange)
	d.receive(t, d.reply(tl, policy.Yes))
	no := d.reply(l, policy.No)
	no.References = []policy.Mark{{Value: d.last(t, "confirmed", two.ID).Reference, Field: "subject"}}
	no.Tokens = append(no.Tokens, policy.Mark{Value: el.Token, Field: "to"})
	wants(t, d.receive(t, no), "two_tickets")
	d.state(t, one.ID, policy.StateDisputed)
	d.state(t, two.ID, policy.StateDisputed)
	d.state(t, theirs.ID, policy.StateUnconfirmed)
	if st := d.stopOf(t, "c1"); len(st.Tickets) != 1 || st.Tickets[0] != two.ID {
		t.Errorf("stopped by %v, want %s", st.Tickets, two.ID)
	}
}

// TestColleaguesLateNo: another contact who may ask for the class is heard after
// an edit, too, as long as the ticket is open.
func TestColleaguesLateNo(t *testing.T) {
	for _, tt := range []struct {
		from  string
		close bool
		want  policy.State
	}{{ada, false, policy.StateDisputed}, {eve, false, policy.StateUnconfirmed}, {"x@evil.example", false, policy.StateUnconfirmed}, {ada, true, policy.StateClosed}} {
		d := memoryDesk(t, nil)
		ticket, l := d.ask(t, bob, policy.DNSChange)
		_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Another thing", Agent: "kim"})
		check(t, err)
		if tt.close {
			_, err := d.CloseTicket(ticket.ID, "kim")
			check(t, err)
		}
		e := d.reply(l, policy.No)
		e.From = tt.from
		d.receive(t, e)
		d.state(t, ticket.ID, tt.want)
	}
}

// TestOldRecords: a ticket of before revisions were kept had a proof where its
// record says so.
func TestOldRecords(t *testing.T) {
	old := Ticket{ID: "T-1", Revision: 3, Class: policy.DNSChange, Proved: true}
	if !old.actedSince(3) || !old.actedSince(1) || (Ticket{Revision: 3}).actedSince(1) {
		t.Error("the proof of an old record is forgotten")
	}
	d := memoryDesk(t, nil)
	check(t, d.engine.Update(func(tx kv.Tx) error { return d.endRevision(tx, &old) }))
	if old.Acted != 3 || !old.Grave || !old.actedSince(3) || old.actedSince(4) {
		t.Errorf("after an edit: %+v", old)
	}
}

// TestNoOfAnAddressThatMoved: whoever has the address now that was asked, even at
// another client, is heard with a no, and proves nothing.
func TestNoOfAnAddressThatMoved(t *testing.T) {
	for intent, want := range map[policy.Intent]policy.State{policy.No: policy.StateDisputed, policy.Yes: policy.StateUnconfirmed} {
		d := memoryDesk(t, nil)
		ticket, l := d.ask(t, bob, policy.PasswordChange)
		d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{"bob@new.example"} })
		d.contact(t, "eve", func(c *clients.Contact) { c.Addresses = append(c.Addresses, bob) })
		d.receive(t, d.reply(l, intent))
		d.state(t, ticket.ID, want)
	}
}
