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
	"countersign/staff"
	"countersign/tickets/outbox"
)

// letterTo gives the latest letter of a kind to an address.
func (d *desk) letterTo(t failer, kind policy.NoticeKind, to string) Letter {
	t.Helper()
	for _, l := range slices.Backward(d.letters) {
		if l.Kind == kind && l.To == to {
			return l
		}
	}
	t.Fatalf("no letter %s to %s", kind, to)
	return Letter{}
}

func (d *desk) lockNow1(t failer) (l ShownLock) {
	t.Helper()
	check(t, d.KV().View(func(v kv.View) (err error) { l, _, err = d.LockOf(v, "c1"); return err }))
	return l
}

// askedDesk is a locked desk on which Lea has asked to open the lock for three hours,
// and a request of Bob's that is confirmed.
func askedDesk(t *testing.T) (d *desk, id string) {
	t.Helper()
	d = lockDesk(t)
	id = d.proved(t, bob)
	d.lockIt(t, "max")
	l, err := d.unlock1(t, "lea", 3)
	check(t, err)
	if l.Open || l.Last.State != "asked" || len(l.Last.Asked) != 3 || l.Last.Asked[0].Contact != "ada" {
		t.Fatalf("%+v %+v", l, l.Last)
	}
	d.mayLocked(t, id, "kim", policy.CodeClientLocked)
	return d, id
}

// TestUnlockAlone: two leads alone open a lock only where the client has no contact who
// could be asked, nor had lately.
func TestUnlockAlone(t *testing.T) {
	for _, tt := range []struct {
		name   string
		demote bool
		turn   time.Duration
		open   bool
	}{
		{"removed-lately", false, 0, false},
		{"removed-a-month-ago", false, clients.LeftLife, true},
		{"no-primary-any-longer", true, clients.LeftLife - time.Second, false},
		{"no-primary-for-a-month", true, clients.LeftLife, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := lockDesk(t)
			d.lockIt(t, "max")
			for _, c := range []string{"ada", "bob", "nils"} {
				d.contact(t, c, func(c *clients.Contact) {
					if tt.demote { // none of them may approve
						c.Permissions = []clients.Permission{"ask"}
						return
					}
					c.Status, c.Ended = clients.Removed, d.Now()
				})
			}
			if tt.demote {
				_, err := d.Directory.SetContact(as("lea"), ContactChange{Contact: ada, Agent: "lea", Change: clients.Change{Role: ptr(clients.Authorised)}})
				check(t, err)
			}
			d.turn(tt.turn)
			for _, lead := range []string{"lea", "max"} {
				_, err := d.unlock1(t, lead, 3)
				check(t, err)
			}
			l := d.lockNow1(t)
			if l.Open != tt.open {
				t.Errorf("%+v %+v", l, l.Last)
			}
			if s := fmt.Sprint(d.show(t, l.Last.Ticket).History); strings.Contains(s, "Another lead has to agree") != tt.open {
				t.Errorf("what it takes is told wrongly: %s", s)
			}
		})
	}
}

// TestUnlock: with the second person it is open, for so many hours, and shut again by
// itself; who opened it carries nothing out.
func TestUnlock(t *testing.T) {
	yes := func(who string) func(*testing.T, *desk) {
		return func(t *testing.T, d *desk) {
			wants(t, d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, who), policy.Yes)), "unlock_agreed")
		}
	}
	unlock := func(agent string, hours int, good, may bool) func(*testing.T, *desk) {
		return func(t *testing.T, d *desk) {
			_, err := d.Unlock(By{}, UnlockRequest{Client: "c1", Agent: agent, Hours: hours, Good: good, Reason: "so"})
			if may && err != nil || !may && !errors.Is(err, ErrNotAllowed) {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name string
		do   func(*testing.T, *desk)
		open bool
	}{
		{"nobody", func(*testing.T, *desk) {}, false},
		{"contact", yes(nils), true},
		{"primary", yes(ada), true},
		{"the-requester", yes(bob), true},
		{"second-lead", unlock("max", 0, false, true), false},
		{"second-lead-same-hours", unlock("max", 3, false, true), false},
		{"second-lead-and-contact", func(t *testing.T, d *desk) {
			unlock("max", 3, false, true)(t, d)
			yes(nils)(t, d)
			if l := d.lockNow1(t); !l.Open {
				t.Errorf("%+v", l)
			}
			d.lockIt(t, "max")
		}, false},
		{"other-hours", unlock("max", 4, false, false), false},
		{"for-good-instead", unlock("max", 0, true, false), false},
		{"same-lead", unlock("lea", 3, false, false), false},
		{"agent", unlock("kim", 3, false, false), false},
		{"no", func(t *testing.T, d *desk) {
			wants(t, d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, nils), policy.No)), "stays_locked")
		}, false},
		{"unclear", func(t *testing.T, d *desk) {
			wants(t, d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, nils), policy.Unclear)), "unclear_answer")
		}, false},
		{"lead-disabled-meanwhile", func(t *testing.T, d *desk) {
			d.agent(t, "lea", func(a *staff.Agent) { a.Disabled = true })
			yes(nils)(t, d)
		}, false},
		{"lead-disabled-and-two-contacts", func(t *testing.T, d *desk) {
			d.agent(t, "lea", func(a *staff.Agent) { a.Disabled = true })
			yes(nils)(t, d)
			yes(ada)(t, d)
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, id := askedDesk(t)
			tt.do(t, d)
			check(t, d.Tick())
			l := d.lockNow1(t)
			if l.Open != tt.open || !l.Locked {
				t.Fatalf("%+v %+v", l, l.Last)
			}
			if !tt.open {
				d.mayLocked(t, id, "kim", policy.CodeClientLocked)
				return
			}
			if !strings.HasPrefix(tt.name, "lead-disabled") {
				d.mayLocked(t, id, "lea", policy.CodeLockOpener)
			}
			d.mayLocked(t, id, "kim", "")
			if n := d.count(policy.NoticeUnlocked, l.Last.Ticket); n != 3 {
				t.Errorf("%d were told", n)
			}
			if !slices.ContainsFunc(d.told, func(l Letter) bool { return strings.Contains(l.Reason+l.Request, "Two agreed") }) {
				t.Errorf("staff are told %+v", d.told)
			}
			d.turn(3*time.Hour - time.Second)
			d.mayLocked(t, id, "kim", policy.CodeAlreadyUsed)
			d.turn(time.Second)
			d.mayLocked(t, id, "kim", policy.CodeClientLocked)
		})
	}
}

// TestUnlockLate: a yes counts as long as the question stands, and opens nothing after
// the hours are over.
func TestUnlockLate(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*testing.T, *desk)
		open bool
	}{
		{"in-time", func(_ *testing.T, d *desk) { d.turn(unlockLife - time.Second) }, true},
		{"too-late", func(_ *testing.T, d *desk) { d.turn(unlockLife) }, false},
		{"too-late-and-ticked", func(t *testing.T, d *desk) { d.turn(unlockLife); check(t, d.Tick()) }, false},
		{"locked-again", func(t *testing.T, d *desk) { d.lockIt(t, "max") }, false},
		{"restored", func(t *testing.T, d *desk) { d.backup(t)() }, false},
		{"after-the-hours", func(t *testing.T, d *desk) {
			d.agreesToOpen(t, ada)
			d.turn(3 * time.Hour)
		}, false},
		{"while-open", func(t *testing.T, d *desk) {
			d.agreesToOpen(t, ada)
		}, true},
		{"asked-anew", func(t *testing.T, d *desk) {
			d.turn(unlockLife)
			_, err := d.unlock1(t, "lea", 1)
			check(t, err)
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, _ := askedDesk(t)
			letter := d.letterTo(t, policy.NoticeUnlock, nils)
			tt.do(t, d)
			m := d.receive(t, d.reply(letter, policy.Yes))
			if l := d.lockNow1(t); l.Open != tt.open || !l.Locked {
				t.Errorf("%v: %+v %+v", m.Reasons, l, l.Last)
			}
			if tt.name == "after-the-hours" {
				wants(t, m, "lock_over")
			}
		})
	}
}

// TestUnlockDenied: a no shuts what was opened, by whichever of our mails it answers,
// while it waits for DNS, and locks again what was ended.
func TestUnlockDenied(t *testing.T) {
	open := func(t *testing.T, d *desk) {
		t.Helper()
		d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, nils), policy.Yes))
		check(t, d.Tick())
		if !d.lockNow1(t).Open {
			t.Fatal("it is not open")
		}
	}
	for _, tt := range []struct {
		name string
		do   func(*testing.T, *desk)
		open bool
	}{
		{"of-another-who-was-asked", func(t *testing.T, d *desk) { d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, ada), policy.No)) }, false},
		{"of-who-said-yes", func(t *testing.T, d *desk) {
			d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, nils), policy.No))
		}, false},
		{"to-what-tells-of-it", func(t *testing.T, d *desk) {
			d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlocked, ada), policy.No))
		}, false},
		{"that-waits", func(t *testing.T, d *desk) {
			e := d.reply(d.letterTo(t, policy.NoticeUnlocked, ada), policy.No)
			e.Sender = policy.Sender{Result: policy.ResultTempError}
			d.receive(t, e)
		}, false},
		{"unproved-with-the-token", func(t *testing.T, d *desk) {
			e := d.reply(d.letterTo(t, policy.NoticeUnlock, ada), policy.No)
			e.Sender = policy.Sender{Result: policy.ResultNone}
			d.receive(t, e)
		}, false},
		{"of-a-stranger", func(t *testing.T, d *desk) {
			e := d.reply(d.letterTo(t, policy.NoticeUnlocked, ada), policy.No)
			e.From = eve
			d.receive(t, e)
		}, true},
		{"to-an-older-one", func(t *testing.T, d *desk) {
			old := d.letterTo(t, policy.NoticeUnlocked, ada)
			d.turn(4 * time.Hour)
			_, err := d.unlock1(t, "lea", 5)
			check(t, err)
			open(t, d)
			d.receive(t, d.reply(old, policy.No))
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, id := askedDesk(t)
			open(t, d)
			told := len(d.told)
			tt.do(t, d)
			check(t, d.Tick())
			l := d.lockNow1(t)
			if l.Open != tt.open || !l.Locked {
				t.Fatalf("%+v %+v", l, l.Last)
			}
			d.computedAgain(t)
			if tt.open {
				return
			}
			d.mayLocked(t, id, "kim", policy.CodeClientLocked)
			if news := d.told[told:]; tt.name != "that-waits" && !slices.ContainsFunc(news, func(l Letter) bool { return strings.Contains(l.Reason+l.Request, "said no") }) {
				t.Errorf("staff are told %+v", news)
			}
		})
	}
}

// TestUnlockOneMailbox: two contacts with one mailbox are one person.
func TestUnlockOneMailbox(t *testing.T) {
	d, _ := askedDesk(t)
	d.agent(t, "lea", func(a *staff.Agent) { a.Disabled = true })
	d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, nils), policy.Yes))
	letter := d.letterTo(t, policy.NoticeUnlock, bob)
	d.contact(t, "nils", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "bob+2@client.example") })
	d.receive(t, d.reply(letter, policy.Yes))
	if l := d.lockNow1(t); l.Open || len(l.Last.Said) != 3 {
		t.Errorf("%+v %+v", l, l.Last)
	}
}

// TestUnlockAtTheAct: whoever agreed has to keep what that rested on as long as it is
// open.
func TestUnlockAtTheAct(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*testing.T, *desk)
	}{
		{"lead-disabled", func(t *testing.T, d *desk) { d.agent(t, "lea", func(a *staff.Agent) { a.Disabled = true }) }},
		{"lead-no-longer", func(t *testing.T, d *desk) { d.agent(t, "lea", func(a *staff.Agent) { a.Role = staff.RoleAgent }) }},
		{"contact-removed", func(t *testing.T, d *desk) {
			d.contact(t, "nils", func(c *clients.Contact) { c.Status = clients.Removed })
		}},
		{"contact-moved", func(t *testing.T, d *desk) { d.contact(t, "nils", func(c *clients.Contact) { c.Client = "c2" }) }},
		{"permission-gone", func(t *testing.T, d *desk) {
			d.contact(t, "nils", func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} })
		}},
		{"address-gone", func(t *testing.T, d *desk) {
			d.contact(t, "nils", func(c *clients.Contact) { c.Addresses = []string{"nils@home.example"} })
		}},
		{"restored", func(t *testing.T, d *desk) { d.backup(t)() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, id := askedDesk(t)
			d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, nils), policy.Yes))
			d.mayLocked(t, id, "kim", "")
			tt.spoil(t, d)
			if a := d.may(t, id, policy.PasswordChange, "kim"); a.Decision != policy.Deny || !has(a, "client_locked") {
				t.Errorf("%+v", a)
			}
			if l := d.lockNow1(t); l.Open {
				t.Errorf("%+v", l)
			}
		})
	}
}

// TestUnlockForGood: the same two end it, and a no to the mail that tells of that locks
// it again.
func TestUnlockForGood(t *testing.T) {
	d := lockDesk(t)
	id := d.proved(t, bob)
	d.lockIt(t, "max")
	_, err := d.Unlock(By{}, UnlockRequest{Client: "c1", Agent: "lea", Good: true, Reason: "she has it again"})
	check(t, err)
	check(t, d.Tick())
	d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, ada), policy.Yes))
	check(t, d.Tick())
	if l := d.lockNow1(t); l.Locked || l.Open {
		t.Fatalf("%+v", l)
	}
	d.mayLocked(t, id, "kim", "")
	waits := d.reply(d.letterTo(t, policy.NoticeUnlocked, nils), policy.No)
	waits.Sender = policy.Sender{Result: policy.ResultTempError}
	waits.Tokens = nil
	place := d.receive(t, waits).Source
	d.mayLocked(t, id, "kim", policy.CodeClientLocked) // while a mail that may be a no waits for DNS
	d.computedAgain(t)
	waits.Sender = policy.Sender{Result: policy.ResultNone}
	d.turn(10 * time.Minute)
	_, err = d.Inbox.Receive(waits, place, []byte(waits.RawHash))
	check(t, err)
	d.mayLocked(t, id, "kim", "")
	d.turn(40 * time.Hour)
	d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlocked, nils), policy.No))
	check(t, d.Tick())
	d.mayLocked(t, id, "kim", policy.CodeClientLocked)
	if _, err := d.unlock1(t, "max", 1); err != nil {
		t.Errorf("asked again: %v", err)
	}
}

// TestLockedAgain: a lead shuts at once what is open, or asked.
func TestLockedAgain(t *testing.T) {
	for _, open := range []bool{true, false} {
		d, id := askedDesk(t)
		if open {
			d.agreesToOpen(t, ada)
			d.mayLocked(t, id, "kim", "")
		}
		l, err := d.LockClient(By{}, LockRequest{Client: "c1", Agent: "max", Reason: "no, wait"})
		check(t, err)
		check(t, d.Tick())
		if l.Open || l.Last.State != "ended" {
			t.Errorf("%+v %+v", l, l.Last)
		}
		d.mayLocked(t, id, "kim", policy.CodeClientLocked)
		if n := d.count(policy.NoticeLocked, l.Last.Ticket); n != map[bool]int{true: 3}[open] {
			t.Errorf("open %v: %d were told", open, n)
		}
		if n := len(d.letters); true {
			_, err = d.LockClient(By{}, LockRequest{Client: "c1", Agent: "max", Reason: "once more"})
			check(t, errors.Join(err, d.Tick()))
			if len(d.letters) != n {
				t.Errorf("%d mails more though nothing changed", len(d.letters)-n)
			}
		}
	}
}

// TestUnlockLeaves: the question leaves the outbox as long as it is one, and not after.
func TestUnlockLeaves(t *testing.T) {
	for _, opened := range []bool{false, true} {
		d, _ := askedDesk(t)
		if opened {
			d.agreesToOpen(t, ada)
		}
		check(t, d.Tick())
		d.send(t)
		for _, o := range d.outbox(t, d.lockNow1(t).Last.Ticket) {
			want := outbox.Sent
			if o.Kind == policy.NoticeUnlock && opened {
				want = outbox.Canceled
			}
			if o.State != want {
				t.Errorf("opened %v: %s to %s is %s, want %s", opened, o.Kind, o.To, o.State, want)
			}
		}
	}
}

// TestLockAndStop: a stop and a lock are two things: what ends one leaves the other.
func TestLockAndStop(t *testing.T) {
	d, id := askedDesk(t)
	d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, nils), policy.Yes))
	other := d.proved(t, ada)
	d.mayLocked(t, id, "kim", "")
	d.receive(t, d.reply(d.last(t, policy.NoticeConfirmed, id), policy.No)) // after the act
	a := d.may(t, other, policy.PasswordChange, "kim")
	if a.Decision != policy.Deny || !has(a, "client_stopped") || has(a, "client_locked") {
		t.Errorf("stopped while it is open: %+v", a)
	}
	d.turn(3 * time.Hour)
	if a := d.may(t, other, policy.PasswordChange, "kim"); !has(a, "client_stopped") || !has(a, "client_locked") {
		t.Errorf("stopped and shut: %+v", a)
	}
	ticket, err := d.Lift(id, "max", "we looked into it")
	check(t, err)
	d.receive(t, d.reply(d.last(t, policy.NoticeLift, ticket.ID), policy.Yes)) // which is asked while it is locked
	if a := d.may(t, other, policy.PasswordChange, "kim"); has(a, "client_stopped") || !has(a, "client_locked") {
		t.Errorf("lifted and shut: %+v", a)
	}
}
