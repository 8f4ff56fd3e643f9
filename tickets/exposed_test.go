package tickets

import (
	"testing"
	"time"

	"countersign/policy"
	"countersign/tickets/ledger"
)

// aside is a message that was refused and holds secrets somewhere.
func (d *desk) aside(secrets ...string) policy.Evidence {
	e := policy.Evidence{From: bob, Arrived: d.clock(), Refusals: []policy.Reason{policy.Because("ambiguous_header")}, Carried: secrets}
	d.fresh(&e)
	return e
}

// TestExposed: the secret of a message that people may look at opens nothing any
// more, and the question is asked afresh.
func TestExposed(t *testing.T) {
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.MinorChange)
	wants(t, d.receive(t, d.reply(l, policy.Unclear)), "unclear_answer")
	d.state(t, ticket.ID, policy.StateAuthenticated)
	m := d.receive(t, d.aside("aaaaaaaaaaaaaaaaaaaaaaaaaa", l.Token))
	_, err := d.Inbox.Quarantined(m.ID) // before Tick
	check(t, err)
	d.state(t, ticket.ID, policy.StateUnconfirmed)
	weak := d.reply(l, policy.Yes) // what a lead who read it could send
	weak.Sender = policy.Sender{Result: policy.ResultNone}
	d.receive(t, weak)
	d.receive(t, d.reply(l, policy.Yes))
	if s := d.show(t, ticket.ID); s.Confirmed || len(s.Proofs) > 0 && s.Proofs[0].Kind == policy.ProofToken {
		t.Fatalf("the exposed secret still counts: %+v", s)
	}
	fresh := d.last(t, "confirm", ticket.ID)
	if fresh.Token == l.Token {
		t.Fatal("it is not asked afresh")
	}
	wants(t, d.receive(t, d.reply(fresh, policy.Yes)), "confirmed")
	if n := happened(d.show(t, ticket.ID), "question void"); n != 1 {
		t.Errorf("%d events", n)
	}
}

// TestExposedOnce: broken mails with a secret that their sender knows make one
// mail a day, however many come.
func TestExposedOnce(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, _ := d.ask(t, bob, policy.PasswordChange)
	for day := range 3 {
		for range 20 {
			d.receive(t, d.aside(d.last(t, "confirm", ticket.ID).Token))
			check(t, d.Tick())
		}
		if n := d.count("confirm", ticket.ID); n != 2*(day+1) {
			t.Fatalf("day %d: %d questions, want %d", day, n, 2*(day+1))
		}
		wants(t, d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes)), "token_superseded")
		d.turn(24 * time.Hour)
		_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "again", Agent: "kim"}) // a question of an agent's
		check(t, err)
	}
}

// TestExposedAll: however many secrets a message holds, none of them opens anything.
func TestExposedAll(t *testing.T) {
	d := memoryDesk(t, nil)
	var letters []Letter
	var secrets []string
	for range 20 {
		_, l := d.ask(t, bob, policy.PasswordChange)
		letters, secrets = append(letters, l), append(secrets, l.Token)
	}
	m := d.receive(t, d.aside(secrets...))
	_, err := d.Inbox.Quarantined(m.ID)
	check(t, err)
	for _, l := range letters {
		wants(t, d.receive(t, d.reply(l, policy.Yes)), "token_superseded")
	}
}

// TestNotExposed: what is not live, or no message of this desk's, changes nothing.
func TestNotExposed(t *testing.T) {
	for name, spoil := range map[string]func(*desk, Ticket, Letter) policy.Evidence{
		"guessed": func(d *desk, _ Ticket, _ Letter) policy.Evidence { return d.aside("aaaaaaaaaaaaaaaaaaaaaaaaaa") },
		"spent": func(d *desk, _ Ticket, l Letter) policy.Evidence {
			wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
			return d.aside(l.Token)
		},
		"expired": func(d *desk, _ Ticket, l Letter) policy.Evidence {
			d.turn(168*time.Hour + time.Second)
			return d.aside(l.Token)
		},
		"applied": func(d *desk, _ Ticket, l Letter) policy.Evidence {
			e := d.reply(l, policy.Unclear)
			e.Carried = []string{l.Token}
			return e
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			d.receive(t, spoil(d, ticket, l))
			check(t, d.voidExposed())
			if s := d.show(t, ticket.ID); happened(s, "question void") != 0 || d.count("confirm", ticket.ID) != 1 {
				t.Errorf("%+v", s)
			}
		})
	}
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	_, err := d.Inbox.Receive(d.aside(l.Token), ledger.Source{Mailbox: "seen", UIDValidity: 1, UID: 1, Observe: true}, []byte("x"))
	check(t, err)
	check(t, d.voidExposed())
	if d.count("confirm", ticket.ID) != 1 {
		t.Error("a mailbox that is only observed asks")
	}
}

// TestExposedLift: the question whether a stop shall end is void likewise, and
// goes to the primary contact again.
func TestExposedLift(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	d.receive(t, d.reply(d.last(t, "confirmed", ticket.ID), policy.No))
	_, err := d.Lift(ticket.ID, "max", "Talked to Ada")
	check(t, err)
	old := d.last(t, "lift", ticket.ID)
	d.receive(t, d.aside(old.Token))
	check(t, d.Tick())
	if d.receive(t, d.reply(old, policy.Yes)).Decision.Has(policy.EffectLift) {
		t.Error("the exposed secret lifts")
	}
	fresh := d.last(t, "lift", ticket.ID)
	if fresh.Token == old.Token || fresh.To != ada {
		t.Fatalf("asked afresh: %v, to %s", fresh.Token != old.Token, fresh.To)
	}
	wants(t, d.receive(t, d.reply(fresh, policy.Yes)), "lifted")
	d.state(t, ticket.ID, policy.StateDisputed)
}

// TestBesideExposed: the good copy of an answer counts, though a broken one came
// with it, and nothing is asked again.
func TestBesideExposed(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.aside(l.Token))
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	check(t, d.Tick())
	d.state(t, ticket.ID, policy.StateConfirmed)
	if n := d.count("confirm", ticket.ID); n != 1 {
		t.Errorf("%d questions", n)
	}
}
