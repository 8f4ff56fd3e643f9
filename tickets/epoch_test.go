package tickets

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// backup copies the store and gives what puts the copy in its place, as a
// restore does; the head that was kept is lost.
func (d *desk) backup(t *testing.T) (restore func()) {
	t.Helper()
	copied := d.dump(t)
	return func() {
		t.Helper()
		now := d.dump(t)
		check(t, d.engine.Update(func(tx kv.Tx) error {
			for key := range now {
				if err := tx.Delete(key); err != nil {
					return err
				}
			}
			for key, value := range copied {
				if err := tx.Put(key, []byte(value)); err != nil {
					return err
				}
			}
			return nil
		}))
		if restored, err := d.Log.CheckHead(""); err != nil || !restored {
			t.Fatalf("restored %v, %v", restored, err)
		}
	}
}

// TestRestored: whatever became of a request after the copy was made, the copy
// allows nothing that its contact does not say yes to afresh. The clock stands
// still all the while.
func TestRestored(t *testing.T) {
	yes := func(d *desk, l Letter) { d.receive(t, d.reply(l, policy.Yes)) }
	none := func(*desk, Ticket, Letter) {}
	for _, tt := range []struct {
		name          string
		class         policy.Class
		before, after func(*desk, Ticket, Letter)
	}{
		{"confirmed", policy.PasswordChange, func(d *desk, _ Ticket, l Letter) { yes(d, l) }, none},
		{"disputed-since", policy.PasswordChange, func(d *desk, _ Ticket, l Letter) { yes(d, l) }, func(d *desk, ticket Ticket, _ Letter) {
			d.receive(t, d.reply(d.last(t, "confirmed", ticket.ID), policy.No))
			d.state(t, ticket.ID, policy.StateDisputed)
		}},
		{"used-since", policy.PasswordChange, func(d *desk, _ Ticket, l Letter) { yes(d, l) }, func(d *desk, ticket Ticket, _ Letter) {
			if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Allow {
				t.Fatalf("%+v", a)
			}
		}},
		{"answered-since", policy.PasswordChange, none, func(d *desk, _ Ticket, l Letter) { yes(d, l) }},
		{"minor", policy.MinorChange, func(d *desk, _ Ticket, l Letter) { yes(d, l) }, none},
		{"minor-by-any-mail", policy.MinorChange, func(d *desk, _ Ticket, l Letter) { d.receive(t, d.reply(l, policy.Unclear)) }, none},
		{"minor-weak", policy.MinorChange, func(d *desk, _ Ticket, l Letter) {
			e := d.reply(l, policy.Yes)
			e.Sender = policy.Sender{Result: policy.ResultNone}
			d.receive(t, e)
		}, none},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, tt.class)
			tt.before(d, ticket, l)
			restore := d.backup(t)
			tt.after(d, ticket, l)
			restore()
			if s := d.show(t, ticket.ID); s.State != policy.StateUnconfirmed || s.Confirmed || s.Authenticated || len(s.Proofs) != 0 {
				t.Errorf("shown as %s with %v", s.State, s.Proofs)
			}
			check(t, d.List(policy.StateConfirmed, func(s Shown) error { t.Errorf("listed as confirmed: %+v", s); return nil }))
			check(t, d.Outbox.Release("max"))
			d.receive(t, d.reply(l, policy.Yes)) // to the old question
			asked := d.count("confirm", ticket.ID)
			for range 2 {
				if a := d.may(t, ticket.ID, tt.class, "kim"); a.Decision != policy.Deny || !has(a, "restored") || a.Receipt != "" || a.Next[0] != "await_reply" {
					t.Errorf("%+v", a)
				}
			}
			if n := d.count("confirm", ticket.ID) - asked; n != 1 {
				t.Errorf("asked %d times afresh, want once", n)
			}
			put := 0
			for _, e := range d.show(t, ticket.ID).History {
				if e.Event == "unconfirmed" && e.Reason == "restored" {
					put++
				}
			}
			if put != 1 {
				t.Errorf("put back %d times: %v", put, d.show(t, ticket.ID).History)
			}
			wants(t, d.receive(t, d.reply(l, policy.Yes)), "token_superseded")
			yes(d, d.last(t, "confirm", ticket.ID))
			if a := d.may(t, ticket.ID, tt.class, "kim"); a.Decision != policy.Allow || a.Repeat {
				t.Errorf("after a fresh yes: %+v", a)
			}
		})
	}
}

// TestRestoredTwice: each restore begins an epoch, also of a copy from within one.
func TestRestoredTwice(t *testing.T) {
	d := memoryDesk(t, nil)
	d.ask(t, ada, policy.DNSChange)
	d.backup(t)()
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	if a := d.may(t, ticket.ID, policy.Question, "kim"); a.Decision != policy.Allow {
		t.Fatalf("%+v", a)
	}
	restore := d.backup(t)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Allow {
		t.Fatalf("what was asked since the first restore: %+v", a)
	}
	for range 2 {
		restore()
		if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); !has(a, "restored") || a.Decision != policy.Deny {
			t.Fatalf("%+v", a)
		}
	}
}

// TestUsedBeforeRestore: what was allowed before is not asked again and not
// allowed again, not even to the same agent at once.
func TestUsedBeforeRestore(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	d.may(t, ticket.ID, policy.PasswordChange, "kim")
	d.backup(t)()
	asked := d.count("confirm", ticket.ID)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Deny || !has(a, "already_used") || a.Receipt != "" {
		t.Errorf("%+v", a)
	}
	if n := d.count("confirm", ticket.ID); n != asked {
		t.Error("the contact is asked for what was carried out")
	}
	d.state(t, ticket.ID, policy.StateConfirmed)
	edited, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "another", Agent: "kim"})
	check(t, err)
	d.receive(t, d.reply(d.last(t, "confirm", edited.ID), policy.Yes))
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Allow || a.Repeat {
		t.Errorf("after an edit: %+v", a)
	}
}

// TestOldMailAfterRestore: mail that came before the restore and is judged after
// it proves nothing, and a no in it is heard.
func TestOldMailAfterRestore(t *testing.T) {
	for _, tt := range []struct {
		intent policy.Intent
		state  policy.State
	}{{policy.Yes, policy.StateUnconfirmed}, {policy.No, policy.StateDisputed}} {
		for _, deferred := range []bool{true, false} {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			e := d.reply(l, tt.intent)
			late := e
			late.Sender = policy.Sender{Result: policy.ResultTempError}
			d.uid++
			src := ledger.Source{Mailbox: "support", UIDValidity: 1, UID: d.uid}
			if deferred {
				_, err := d.Inbox.Receive(late, src, []byte(late.RawHash))
				check(t, err)
			}
			d.backup(t)()
			d.turn(time.Hour)
			_, err := d.Inbox.Receive(e, src, []byte(e.RawHash))
			check(t, err)
			d.state(t, ticket.ID, tt.state)
			if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Deny {
				t.Errorf("%s, deferred %v: %+v", tt.intent, deferred, a)
			}
		}
	}
}

// TestLiftAfterRestore: the yes to a lift that was asked before ends no stop.
func TestLiftAfterRestore(t *testing.T) {
	d, ticket, _ := stoppedDesk(t)
	_, err := d.Lift(ticket.ID, "max", "a reason")
	check(t, err)
	l := d.last(t, "lift", ticket.ID)
	d.backup(t)()
	d.receive(t, d.reply(l, policy.Yes))
	check(t, d.KV().View(func(v kv.View) error {
		if halt, err := stopped(v, "c1"); err != nil || !halt {
			t.Errorf("stopped %v, %v", halt, err)
		}
		return nil
	}))
	_, err = d.Lift(ticket.ID, "max", "asked again")
	check(t, err)
	wants(t, d.receive(t, d.reply(d.last(t, "lift", ticket.ID), policy.Yes)), "lifted")
}

// TestUsedInEpoch: within an epoch the same agent gets the same receipt again.
func TestUsedInEpoch(t *testing.T) {
	d := memoryDesk(t, nil)
	d.ask(t, ada, policy.DNSChange)
	d.backup(t)()
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	for _, repeat := range []bool{false, true} {
		if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Allow || a.Repeat != repeat {
			t.Errorf("%+v, want repeat %v", a, repeat)
		}
	}
}

// TestCheckHead: a store goes on from the head that was kept, or has none yet, or
// is an older copy.
func TestCheckHead(t *testing.T) {
	fill := func(d *desk) { d.ask(t, bob, policy.PasswordChange) }
	head := func(d *desk) string {
		h, err := d.Log.Head()
		check(t, err)
		return h
	}
	made := func(d *desk) {
		if restored, err := d.Log.CheckHead(""); err != nil || restored {
			t.Fatal(restored, err)
		}
	}
	for _, tt := range []struct {
		name     string
		head     func(*desk) string
		restored bool
	}{
		{"new", func(*desk) string { return "" }, false},
		{"new-torn", func(*desk) string { return "count" }, false},
		{"made", func(d *desk) string { made(d); return head(d) }, false},
		{"made-and-crashed", func(d *desk) string { made(d); return "" }, false},
		{"made-then-filled", func(d *desk) string { made(d); h := head(d); fill(d); return h }, false},
		{"same", func(d *desk) string { fill(d); return head(d) }, false},
		{"older-head", func(d *desk) string { fill(d); h := head(d); fill(d); return h }, false},
		{"no-head", func(d *desk) string { fill(d); return "" }, true},
		{"torn", func(d *desk) string { fill(d); return head(d)[:30] }, true},
		{"newer-head", func(d *desk) string {
			fill(d)
			restore := d.dump(t)
			fill(d)
			h := head(d)
			check(t, d.engine.Update(func(tx kv.Tx) error { return tx.Put("audit/head", []byte(restore["audit/head"])) }))
			return h
		}, true},
		{"of-another-made-store", func(d *desk) string {
			other := memoryDesk(t, nil)
			made(other)
			made(d)
			fill(d)
			return head(other)
		}, true},
		{"of-another-key", func(d *desk) string {
			other := memoryDesk(t, func(o *Options) { o.Keys = keys.FromSeed([32]byte{2}) })
			fill(other)
			fill(d)
			return head(other)
		}, true},
		{"new-beside-an-older-head", func(*desk) string { other := memoryDesk(t, nil); fill(other); return head(other) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			kept := tt.head(d)
			before, err := d.kvEpoch()
			check(t, err)
			if restored, err := d.Log.CheckHead(kept); err != nil || restored != tt.restored {
				t.Fatalf("CheckHead = %v, %v, want %v", restored, err, tt.restored)
			}
			after, err := d.kvEpoch()
			check(t, err)
			if held, err := d.Outbox.Held(); err != nil || held != tt.restored || (after.Number == before.Number+1) != tt.restored {
				t.Errorf("held %v, %v; epoch %+v after %+v", held, err, after, before)
			}
			if restored, err := d.Log.CheckHead(head(d)); err != nil || restored {
				t.Errorf("and then: %v, %v", restored, err)
			}
			if size := head(d); strings.HasPrefix(size, "countersign audit log\n0\n") {
				t.Error("the head of a store that was opened names nothing")
			}
		})
	}
}

func (d *desk) kvEpoch() (e epoch, err error) {
	err = d.KV().View(func(v kv.View) error { e, err = epochNow(v); return err })
	return e, err
}

// TestAllowNeedsItsHead: what can't be known as lost does not leave.
func TestAllowNeedsItsHead(t *testing.T) {
	kept, full := 0, errors.New("disk full")
	d := memoryDesk(t, func(o *Options) {
		o.KeepHead = func() error {
			kept++
			if kept == 1 {
				return full
			}
			return nil
		}
	})
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Deny || kept != 0 {
		t.Errorf("a no needs no head: %+v, kept %d", a, kept)
	}
	d.receive(t, d.reply(l, policy.Yes))
	ask := AuthorizeRequest{Ticket: ticket.ID, Class: policy.PasswordChange, Agent: "kim"}
	if a, err := d.Authorize(ask); !errors.Is(err, ErrHead) || !errors.Is(err, full) || a.Decision != "" || a.Receipt != "" {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := d.Authorize(ask); err != nil || a.Decision != policy.Allow || kept != 2 {
		t.Errorf("once it is kept: %+v, %v, kept %d", a, err, kept)
	}
}
