package tickets

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// due gives the ids of what may be sent now.
func (d *desk) due(t failer, all bool) (ids []string) {
	t.Helper()
	out, err := d.Outbox.Due(d.Now(), 100, all)
	check(t, err)
	for _, o := range out {
		ids = append(ids, o.ID)
	}
	return ids
}

func (d *desk) sealed(t failer, id string) bool {
	t.Helper()
	_, ok := d.dump(t)["outb/"+id]
	return ok
}

// one is a desk with a single notice in the outbox: class A asks, class B is
// the courtesy that a ticket was confirmed.
func one(t *testing.T, class policy.Delivery) (*desk, outbox.Outgoing) {
	t.Helper()
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	out := d.outbox(t, ticket.ID)[0]
	if class == "B" {
		check(t, d.Outbox.Attempt(out.ID, d.Now()))
		check(t, d.Outbox.Sent(out.ID))
		d.receive(t, d.reply(l, policy.Yes))
		out = d.outbox(t, ticket.ID)[1]
	}
	if out.Class != class || out.State != outbox.Queued || out.To != bob {
		t.Fatalf("%+v, want a queued notice of class %s to %s", out, class, bob)
	}
	return d, out
}

func TestOutboxSent(t *testing.T) {
	for _, class := range []policy.Delivery{"A", "B"} {
		d, o := one(t, class)
		l := d.letters[len(d.letters)-1]
		due, err := d.Outbox.Due(d.Now(), 10, false)
		check(t, err)
		if want, _ := d.compose(l); len(due) != 1 || !bytes.Equal(due[0].Message, want) || due[0].From != l.ReturnPath {
			t.Fatalf("%s: Due gives %+v, want the bytes that were composed", class, due)
		}
		for key, value := range d.dump(t) {
			if strings.Contains(value, "Reply-To: ") || strings.Contains(value, "UmVwbHktVG8") {
				t.Errorf("%s: %s is not sealed", class, key)
			}
		}
		check(t, d.Outbox.Attempt(o.ID, d.Now()))
		if ids := d.due(t, true); len(ids) != 0 {
			t.Errorf("%s: due while it is being sent: %v", class, ids)
		}
		check(t, d.Outbox.Sent(o.ID))
		if got, _ := d.Outbox.Get(o.ID); got.State != outbox.Sent || got.Tries != 1 || d.sealed(t, o.ID) {
			t.Errorf("%s: after it was sent: %+v, bytes kept: %v", class, got, d.sealed(t, o.ID))
		}
		d.turn(1000 * time.Hour)
		if ids := d.due(t, true); len(ids) != 0 {
			t.Errorf("%s: due after it was sent: %v", class, ids)
		}
	}
}

func TestOutboxRetry(t *testing.T) {
	for _, class := range []policy.Delivery{"A", "B"} {
		d, o := one(t, class)
		first, err := d.Outbox.Due(d.Now(), 1, false)
		check(t, err)
		check(t, d.Outbox.Attempt(o.ID, d.Now()))
		check(t, d.Outbox.Retry(o.ID, d.Now().Add(time.Hour), false, "451 later\x1b[31m"))
		d.restart(t)
		if ids := d.due(t, false); len(ids) != 0 {
			t.Errorf("%s: due too early: %v", class, ids)
		}
		if ids := d.due(t, true); !slices.Equal(ids, []string{o.ID}) {
			t.Errorf("%s: with all, due: %v", class, ids)
		}
		d.turn(time.Hour)
		again, err := d.Outbox.Due(d.Now(), 1, false)
		check(t, err)
		if len(again) != 1 || !bytes.Equal(again[0].Message, first[0].Message) || strings.Contains(again[0].Error, "\x1b") {
			t.Errorf("%s: at its time: %+v, want the same bytes", class, again)
		}
		check(t, d.Outbox.Attempt(o.ID, d.Now()))
		check(t, d.Outbox.Failed(o.ID, "550 no such user"))
		if ids := d.due(t, true); len(ids) != 0 {
			t.Errorf("%s: due after it failed: %v", class, ids)
		}
		if got, _ := d.Outbox.Get(o.ID); got.State != outbox.Failed || got.Tries != 2 || happened(d.show(t, o.Ticket), "undeliverable") != 1 {
			t.Errorf("%s: after it failed: %+v", class, got)
		}
		check(t, d.Outbox.Hurry(o.ID))
		if ids := d.due(t, false); len(ids) != 1 {
			t.Errorf("%s: not due after a person asked for it", class)
		}
		check(t, d.Outbox.Failed(o.ID, "550 no such user")) // only then, what tells of an answer may be given up
		check(t, d.Outbox.Cancel(o.ID, "max"))
		if got, _ := d.Outbox.Get(o.ID); got.State != outbox.Canceled || d.sealed(t, o.ID) || len(d.due(t, true)) != 0 {
			t.Errorf("%s: after it was canceled: %+v", class, got)
		}
		if err := d.Outbox.Hurry(o.ID); err == nil {
			t.Errorf("%s: a canceled notice can be sent again", class)
		}
	}
}

// TestOutboxCrash: a stop while a notice is being sent sends one that asks at
// most once more, after 15 minutes, and courtesy never.
func TestOutboxCrash(t *testing.T) {
	for class, want := range map[policy.Delivery]int{"A": 2, "B": 1} {
		d, o := one(t, class)
		var bodies [][]byte
		for range 10 {
			due, err := d.Outbox.Due(d.Now(), 10, false)
			check(t, err)
			for _, o := range due {
				bodies = append(bodies, o.Message)
				check(t, d.Outbox.Attempt(o.ID, d.Now()))
			}
			d.restart(t)
			check(t, d.Outbox.Recover())
			if ids := d.due(t, true); len(ids) != 0 {
				t.Errorf("%s: due at once after a crash: %v", class, ids)
			}
			d.turn(15 * time.Minute)
		}
		if len(bodies) != want || !bytes.Equal(bodies[0], bodies[len(bodies)-1]) {
			t.Errorf("%s: sent %d times, want %d with the same bytes", class, len(bodies), want)
		}
		if got, _ := d.Outbox.Get(o.ID); got.State != outbox.Unknown || d.sealed(t, o.ID) {
			t.Errorf("%s: in the end: %+v, bytes kept: %v", class, got, d.sealed(t, o.ID))
		}
	}
}

// TestAddressGone: a notice that waits is not sent to an address that is no
// longer on file.
func TestAddressGone(t *testing.T) {
	for name, change := range map[string]func(*clients.Contact){
		"changed": func(c *clients.Contact) { c.Addresses = []string{"bob@new.example"} },
		"removed": func(c *clients.Contact) { c.Status = clients.Removed },
	} {
		d, o := one(t, "A")
		d.contact(t, "bob", change)
		if ids := d.due(t, true); len(ids) != 0 {
			t.Errorf("%s: due: %v", name, ids)
		}
		if err := d.Outbox.Attempt(o.ID, d.Now()); err == nil {
			t.Errorf("%s: an attempt was let through", name)
		}
		check(t, d.Tick())
		if got, _ := d.Outbox.Get(o.ID); got.State != outbox.Canceled || d.sealed(t, o.ID) {
			t.Errorf("%s: after Tick: %+v", name, got)
		}
	}
}

// TestCanceledMeanwhile: a notice canceled after it was handed out isn't sent.
func TestCanceledMeanwhile(t *testing.T) {
	d, o := one(t, "A")
	check(t, d.Outbox.Cancel(o.ID, "max"))
	if err := d.Outbox.Attempt(o.ID, d.Now()); err == nil {
		t.Error("an attempt was let through")
	}
}

// TestCanceledAmidSending: what the mailer has to say of a notice that was
// canceled while the server kept it waiting brings the notice not back, and
// keeps no other from going out.
func TestCanceledAmidSending(t *testing.T) {
	for name, say := range map[string]func(*desk, string) error{
		"retry":  func(d *desk, id string) error { return d.Outbox.Retry(id, d.Now().Add(time.Minute), false, "no route") },
		"failed": func(d *desk, id string) error { return d.Outbox.Failed(id, "given up") },
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, _ := d.ask(t, bob, policy.PasswordChange)
			if ids := d.due(t, false); !slices.Equal(ids, []string{"o-1"}) {
				t.Fatalf("due %v", ids)
			}
			check(t, d.Outbox.Cancel("o-1", "max"))
			check(t, say(d, "o-1"))
			if o := d.outbox(t, ticket.ID)[0]; o.State != outbox.Canceled {
				t.Errorf("it came back: %+v", o)
			}
			if err := d.Outbox.Hurry("o-1"); !errors.Is(err, ErrNotAllowed) {
				t.Errorf("Hurry() = %v", err)
			}
			d.turn(time.Hour)
			d.ask(t, ada, policy.PasswordChange)
			if ids := d.due(t, false); !slices.Equal(ids, []string{"o-2"}) {
				t.Errorf("due %v, want the other one", ids)
			}
		})
	}
}

// TestRefusedCounts: what the server refuses before the message was tried, too.
func TestRefusedCounts(t *testing.T) {
	d, o := one(t, "A")
	check(t, d.Outbox.Retry(o.ID, d.Now(), false, "no route"))
	check(t, d.Outbox.Retry(o.ID, d.Now(), true, "450 greylisted"))
	check(t, d.Outbox.Retry(o.ID, d.Now(), true, "450 greylisted"))
	if due, err := d.Outbox.Due(d.Now(), 1, false); err != nil || len(due) != 1 || due[0].Tries != 2 {
		t.Errorf("Due() = %+v, %v, want 2 tries", due, err)
	}
}

// TestBytesLost: a notice without bytes is given to the mailer, which finds it
// unfit, and keeps no other from going out.
func TestBytesLost(t *testing.T) {
	d := memoryDesk(t, nil)
	d.ask(t, bob, policy.PasswordChange)
	d.ask(t, ada, policy.PasswordChange)
	check(t, d.kv.Update(func(tx kv.Tx) error { return tx.Delete("outb/o-1") }))
	due, err := d.Outbox.Due(d.Now(), 10, false)
	if err != nil || len(due) != 2 || due[0].Message != nil || due[1].Message == nil {
		t.Errorf("Due() = %+v, %v", due, err)
	}
}

// TestSilence: one reminder, then the end; time allows nothing.
func TestSilence(t *testing.T) {
	for _, class := range policy.Classes {
		d := memoryDesk(t, nil)
		ticket, err := d.Open(OpenRequest{Contact: ada, Channel: policy.Phone, Class: class, Subject: "A thing", Agent: "kim"})
		check(t, err)
		for range 40 {
			d.turn(12 * time.Hour)
			check(t, d.Tick())
			a := d.may(t, ticket.ID, class, "kim")
			if a.Decision == policy.Allow && class != policy.Question {
				t.Fatalf("%s allowed by silence: %+v", class, a)
			}
		}
		want, state := 1, policy.StateExpired
		if class == policy.Question {
			want, state = 0, policy.StateUnconfirmed
		}
		if r, e := d.count("reminder", ticket.ID), d.count("expired", ticket.ID); r != want || e != want {
			t.Errorf("%s: %d reminders and %d notices of the end, want %d each", class, r, e, want)
		}
		d.state(t, ticket.ID, state)
	}
}

// TestReminderAfterAnswer: who has answered yes is not reminded.
func TestReminderAfterAnswer(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.DNSChange)
	d.receive(t, d.reply(l, policy.Yes))
	d.turn(49 * time.Hour)
	check(t, d.Tick())
	if n := d.count("reminder", ticket.ID); n != 0 {
		t.Errorf("%d reminders after a yes", n)
	}
}

// TestOnlyToFile: whatever comes from elsewhere, notices go to the address on
// file, one of a kind for a revision.
func TestOnlyToFile(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	for _, from := range []string{"mallory@evil.example", "bob@new.example", eve, ada, "kim@desk.example"} {
		for range 3 {
			e := d.reply(l, policy.Unclear)
			e.From = from
			d.receive(t, e)
		}
	}
	for range 3 {
		d.receive(t, d.reply(l, policy.Unclear))
	}
	for _, l := range d.letters {
		if l.To != bob {
			t.Errorf("a %s notice went to %s", l.Kind, l.To)
		}
	}
	for kind, want := range map[policy.NoticeKind]int{"confirm": 1, "other_address": 1, "clearer": 1} {
		if n := d.count(kind, ticket.ID); n != want {
			t.Errorf("%d notices %s, want %d", n, kind, want)
		}
	}
	before := len(d.letters)
	unknown := d.reply(Letter{To: "mallory@evil.example"}, policy.Yes)
	unknown.Threads = nil
	d.receive(t, unknown)
	if len(d.letters) != before {
		t.Error("an unknown sender was answered")
	}
}

// TestHeldAfterRestore: an older copy of the store sends nothing by itself, and
// never a question to which no yes would count.
func TestHeldAfterRestore(t *testing.T) {
	for class, waits := range map[policy.Delivery]bool{"A": false, "B": true} {
		d, o := one(t, class)
		_, err := d.Log.CheckHead("of another store")
		check(t, err)
		fresh, _ := d.ask(t, ada, policy.DNSChange)
		asked := d.outbox(t, fresh.ID)[0].ID
		if ids := d.due(t, true); len(ids) != 0 {
			t.Errorf("due while held: %v", ids)
		}
		check(t, d.Outbox.Release("max"))
		want := []string{asked}
		if waits {
			want = []string{o.ID, asked}
		}
		if ids := d.due(t, false); !slices.Equal(ids, want) {
			t.Errorf("%s released, due: %v, want %v", class, ids, want)
		}
		check(t, d.Tick())
		if got := d.outbox(t, o.Ticket); (got[len(got)-1].State == outbox.Canceled) == waits {
			t.Errorf("%s after a tick: %+v", class, got)
		}
	}
}

// TestBounce: a report counts only with a secret of the notice: of its return
// path, its Reply-To or its Message-ID.
func TestBounce(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	courtesy := d.last(t, "confirmed", ticket.ID)
	path := strings.TrimSuffix(strings.TrimPrefix(l.ReturnPath, "support+b-"), "@desk.example")
	other, id := strings.Repeat("a", 26), strings.TrimSuffix(courtesy.MessageID, "@desk.example")
	want := 0
	for _, tt := range []struct {
		bounce policy.Bounce
		ours   bool
	}{
		{policy.Bounce{ReturnPaths: []string{other}}, false},
		{policy.Bounce{ReturnPaths: []string{l.Token}}, false},
		{policy.Bounce{Sent: []string{path}}, false},
		{policy.Bounce{Sent: []string{other}}, false},
		{policy.Bounce{ReturnPaths: []string{path}}, true},
		{policy.Bounce{Sent: []string{other, l.Token}}, true},
		{policy.Bounce{Sent: []string{id}}, true},
	} {
		tt.bounce.Status, tt.bounce.Diagnostic = "5.1.1", "no \x1b such user"
		e := policy.Evidence{From: "", Kind: policy.KindBounce, Bounce: tt.bounce}
		d.fresh(&e)
		wants(t, d.receive(t, e), "bounce")
		if tt.ours {
			want++
		}
		if s := d.show(t, ticket.ID); happened(s, "undeliverable") != want || s.State != policy.StateConfirmed {
			t.Errorf("report %+v: %+v", tt.bounce, s.History)
		}
	}
	for key, value := range d.dump(t) {
		if strings.Contains(value, path) && !strings.HasPrefix(key, "outb/") || strings.Contains(value, `\u001b`) {
			t.Errorf("%s holds the return path's secret or a control: %s", key, value)
		}
	}
}
