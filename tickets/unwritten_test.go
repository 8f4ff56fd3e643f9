package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// mute is a desk that can't write notices of some kinds for a ticket.
func mute(t *testing.T, ticket string, kinds ...policy.NoticeKind) *desk {
	return memoryDesk(t, func(o *Options) {
		compose := o.Compose
		o.Compose = func(l Letter) ([]byte, error) {
			if l.Ticket == ticket && slices.Contains(kinds, l.Kind) {
				return nil, errors.New("no text for it")
			}
			return compose(l)
		}
	})
}

// TestAnswerThatCantBeTold: an answer counts though nothing can be written about
// it, and the ticket says that nobody was told.
func TestAnswerThatCantBeTold(t *testing.T) {
	weak := func(d *desk, l Letter) policy.Evidence {
		e := d.reply(l, policy.No)
		e.Sender = policy.Sender{Result: policy.ResultNone}
		return e
	}
	proved := func(intent policy.Intent) func(*desk, Letter) policy.Evidence {
		return func(d *desk, l Letter) policy.Evidence { return d.reply(l, intent) }
	}
	for _, tt := range []struct {
		kind   policy.NoticeKind
		answer func(*desk, Letter) policy.Evidence
		reason string
		state  policy.State
	}{
		{"confirmed", proved(policy.Yes), "confirmed", policy.StateConfirmed},
		{"disputed", proved(policy.No), "denied", policy.StateDisputed},
		{"clearer", proved(policy.Unclear), "unclear_answer", policy.StateAuthenticated},
		{"unproved_no", weak, "unproved_no", policy.StateUnconfirmed},
	} {
		t.Run(string(tt.kind), func(t *testing.T) {
			d := mute(t, "T-1", tt.kind)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			e := tt.answer(d, l)
			m := d.receive(t, e)
			wants(t, m, tt.reason)
			d.state(t, ticket.ID, tt.state)
			s := d.show(t, ticket.ID)
			if happened(s, "notice not written") != 1 || happened(s, "message ") != 1 || len(d.outbox(t, ticket.ID)) != 1 {
				t.Errorf("history %+v", s.History)
			}
			if d.receive(t, e).Decision.Reason() != "duplicate" {
				t.Error("it was not recorded")
			}
			if tt.kind == "clearer" { // the question stands
				d.receive(t, d.reply(l, policy.Yes))
				d.state(t, ticket.ID, policy.StateConfirmed)
			}
			if tt.kind == "unproved_no" { // and here it doesn't
				d.receive(t, d.reply(l, policy.Yes))
				d.state(t, ticket.ID, policy.StateUnconfirmed)
			}
		})
	}
	t.Run("opening", func(t *testing.T) {
		d := mute(t, "T-1", "confirm")
		m := d.receive(t, d.old(1))
		if wants(t, m, "to_other"); m.Ticket != "T-1" || happened(d.show(t, "T-1"), "notice not written") != 1 {
			t.Errorf("%+v", m)
		}
	})
	t.Run("agents-are-told", func(t *testing.T) {
		d := mute(t, "T-1", "confirm")
		if _, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.DNSChange, Subject: "x", Agent: "kim"}); !errors.Is(err, ErrCompose) {
			t.Errorf("Open() = %v", err)
		}
	})
}

// TestTimerThatCantBeTold: a question ends though nothing can be written about it.
func TestTimerThatCantBeTold(t *testing.T) {
	d := mute(t, "T-1", "reminder", "expired")
	d.ask(t, bob, policy.PasswordChange)
	second, _ := d.ask(t, ada, policy.PasswordChange)
	d.turn(49 * time.Hour)
	check(t, d.Tick())
	if n := d.count("reminder", second.ID); n != 1 {
		t.Errorf("the other ticket has %d reminders, want 1", n)
	}
	d.turn(170 * time.Hour)
	check(t, d.Tick())
	d.state(t, "T-1", policy.StateExpired)
	d.state(t, second.ID, policy.StateExpired)
	if s := d.show(t, "T-1"); happened(s, "notice not written") != 2 {
		t.Errorf("%+v", s.History)
	}
}

// spoil makes a record unreadable.
func (d *desk) spoil(t failer, keys ...string) {
	t.Helper()
	check(t, d.engine.Update(func(tx kv.Tx) error {
		for _, key := range keys {
			if b, err := tx.Get(key); err != nil || b == nil {
				return fmt.Errorf("%s: %v %v", key, b, err)
			}
			if err := tx.Put(key, []byte("{")); err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestOneDamagedRecord: what can't be read keeps nothing else back, in no loop,
// and is said.
func TestOneDamagedRecord(t *testing.T) {
	two := func(t *testing.T) (d *desk, good Ticket) {
		d = memoryDesk(t, nil)
		d.ask(t, bob, policy.PasswordChange)
		good, _ = d.ask(t, ada, policy.PasswordChange)
		return d, good
	}
	t.Run("due", func(t *testing.T) {
		for _, key := range []string{kv.Numbered("out/", "o-1"), kv.Numbered(ticketPrefix, "T-1"), "contact/bob", "outb/o-1"} {
			d, _ := two(t)
			d.spoil(t, key)
			if ids := d.due(t, true); !slices.Equal(ids, []string{"o-2"}) {
				t.Errorf("%s: due %v", key, ids)
			}
			check(t, d.Outbox.Attempt("o-2", d.Now()))
			check(t, d.Outbox.Sent("o-2"))
			if out, err := d.Outbox.Due(d.Now(), 10, true); err == nil || len(out) > 0 {
				t.Errorf("%s: Due() = %v, %v, want it said", key, out, err)
			}
		}
	})
	t.Run("gone", func(t *testing.T) {
		d, _ := two(t)
		d.spoil(t, kv.Numbered("out/", "o-1"))
		d.contact(t, "ada", func(c *clients.Contact) { c.Addresses = []string{"ada@new.example"} })
		if err := d.Tick(); err == nil || !strings.Contains(err.Error(), "o-1") {
			t.Errorf("Tick() = %v, want it said", err)
		}
		if o, _ := d.Outbox.Get("o-2"); o.State != outbox.Canceled {
			t.Errorf("%+v", o)
		}
	})
	t.Run("recover", func(t *testing.T) {
		d, _ := two(t)
		check(t, d.Outbox.Attempt("o-1", d.Now()))
		check(t, d.Outbox.Attempt("o-2", d.Now()))
		d.spoil(t, kv.Numbered("out/", "o-1"))
		if err := d.Outbox.Recover(); err == nil {
			t.Error("it was not said")
		}
		if o, _ := d.Outbox.Get("o-2"); o.State != outbox.Queued || !o.Resent {
			t.Errorf("%+v", o)
		}
	})
	t.Run("list", func(t *testing.T) {
		d, _ := two(t)
		d.spoil(t, kv.Numbered("out/", "o-1"))
		n := 0
		if err := d.Outbox.Each(func(outbox.Outgoing) error { n++; return nil }); err == nil || n != 1 {
			t.Errorf("%d listed, %v", n, err)
		}
	})
	t.Run("imap", func(t *testing.T) {
		d, _ := two(t)
		d.receive(t, d.old(1))
		d.receive(t, d.old(2))
		todo, err := d.Ledger.Pending("support")
		check(t, err)
		d.spoil(t, "todo/support/"+kv.Seq(1)+"/"+kv.Seq(uint64(todo[0].UID)))
		if todo, err := d.Ledger.Pending("support"); err != nil || len(todo) != 1 {
			t.Errorf("Pending() = %v, %v", todo, err)
		}
	})
	t.Run("disputes", func(t *testing.T) {
		d, good := two(t)
		d.receive(t, d.reply(d.last(t, "confirm", good.ID), policy.Yes))
		d.ask(t, eve, policy.PasswordChange)
		d.spoil(t, kv.Numbered(ticketPrefix, "T-1"), kv.Numbered(ticketPrefix, "T-3"))
		todo := "T-99/1/" + fmt.Sprint(d.Now().UnixMilli())
		check(t, d.engine.Update(func(tx kv.Tx) error {
			return errors.Join(tx.Put("afresh/bob", []byte(todo)), tx.Put("afresh/ada", []byte(todo)), tx.Put("afresh/eve", []byte(todo)),
				tx.Put("open/ada/T-98", []byte{1})) // of a ticket that is not there
		}))
		if err := d.Tick(); err == nil {
			t.Error("it was not said")
		}
		d.state(t, good.ID, policy.StateUnconfirmed)
		if left := d.dump(t); left["afresh/bob"] == "" || left["afresh/ada"] != "" {
			t.Errorf("left to do: bob's %q, ada's %q", left["afresh/bob"], left["afresh/ada"])
		}
	})
	t.Run("stops", func(t *testing.T) {
		d, _ := two(t)
		d.spoil(t, "contact/bob")
		check(t, d.engine.Update(func(tx kv.Tx) error {
			return errors.Join(tx.Put("follow/c1", []byte{1}), tx.Put("follow/c2", []byte{1}), kv.Save(tx, "stop/c1", stop{Tickets: []string{"T-1"}}),
				kv.Save(tx, "stop/c2", stop{Tickets: []string{"T-9"}}))
		}))
		if err := d.Tick(); err == nil {
			t.Error("it was not said")
		}
		left := d.dump(t)
		if left["halt/"+eve] == "" || left["halt/"+ada] == "" || left["follow/c2"] != "" || left["follow/c1"] == "" {
			t.Errorf("stops: %q %q, left to do %q %q", left["halt/"+eve], left["halt/"+ada], left["follow/c1"], left["follow/c2"])
		}
	})
	t.Run("timers", func(t *testing.T) {
		d, good := two(t)
		d.spoil(t, kv.Numbered(ticketPrefix, "T-1"))
		check(t, d.engine.Update(func(tx kv.Tx) error {
			for i := range 2000 { // of a ticket that can't be read, and of one that is not there
				if err := tx.Put(fmt.Sprintf("timer/%s/T-%d/1/expiry", kv.Due(start.Add(time.Duration(i))), i%2*9999+1), []byte{1}); err != nil {
					return err
				}
				if err := tx.Put(fmt.Sprintf("timer/%s/T-1/%d/expiry", kv.Due(start), i), []byte{1}); err != nil {
					return err
				}
			}
			return nil
		}))
		d.turn(169 * time.Hour)
		for range 5 {
			if err := d.Tick(); err == nil {
				break
			}
		}
		d.state(t, good.ID, policy.StateExpired)
	})
}
