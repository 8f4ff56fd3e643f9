package tickets

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
)

// writesLock is a mail of somebody's that says LOCK and is about no ticket.
func (d *desk) writesLock(from string) policy.Evidence {
	e := d.reply(Letter{To: from}, policy.Unclear)
	e.Kind, e.Subject, e.Locks, e.Text, e.Threads = policy.KindNew, "LOCK", true, "LOCK", nil
	e.Recipients = []policy.Mark{{Value: "support@desk.example", Field: "to"}}
	return e
}

// TestLockByMail: the primary contact's LOCK locks at once, by whatever mail, and is
// filed where it can be read; nobody else's does anything but show.
func TestLockByMail(t *testing.T) {
	reply := func(kind policy.NoticeKind, who string) func(*desk) policy.Evidence {
		return func(d *desk) policy.Evidence {
			l := Letter{}
			for _, one := range slices.Backward(d.letters) {
				if one.Kind == kind && one.To == who {
					l = one
					break
				}
			}
			e := d.reply(l, policy.Unclear)
			e.Locks, e.Text = true, "LOCK"
			return e
		}
	}
	for _, tt := range []struct {
		name  string
		mail  func(*desk) policy.Evidence
		locks bool
		told  bool // that somebody asks for it
	}{
		{"new-mail", func(d *desk) policy.Evidence { return d.writesLock(ada) }, true, false},
		{"answer-to-a-question", reply(policy.NoticeConfirm, ada), true, false},
		{"answer-to-what-tells", reply(policy.NoticeConfirmed, ada), true, false},
		{"by-another-contact", func(d *desk) policy.Evidence { return d.writesLock(bob) }, false, true},
		{"answer-of-another-contact", reply(policy.NoticeConfirm, bob), false, true},
		{"of-another-client", func(d *desk) policy.Evidence { return d.writesLock(eve) }, false, false},
		{"unproved", func(d *desk) policy.Evidence {
			e := d.writesLock(ada)
			e.Sender = policy.Sender{Result: policy.ResultNone}
			return e
		}, false, false},
		{"by-a-machine", func(d *desk) policy.Evidence {
			e := d.writesLock(ada)
			e.Kind = policy.KindAutoReply
			return e
		}, false, false},
		{"to-somebody-else", func(d *desk) policy.Evidence {
			e := d.writesLock(ada)
			e.Recipients = []policy.Mark{{Value: "friend@example.org", Field: "to"}}
			return e
		}, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := lockDesk(t)
			id, asked := d.proved(t, bob), d.proved(t, ada)
			open, _ := d.ask(t, ada, policy.DNSChange)
			d.ask(t, bob, policy.DNSChange)
			before := d.show(t, open.ID)
			m := d.receive(t, tt.mail(d))
			d.mayLocked(t, id, "kim", map[bool]policy.Code{true: policy.CodeClientLocked}[tt.locks])
			check(t, d.Tick())
			told := slices.ContainsFunc(d.told, func(l Letter) bool { return strings.Contains(l.Reason+l.Request, "which does not count") })
			if told != tt.told {
				t.Errorf("staff are told %v: %+v", told, d.told)
			}
			if after := d.show(t, open.ID); after.State == policy.StateDisputed || after.State == policy.StateConfirmed || before.State != policy.StateUnconfirmed {
				t.Errorf("its ticket is %s", after.State)
			}
			d.state(t, asked, policy.StateConfirmed)
			d.computedAgain(t)
			if !tt.locks {
				return
			}
			l := d.lockNow1(t)
			if !l.Locked || l.By != "contact ada" {
				t.Errorf("%+v", l)
			}
			for _, who := range []string{ada, bob, nils} {
				d.letterTo(t, policy.NoticeLocked, who)
			}
			if tt.name == "new-mail" && m.Ticket != l.Ticket {
				t.Errorf("filed with %q, not %s", m.Ticket, l.Ticket)
			}
		})
	}
}

// computedAgain fails unless every message comes to the same again, from what is kept.
func (d *desk) computedAgain(t *testing.T) {
	t.Helper()
	check(t, d.Inbox.Each(func(m Message) error {
		if again := policy.Decide(m.Facts); !reflect.DeepEqual(again, m.Decision) {
			t.Errorf("%s came to %+v, and again to %+v", m.ID, m.Decision, again)
		}
		return nil
	}))
}

// TestLockByMailTwice: a second LOCK changes nothing and writes to nobody; one while the
// lock is open, or asked to be, shuts it; the same mail once more is nothing.
func TestLockByMailTwice(t *testing.T) {
	d, id := askedDesk(t)
	e := d.reply(d.letterTo(t, policy.NoticeUnlock, ada), policy.Unclear)
	e.Locks = true
	d.receive(t, e)
	check(t, d.Tick())
	if l := d.lockNow1(t); l.Last.State != "ended" || !strings.Contains(l.Last.Why, "contact ada by mail locked it again") {
		t.Errorf("%+v", l.Last)
	}
	n := len(d.letters)
	d.receive(t, d.writesLock(ada))
	check(t, d.Tick())
	if len(d.letters) != n {
		t.Errorf("%d mails more", len(d.letters)-n)
	}
	_, err := d.unlock1(t, "lea", 1)
	check(t, err)
	wants(t, d.receive(t, e), "duplicate")
	d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, nils), policy.Yes))
	d.mayLocked(t, id, "kim", "")
	d.receive(t, d.writesLock(ada))
	d.mayLocked(t, id, "kim", policy.CodeClientLocked)
}

// TestLockLate: a LOCK that waited for DNS locks when it is proved, also what was
// unlocked meanwhile; of who was moved, whose client they are by then.
func TestLockLate(t *testing.T) {
	d := lockDesk(t)
	id, other := d.proved(t, bob), d.proved(t, eve)
	e := d.writesLock(ada)
	e.Sender = policy.Sender{Result: policy.ResultTempError}
	place := d.receive(t, e).Source
	d.mayLocked(t, id, "kim", "")
	d.contact(t, "ada", func(c *clients.Contact) { c.Client = "c2" })
	d.turn(10 * time.Minute)
	proved := d.writesLock(ada)
	e.Sender = proved.Sender
	_, err := d.Inbox.Receive(e, place, []byte(e.RawHash))
	check(t, err)
	d.mayLocked(t, other, "kim", policy.CodeClientLocked)
	d.turn(31 * time.Minute)
	if a := d.may(t, id, policy.PasswordChange, "kim"); has(a, "client_locked") {
		t.Errorf("the client that she has left: %+v", a)
	}
}
