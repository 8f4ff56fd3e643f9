package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// TestYesBehindANo: once a no to one ticket was heard, a yes to a question of another
// that was asked before it counts no longer, be it the next mail, and an approver's
// neither; what is asked after the no may be answered.
func TestYesBehindANo(t *testing.T) {
	d := openDesk(t, nil)
	_, no := d.ask(t, bob, policy.PasswordChange)
	other, yes := d.ask(t, bob, policy.DNSChange)
	cancels, l := d.ask(t, bob, policy.Cancellation)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	check(t, d.Tick())
	approve := d.last(t, policy.NoticeApprove, cancels.ID)
	minor, ml := d.ask(t, bob, policy.MinorChange)
	adas, al := d.ask(t, ada, policy.DNSChange)

	wants(t, d.receive(t, d.reply(no, policy.No)), "denied")
	for id, want := range map[string]policy.State{other.ID: policy.StateUnconfirmed, cancels.ID: policy.StateUnconfirmed} {
		if s := d.show(t, id); s.State != want || !s.Unasked || s.Confirmed {
			t.Errorf("before Tick: %+v", s)
		}
	}
	wants(t, d.receive(t, d.reply(yes, policy.Yes)), "token_superseded")
	wants(t, d.receive(t, d.reply(approve, policy.Yes)), "approval_over")
	wants(t, d.receive(t, d.reply(ml, policy.Yes)), "confirmed")
	wants(t, d.receive(t, d.reply(al, policy.Yes)), "confirmed")
	if n := d.count(policy.NoticeConfirmed, other.ID); n != 0 {
		t.Errorf("%d mails say that it is confirmed", n)
	}
	d.turn(time.Second)
	later, ll := d.ask(t, bob, policy.DNSChange)
	wants(t, d.receive(t, d.reply(ll, policy.Yes)), "confirmed")
	check(t, d.Tick())
	for id, want := range map[string]policy.State{other.ID: policy.StateUnconfirmed, cancels.ID: policy.StateUnconfirmed,
		minor.ID: policy.StateConfirmed, adas.ID: policy.StateConfirmed, later.ID: policy.StateConfirmed} {
		d.state(t, id, want)
	}
	if a := d.may(t, other.ID, policy.DNSChange, "kim"); !has(a, "asked_afresh") {
		t.Errorf("%+v", a)
	}
	wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, other.ID), policy.Yes)), "confirmed")
}

// TestEveryOrder: whatever a yes, a no, an allow and the word that it was done come
// behind, and whatever waits for DNS meanwhile, a no leaves the ticket disputed, nothing
// is allowed after it, and it is one alarm.
func TestEveryOrder(t *testing.T) {
	steps := []string{"yes", "no", "act", "done", "tick"}
	for _, waits := range []string{"nothing", "yes", "no"} {
		for order := range permutations(steps) {
			name := waits + " waits: " + strings.Join(order, " ")
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			mail := map[string]policy.Evidence{"yes": d.reply(l, policy.Yes), "no": d.reply(l, policy.No), "no-again": d.reply(l, policy.No)}
			denied := false
			for _, step := range order {
				switch step {
				case "tick":
					check(t, d.Tick())
				case "act":
					a := d.may(t, ticket.ID, policy.PasswordChange, "lee")
					if a.Decision == policy.Allow && denied {
						t.Fatalf("%s: allowed: %+v", name, a)
					}
				case "done":
					if _, err := d.Conclude(Closing{Ticket: ticket.ID, Agent: "lee", Done: "so"}); denied && waits != "no" && !errors.Is(err, ErrNotAllowed) {
						t.Fatalf("%s: done: %v", name, err)
					}
				default:
					e := mail[step]
					if step == waits {
						e.Sender = unknown
					}
					d.receiveAt(t, e, uint32(900+slices.Index(steps, step)))
					denied = denied || strings.HasPrefix(step, "no") // be it that it waits
				}
			}
			d.receive(t, mail["no-again"])
			if e, ok := mail[waits]; ok {
				d.receiveAt(t, e, uint32(900+slices.Index(steps, waits)))
			}
			for range 3 {
				check(t, d.Tick())
			}
			d.state(t, ticket.ID, policy.StateDisputed)
			if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); a.Decision != policy.Deny {
				t.Fatalf("%s: %+v", name, a)
			}
			alarms := slices.DeleteFunc(slices.Clone(d.told), func(l Letter) bool { return l.To != "max@desk.example" })
			if len(alarms) != 1 {
				t.Fatalf("%s: %d alarms: %+v", name, len(alarms), alarms)
			}
		}
	}
}

// permutations yields every order of the words.
func permutations(words []string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		var next func(done, left []string) bool
		next = func(done, left []string) bool {
			if len(left) == 0 {
				return yield(slices.Clone(done))
			}
			for i := range left {
				if !next(append(slices.Clone(done), left[i]), slices.Delete(slices.Clone(left), i, i+1)) {
					return false
				}
			}
			return true
		}
		next(nil, words)
	}
}

// receiveAt hands a message in at that place of the mailbox, once more where it waited.
func (d *desk) receiveAt(t failer, e policy.Evidence, uid uint32) Message {
	t.Helper()
	m, err := d.Inbox.Receive(e, ledger.Source{Mailbox: "support", UIDValidity: 1, UID: uid}, []byte(e.RawHash))
	check(t, err)
	return m
}

// TestSameInstant: a yes and a no that come at once end as disputed, whichever is
// first.
func TestSameInstant(t *testing.T) {
	for range 20 {
		d := memoryDesk(t, nil)
		ticket, l := d.ask(t, bob, policy.PasswordChange)
		var all sync.WaitGroup
		for i, e := range []policy.Evidence{d.reply(l, policy.Yes), d.reply(l, policy.No), d.reply(l, policy.Yes), d.reply(l, policy.No)} {
			all.Go(func() { d.receiveAt(t, e, uint32(1000+i)) })
		}
		all.Go(func() {
			_, err := d.Authorize(AuthorizeRequest{Ticket: ticket.ID, Class: policy.PasswordChange, Agent: "lee"})
			if err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		check(t, d.Tick())
		d.state(t, ticket.ID, policy.StateDisputed)
		if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); a.Decision != policy.Deny {
			t.Errorf("%+v", a)
		}
	}
}

// TestOneNoIsOneAlarm: one no is one mail to each of whom it concerns, however many
// tickets it names and however often and from where it is said again.
func TestOneNoIsOneAlarm(t *testing.T) {
	d := memoryDesk(t, nil)
	d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "bob@home.example") })
	first, l1 := d.ask(t, bob, policy.PasswordChange)
	second, l2 := d.ask(t, bob, policy.DNSChange)
	wants(t, d.receive(t, d.reply(l2, policy.Yes)), "confirmed")
	no := d.reply(l1, policy.No)
	no.Tokens = append(no.Tokens, policy.Mark{Value: l2.Token, Field: "to"})
	both := d.receive(t, no)
	if !both.Decision.Denies() {
		t.Fatalf("%+v", both.Reasons)
	}
	home := d.reply(l1, policy.No)
	home.From, home.Sender.Domain = "bob@home.example", "home.example"
	d.receive(t, home)
	d.receive(t, d.reply(l1, policy.No))
	d.receive(t, d.reply(l2, policy.No))
	for range 3 {
		check(t, d.Tick())
		d.turn(time.Minute)
	}
	d.state(t, first.ID, policy.StateDisputed)
	d.state(t, second.ID, policy.StateDisputed)
	mails := map[string]int{}
	for _, l := range d.told {
		mails[l.To]++
	}
	if fmt.Sprint(mails) != "map[kim@desk.example:1 max@desk.example:1]" {
		t.Errorf("told %v: %+v", mails, d.told)
	}
}

// TestLiftByAnother: nobody ends their own stop by a second address: a primary contact
// who reads the requester's mailbox is not asked, but the next one; where there is
// none, nobody is.
func TestLiftByAnother(t *testing.T) {
	plus := func(d *desk) {
		d.contact(t, "ada", func(c *clients.Contact) { c.Addresses = []string{"bob+ada@client.example"} })
	}
	for _, tt := range []struct {
		name   string
		before func(*desk)
		asked  string // empty: refused
	}{
		{"another-mailbox", func(*desk) {}, ada},
		{"same-mailbox", plus, ""},
		{"same-mailbox-and-the-next", func(d *desk) {
			plus(d)
			check(t, d.engine.Update(func(tx kv.Tx) error {
				return clients.PutContact(tx, clients.Contact{ID: "nils", Client: "c1", Status: clients.Active, Role: clients.Primary, Addresses: []string{"nils@client.example"}})
			}))
		}, "nils@client.example"},
		{"themselves", func(d *desk) {
			plus(d)
			d.contact(t, "bob", func(c *clients.Contact) { c.Role = clients.Primary })
			d.contact(t, "ada", func(c *clients.Contact) { c.Role = clients.Authorised })
		}, bob},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, ticket, _ := stoppedDesk(t)
			tt.before(d)
			_, err := d.Lift(ticket.ID, "max", "I looked into it")
			if tt.asked == "" {
				if !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), "another mailbox") || d.count(policy.NoticeLift, ticket.ID) > 0 {
					t.Errorf("Lift: %v", err)
				}
				return
			}
			check(t, err)
			l := d.last(t, policy.NoticeLift, ticket.ID)
			if l.To != tt.asked {
				t.Errorf("%s is asked, want %s", l.To, tt.asked)
			}
			wants(t, d.receive(t, d.reply(l, policy.Yes)), "lifted")
		})
	}
	d, ticket, _ := stoppedDesk(t)
	_, err := d.Lift(ticket.ID, "max", "I looked into it")
	check(t, err)
	plus(d) // when the answer comes
	e := d.reply(d.last(t, policy.NoticeLift, ticket.ID), policy.Yes)
	e.From = "bob+ada@client.example"
	if m := d.receive(t, e); m.Decision.Has(policy.EffectLift) {
		t.Errorf("%+v", m.Reasons)
	}
}
