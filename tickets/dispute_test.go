package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// TestNoBeatsYes: whatever order a yes and a no come in, nothing is allowed.
func TestNoBeatsYes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		yes   int // before the no
		stops bool
	}{{"no-first", 0, false}, {"no-after-yes", 1, true}} {
		t.Run(tt.name, func(t *testing.T) {
			d := openDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			other, ol := d.ask(t, bob, policy.DNSChange)
			ours, al := d.ask(t, ada, policy.DNSChange)
			minor, _ := d.ask(t, bob, policy.MinorChange)
			d.receive(t, d.reply(ol, policy.Yes))
			d.receive(t, d.reply(al, policy.Yes))
			answer := l
			for range tt.yes {
				d.receive(t, d.reply(l, policy.Yes))
				answer = d.last(t, "confirmed", ticket.ID)
			}
			wants(t, d.receive(t, d.reply(answer, policy.No)), "denied")
			d.state(t, ticket.ID, policy.StateDisputed)
			wants(t, d.receive(t, d.reply(l, policy.Yes)), "disputed")
			d.state(t, ticket.ID, policy.StateDisputed)
			if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Deny || !has(a, "disputed") {
				t.Errorf("disputed ticket: %+v", a)
			}
			if _, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "again", Agent: "kim"}); !errors.Is(err, ErrNotAllowed) {
				t.Errorf("edit of a disputed ticket: %v", err)
			}
			check(t, d.Tick())
			check(t, d.Tick())
			d.state(t, other.ID, policy.StateUnconfirmed)
			d.state(t, minor.ID, policy.StateUnconfirmed)
			d.state(t, ours.ID, policy.StateConfirmed)
			if shown, err := d.Show(other.ID); err != nil || !shown.Unasked {
				t.Errorf("a ticket that was put back and not asked again: %+v, %v", shown, err)
			}
			var by []string
			check(t, d.kv.View(func(v kv.View) (err error) { by, err = StoppedBy(v, ticket.Client); return err }))
			if slices.Contains(by, ticket.ID) != tt.stops {
				t.Errorf("the client is stopped by %q, want by the ticket: %v", by, tt.stops)
			}
			if a := d.may(t, other.ID, policy.DNSChange, "kim"); a.Decision != policy.Deny || !has(a, "asked_afresh") {
				t.Errorf("other ticket after a no: %+v", a)
			}
			if n, m := d.count("confirm", other.ID), d.count("confirm", minor.ID); n != 2 || m != 1 {
				t.Errorf("notices: %d for the other ticket, %d for the minor one; want 2, 1", n, m)
			}
			if shown, err := d.Show(other.ID); err != nil || shown.Unasked {
				t.Errorf("asked again: %+v, %v", shown, err)
			}
			wants(t, d.receive(t, d.reply(ol, policy.Yes)), "token_superseded")
			d.receive(t, d.reply(d.last(t, "confirm", other.ID), policy.Yes))
			d.state(t, other.ID, policy.StateConfirmed)
			for _, id := range []string{other.ID, ours.ID} {
				a := d.may(t, id, policy.DNSChange, "kim")
				if (a.Decision == policy.Allow) == tt.stops || has(a, "client_stopped") != tt.stops {
					t.Errorf("%s: %+v, want stopped %v", id, a, tt.stops)
				}
			}
			check(t, d.Tick())
			d.state(t, other.ID, policy.StateConfirmed)
		})
	}
}

// stoppedDesk is a desk whose client is stopped by a no after a proof.
func stoppedDesk(t *testing.T) (d *desk, ticket, other Ticket) {
	t.Helper()
	d = openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	d.receive(t, d.reply(d.last(t, "confirmed", ticket.ID), policy.No))
	check(t, d.Tick())
	other, l = d.ask(t, ada, policy.DNSChange)
	d.receive(t, d.reply(l, policy.Yes))
	return d, ticket, other
}

// TestLift: only a lead who had no hand in the ticket asks, and only the proved
// yes of the primary contact ends the stop.
func TestLift(t *testing.T) {
	for agent, says := range map[string]string{"kim": "it takes a lead", "lee": "it takes a lead", "nobody": ErrNoAgent.Error()} {
		d, ticket, _ := stoppedDesk(t)
		if _, err := d.Lift(ticket.ID, agent, "a reason"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("Lift by %s: %v, want %q", agent, err, says)
		}
	}
	d, _, _ := stoppedDesk(t)
	mail := d.reply(Letter{To: bob}, policy.Unclear)
	mail.Kind, mail.Threads, mail.Recipients = policy.KindNew, nil, []policy.Mark{{Value: "support@desk.example", Field: "to"}}
	if _, err := d.Lift(d.receive(t, mail).Ticket, "lee", "a reason"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("Lift by an agent on a ticket that nobody is assigned to: %v", err)
	}
	tests := []struct {
		name   string
		spoil  func(*desk, *policy.Evidence)
		reason string
		lifted bool
	}{
		{"proved-yes", func(*desk, *policy.Evidence) {}, "lifted", true},
		{"no", func(_ *desk, e *policy.Evidence) { e.Answer.Intent = policy.No }, "stays_stopped", false},
		{"unclear", func(_ *desk, e *policy.Evidence) { e.Answer.Intent = policy.Unclear }, "unclear_answer", false},
		{"other-contact", func(_ *desk, e *policy.Evidence) { e.From = bob }, "other_contact", false},
		{"unproved", func(_ *desk, e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} }, "not_aligned", false},
		{"forged", func(_ *desk, e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail} }, "dmarc_fail", false},
		{"reference-only", func(_ *desk, e *policy.Evidence) { e.Tokens = nil }, "no_token", false},
		{"machine", func(_ *desk, e *policy.Evidence) { e.Kind = policy.KindAutoReply }, "auto_reply", false},
		{"late", func(d *desk, e *policy.Evidence) { e.Arrived = e.Arrived.Add(169 * time.Hour) }, "no_token", false},
		{"newly-primary", func(d *desk, _ *policy.Evidence) {
			d.contact(t, "ada", func(c *clients.Contact) { gained(string(clients.Primary))(c, d.clock()) })
		}, "cooling", false},
		{"newly-may-something", func(d *desk, _ *policy.Evidence) {
			d.contact(t, "ada", func(c *clients.Contact) { gained("dns-change")(c, d.clock()) })
		}, "lifted", true},
		{"no-longer-primary", func(d *desk, _ *policy.Evidence) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Role = clients.Authorised })
			d.contact(t, "bob", func(c *clients.Contact) { c.Role = clients.Primary })
		}, "disputed", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, ticket, other := stoppedDesk(t)
			if _, err := d.Lift(ticket.ID, "max", " "); err == nil {
				t.Error("Lift without a reason")
			}
			_, err := d.Lift(ticket.ID, "max", "Talked to Ada")
			check(t, err)
			l := d.last(t, "lift", ticket.ID)
			if l.To != ada {
				t.Errorf("the primary contact is asked at %s", l.To)
			}
			if a := d.may(t, other.ID, policy.DNSChange, "kim"); !has(a, "client_stopped") {
				t.Errorf("before the answer: %+v", a)
			}
			e := d.reply(l, policy.Yes)
			tt.spoil(d, &e)
			wants(t, d.receive(t, e), tt.reason)
			if a := d.may(t, other.ID, policy.DNSChange, "kim"); has(a, "client_stopped") == tt.lifted {
				t.Errorf("after the answer: %+v, want lifted %v", a, tt.lifted)
			}
			d.state(t, ticket.ID, policy.StateDisputed)
		})
	}
}

// TestLiftDenied: a no to the question of a lift stops the client again, however late
// after the yes and by whichever of its mails, also where what was acted on is an
// earlier revision; once.
func TestLiftDenied(t *testing.T) {
	for _, tt := range []struct {
		name  string
		turn  time.Duration
		spoil func(*desk, *policy.Evidence)
		stops bool
	}{
		{"at-once", 0, func(*desk, *policy.Evidence) {}, true},
		{"a-month-later", 30 * 24 * time.Hour, func(*desk, *policy.Evidence) {}, true},
		{"without-the-token", time.Hour, func(_ *desk, e *policy.Evidence) { e.Tokens = nil }, true},
		{"no-primary-since", time.Hour, func(d *desk, _ *policy.Evidence) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Role = clients.Authorised })
		}, true},
		{"ticket-closed", time.Hour, func(d *desk, _ *policy.Evidence) {
			_, err := d.CloseTicket("T-1", "max")
			check(t, err)
		}, true},
		{"unproved", time.Hour, func(_ *desk, e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} }, false},
		{"of-another-client", time.Hour, func(_ *desk, e *policy.Evidence) { e.From = eve }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
			_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "another", Agent: "kim"})
			check(t, err)
			d.receive(t, d.reply(l, policy.No))
			_, err = d.Lift(ticket.ID, "max", "talked to her")
			check(t, err)
			lift := d.last(t, policy.NoticeLift, ticket.ID)
			wants(t, d.receive(t, d.reply(lift, policy.Yes)), "lifted")
			d.turn(tt.turn)
			check(t, d.Tick())
			other, _ := d.ask(t, ada, policy.DNSChange)
			d.told = nil
			for range 2 {
				e := d.reply(lift, policy.No)
				tt.spoil(d, &e)
				if d.receive(t, e); tt.name == "ticket-closed" {
					break
				}
			}
			check(t, d.Tick())
			if a := d.may(t, other.ID, policy.DNSChange, "kim"); has(a, "client_stopped") != tt.stops {
				t.Errorf("%+v", a)
			}
			alarms := 0
			for _, m := range d.told {
				if m.Kind == policy.NoticeStopped && m.To == "max@desk.example" {
					alarms++
				}
			}
			if alarms != map[bool]int{true: 1}[tt.stops] {
				t.Errorf("%d alarms: %+v", alarms, d.told)
			}
		})
	}
}

// TestLiftIsOfOneTicket: a stop is lifted on the ticket that caused it and on no
// other, by no lead who had a hand in that one, and a yes to the question about
// an earlier dispute does not end the stop of a later one.
func TestLiftIsOfOneTicket(t *testing.T) {
	d, first, other := stoppedDesk(t)
	for _, id := range []string{other.ID, "T-999"} {
		if _, err := d.Lift(id, "max", "Talked to Ada"); err == nil {
			t.Errorf("a lift was asked on %s, which was not disputed", id)
		}
	}
	ticket, _ := d.ask(t, bob, policy.ServerChange)
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "More memory", Agent: "max"})
	check(t, err)
	_, err = d.Lift(first.ID, "max", "Talked to Ada")
	check(t, err)
	early := d.last(t, "lift", first.ID)
	d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes))
	d.receive(t, d.reply(d.last(t, "confirmed", ticket.ID), policy.No))
	wants(t, d.receive(t, d.reply(early, policy.Yes)), "lifted")
	if a := d.may(t, other.ID, policy.DNSChange, "kim"); !has(a, "client_stopped") {
		t.Errorf("a yes about %s ended the stop of %s: %+v", first.ID, ticket.ID, a)
	}
	if _, err := d.Lift(ticket.ID, "max", "Talked to Ada"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("lift by who edited the ticket: %v", err)
	}
	if _, err := d.Lift(first.ID, "max", "Talked to Ada"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("lift of what was lifted: %v", err)
	}
}

// TestDisputedAnew: a no to a ticket that was disputed and closed is heard once
// more by all that the contact has confirmed since.
func TestDisputedAnew(t *testing.T) {
	d := openDesk(t, nil)
	first, l := d.ask(t, eve, policy.DNSChange)
	other, _ := d.ask(t, eve, policy.PasswordChange)
	for range 2 {
		d.receive(t, d.reply(l, policy.No))
		check(t, d.Tick())
		d.state(t, other.ID, policy.StateUnconfirmed)
		_, err := d.AskAgain(other.ID, "kim")
		check(t, err)
		d.receive(t, d.reply(d.last(t, "confirm", other.ID), policy.Yes))
		d.state(t, other.ID, policy.StateConfirmed)
		_, err = d.CloseTicket(first.ID, "kim")
		check(t, err)
	}
}

// TestStoppedTwice: a client who is stopped because of two tickets stays stopped
// when one of them is lifted, whichever it is.
func TestStoppedTwice(t *testing.T) {
	d, first, other := stoppedDesk(t)
	second, _ := d.ask(t, bob, policy.ServerChange)
	_, err := d.Lift(first.ID, "max", "Talked to Ada")
	check(t, err)
	d.receive(t, d.reply(d.last(t, "confirm", second.ID), policy.Yes))
	d.receive(t, d.reply(d.last(t, "confirmed", second.ID), policy.No))
	_, err = d.Lift(second.ID, "max", "Talked to Ada")
	check(t, err)
	for _, id := range []string{second.ID, first.ID} {
		if a := d.may(t, other.ID, policy.DNSChange, "kim"); !has(a, "client_stopped") {
			t.Errorf("no stop before %s is lifted: %+v", id, a)
		}
		wants(t, d.receive(t, d.reply(d.last(t, "lift", id), policy.Yes)), "lifted")
	}
	if a := d.may(t, other.ID, policy.DNSChange, "kim"); has(a, "client_stopped") {
		t.Errorf("still stopped: %+v", a)
	}
}

// TestUnprovedNo: a no that only the token vouches for stops its ticket until
// a fresh notice is answered.
func TestUnprovedNo(t *testing.T) {
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.MinorChange)
	e := d.reply(l, policy.Unclear)
	d.receive(t, e)
	d.state(t, ticket.ID, policy.StateAuthenticated)
	no := d.reply(l, policy.No)
	no.Sender = policy.Sender{Result: policy.ResultNone}
	wants(t, d.receive(t, no), "unproved_no")
	d.state(t, ticket.ID, policy.StateUnconfirmed)
	if a := d.may(t, ticket.ID, policy.MinorChange, "kim"); a.Decision != policy.Deny {
		t.Errorf("after an unproved no: %+v", a)
	}
	for _, kind := range []policy.NoticeKind{"confirm", "clearer"} {
		wants(t, d.receive(t, d.reply(d.last(t, kind, ticket.ID), policy.Yes)), "token_superseded")
	}
	d.state(t, ticket.ID, policy.StateUnconfirmed)
	wants(t, d.receive(t, d.reply(d.last(t, "unproved_no", ticket.ID), policy.Yes)), "confirmed")
	d.state(t, ticket.ID, policy.StateConfirmed)

	ticket, l = d.ask(t, bob, policy.DNSChange)
	no = d.reply(l, policy.No)
	no.Sender, no.Tokens = policy.Sender{Result: policy.ResultNone}, nil
	d.receive(t, no)
	if d.count("unproved_no", ticket.ID) != 0 {
		t.Error("a no without the token was answered")
	}
}

// TestDisputeByOther: a proved no of another contact who may ask for the class
// disputes; one of another client does not.
func TestDisputeByOther(t *testing.T) {
	for from, want := range map[string]policy.State{ada: policy.StateDisputed, eve: policy.StateUnconfirmed} {
		d := memoryDesk(t, nil)
		ticket, l := d.ask(t, bob, policy.DNSChange)
		e := d.reply(l, policy.No)
		e.From = from
		wants(t, d.receive(t, e), "other_contact")
		d.state(t, ticket.ID, want)
	}
}

// TestResetExpires: a question asked afresh long after the first one ends, too.
func TestResetExpires(t *testing.T) {
	d := memoryDesk(t, nil)
	other, ol := d.ask(t, bob, policy.DNSChange)
	d.receive(t, d.reply(ol, policy.Yes))
	d.turn(170 * time.Hour)
	check(t, d.Tick())
	d.state(t, other.ID, policy.StateConfirmed)
	_, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.No))
	check(t, d.Tick())
	d.state(t, other.ID, policy.StateUnconfirmed)
	d.turn(169 * time.Hour)
	check(t, d.Tick())
	d.state(t, other.ID, policy.StateExpired)
}

// TestResetOnce: a dispute asks another ticket afresh once, whether Tick or an
// agent who spells its number otherwise comes first.
func TestResetOnce(t *testing.T) {
	d := memoryDesk(t, nil)
	_, l := d.ask(t, bob, policy.PasswordChange)
	other, ol := d.ask(t, bob, policy.DNSChange)
	d.receive(t, d.reply(ol, policy.Yes))
	d.receive(t, d.reply(l, policy.No))
	d.may(t, strings.ToLower(other.ID), policy.DNSChange, "kim")
	d.receive(t, d.reply(d.last(t, "confirm", other.ID), policy.Yes))
	check(t, d.Tick())
	if n := d.count("confirm", other.ID); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
	d.state(t, other.ID, policy.StateConfirmed)
}

// TestDisputedThenClosed: closing a ticket doesn't bring back what a no took.
func TestDisputedThenClosed(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	d.receive(t, d.reply(d.last(t, "confirmed", ticket.ID), policy.No))
	_, err := d.CloseTicket(ticket.ID, "kim")
	check(t, err)
	if s := d.show(t, ticket.ID); s.Confirmed || s.Authenticated || len(s.Proofs) != 0 {
		t.Errorf("closed after a no: %+v", s)
	}
}

// TestOwnThreadFirst: a mail that names tickets of two clients is filed under
// its sender's own, whichever stands first.
func TestOwnThreadFirst(t *testing.T) {
	d := memoryDesk(t, nil)
	others, _ := d.ask(t, eve, policy.PasswordChange)
	own, _ := d.ask(t, bob, policy.PasswordChange)
	for _, numbers := range [][]string{{others.ID, own.ID}, {own.ID, others.ID}, {"T-99", others.ID, own.ID}} {
		e := d.reply(Letter{To: bob}, policy.Unclear)
		e.Threads, e.Numbers = nil, numbers
		if m := d.receive(t, e); m.Ticket != own.ID {
			t.Errorf("%v was filed under %q, want %s", numbers, m.Ticket, own.ID)
		}
	}
	e := d.reply(Letter{To: bob}, policy.Unclear)
	e.Threads, e.Numbers = nil, []string{others.ID}
	if m := d.receive(t, e); m.Ticket == others.ID || m.Ticket == own.ID {
		t.Errorf("a mail that only names another client's ticket was filed under %s", m.Ticket)
	}
}

// TestLookAlikeInHistory: who reads the ticket is told whom a stranger could be
// taken for.
func TestLookAlikeInHistory(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	e := d.reply(l, policy.Yes)
	e.From = "bob@c1ient.example"
	d.receive(t, e)
	s := d.show(t, ticket.ID)
	if s.State != policy.StateUnconfirmed || !slices.ContainsFunc(s.History, func(e Event) bool { return strings.Contains(e.Text, "looks like "+bob) }) {
		t.Errorf("%s: %+v", s.State, s.History)
	}
}

// TestLiftAgain: a primary contact who was away is asked again, however often
// they were before; while questions stand, no more than a few are asked.
func TestLiftAgain(t *testing.T) {
	d, disputed, _ := stoppedDesk(t)
	for range 3 * maxNotices {
		_, err := d.Lift(disputed.ID, "max", "I looked into it")
		check(t, err)
		d.turn(d.opt.TokenLife + time.Hour)
	}
	asked := 0
	for ; asked < 3*maxNotices; asked++ {
		if _, err := d.Lift(disputed.ID, "max", "I looked into it"); errors.Is(err, ErrNotAllowed) {
			break
		}
	}
	if asked < 2 || asked >= 2*maxNotices {
		t.Errorf("asked %d times at once", asked)
	}
	wants(t, d.receive(t, d.reply(d.last(t, "lift", disputed.ID), policy.Yes)), "lifted")
}
