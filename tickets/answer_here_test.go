package tickets

import (
	"testing"
	"time"

	"countersign/policy"
)

// TestAnswerHere: a yes that came with the reference alone, as in a new mail with
// the Subject typed off, is answered once by a question to reply to, and the
// reply to that one counts.
func TestAnswerHere(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, ada, policy.PasswordChange)
	for range 3 {
		e := d.reply(l, policy.Yes)
		e.Tokens, e.Recipients, e.Threads = nil, nil, nil
		wants(t, d.receive(t, e), "no_token")
	}
	d.state(t, ticket.ID, policy.StateAuthenticated)
	if n := d.count("answer_here", ticket.ID); n != 1 {
		t.Fatalf("%d notices say where to answer, want 1", n)
	}
	here := d.last(t, "answer_here", ticket.ID)
	if here.Token == "" || here.Token == l.Token || here.To != ada {
		t.Errorf("the notice to %s has token %q", here.To, here.Token)
	}
	wants(t, d.receive(t, d.reply(here, policy.Yes)), "confirmed")
	d.state(t, ticket.ID, policy.StateConfirmed)
}

// TestAnswerHereWays: a yes or no of who was asked that answers no question of ours,
// in a new mail, under the number or to a mail that asks nothing, is answered once,
// files itself with the ticket and proves nothing; the answer to that counts.
func TestAnswerHereWays(t *testing.T) {
	bare := func(d *desk, from string, i policy.Intent) policy.Evidence {
		e := d.asking(from, policy.Asks{Class: policy.Question})
		e.Subject, e.Text, e.Answer.Intent = "My answer", string(i), i
		return e
	}
	for name, answers := range map[string]func(*desk, Ticket) policy.Evidence{
		"new-mail":         func(d *desk, _ Ticket) policy.Evidence { return bare(d, bob, policy.Yes) },
		"no-in-a-new-mail": func(d *desk, _ Ticket) policy.Evidence { return bare(d, bob, policy.No) },
		"by-the-number": func(d *desk, ticket Ticket) policy.Evidence {
			e := bare(d, bob, policy.Yes)
			e.Kind, e.Numbers = policy.KindReply, []string{ticket.ID}
			return e
		},
		"to-courtesy": func(d *desk, ticket Ticket) policy.Evidence {
			e := d.reply(d.last(t, policy.NoticeOtherAddress, ticket.ID), policy.Yes)
			e.Tokens = nil
			return e
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			e := d.reply(l, policy.Yes)
			e.From = "bob@elsewhere.example"
			d.receive(t, e)
			d.turn(time.Minute)
			for range 2 {
				m := d.receive(t, answers(d, ticket))
				if m.Ticket != ticket.ID || len(m.Decision.Proofs()) > 0 && name != "to-courtesy" || m.Decision.Confirmed() || m.Decision.Denies() {
					t.Fatalf("it came to %s %v", m.Ticket, m.Reasons)
				}
			}
			if n := d.count(policy.NoticeAnswerHere, ticket.ID); n != 1 {
				t.Fatalf("%d notices say where to answer, want 1", n)
			}
			if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Deny || name != "to-courtesy" && !has(a, "unbound_answer") {
				t.Errorf("authorize says %+v", a)
			}
			wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeAnswerHere, ticket.ID), policy.Yes)), "confirmed")
			// Nothing is expected any longer: it is a mail like any other.
			if m := d.receive(t, bare(d, bob, policy.Yes)); m.Ticket == ticket.ID || m.Decision.Reason() != policy.CodeOpened {
				t.Errorf("afterwards it came to %s %v", m.Ticket, m.Reasons)
			}
		})
	}
}

// TestAnswerHereNobody: of whom nothing is expected, or who is not known by that mail,
// is asked nothing by it.
func TestAnswerHereNobody(t *testing.T) {
	for name, spoil := range map[string]func(*desk, Ticket, *policy.Evidence){
		"a-colleague":    func(_ *desk, _ Ticket, e *policy.Evidence) { e.From = ada },
		"another-client": func(_ *desk, _ Ticket, e *policy.Evidence) { e.From = eve },
		"forged":         func(_ *desk, _ Ticket, e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} },
		"a-machine":      func(_ *desk, _ Ticket, e *policy.Evidence) { e.Kind = policy.KindAutoReply },
		"signed-before":  func(_ *desk, _ Ticket, e *policy.Evidence) { e.Sender.SignedAt = start.Add(-time.Hour) },
		"to-somebody":    func(_ *desk, _ Ticket, e *policy.Evidence) { e.Recipients[0].Value = "friends@list.example" },
		"a-question":     func(_ *desk, _ Ticket, e *policy.Evidence) { e.Answer.Intent = policy.Unclear },
		"after-the-end":  func(d *desk, _ Ticket, _ *policy.Evidence) { d.turn(168 * time.Hour) },
		"of-a-closed-one": func(d *desk, ticket Ticket, _ *policy.Evidence) {
			_, err := d.CloseTicket(ticket.ID, "kim")
			check(t, err)
		},
		"put-back": func(d *desk, ticket Ticket, _ *policy.Evidence) { d.backup(t)(); d.show(t, ticket.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, _ := d.ask(t, bob, policy.PasswordChange)
			e := d.asking(bob, policy.Asks{Class: policy.Question})
			e.Text, e.Answer.Intent = "Yes", policy.Yes
			spoil(d, ticket, &e)
			d.receive(t, e)
			if n := d.count(policy.NoticeAnswerHere, ticket.ID); n != 0 {
				t.Errorf("%d notices say where to answer", n)
			}
		})
	}
}

// TestAnswerHereOfSeveral: of several tickets it is the one about which they were
// asked last and that still waits.
func TestAnswerHereOfSeveral(t *testing.T) {
	d := memoryDesk(t, nil)
	var ids []string
	for range 6 {
		ticket, _ := d.ask(t, bob, policy.PasswordChange)
		ids = append(ids, ticket.ID)
	}
	d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, ids[5]), policy.Yes))
	e := d.asking(bob, policy.Asks{Class: policy.Question})
	e.Text, e.Answer.Intent = "Yes", policy.Yes
	if m := d.receive(t, e); m.Ticket != ids[4] || d.count(policy.NoticeAnswerHere, ids[4]) != 1 {
		t.Errorf("it came to %s %v", m.Ticket, m.Reasons)
	}
}
