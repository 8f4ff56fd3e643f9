package tickets

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/outbox"
)

// TestSetLimits: other limits count for what waits at once, the oldest first,
// whoever made us ask it.
func TestSetLimits(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour = 1 })
	check(t, d.engine.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "zoe", Email: "zoe@desk.example", Authorities: []string{staff.All}})
		return err
	}))
	var opened []string
	for _, agent := range []string{"zoe", "zoe", "kim", "kim", "lee", "lee", "max", "max"} {
		opened = append(opened, d.open1(t, ada, agent).ID)
		d.turn(time.Second)
	}
	due := func() (tickets []string) {
		all, err := d.Outbox.Due(d.Now(), 100, true)
		check(t, err)
		for _, o := range all {
			tickets = append(tickets, o.Ticket)
		}
		slices.Sort(tickets)
		return tickets
	}
	wants := func(l outbox.Limits, want ...string) {
		t.Helper()
		check(t, d.SetLimits(l))
		if got := due(); !slices.Equal(got, want) {
			t.Errorf("with %+v due are %v, want %v of %v", l, got, want, opened)
		}
	}
	if got := due(); !slices.Equal(got, []string{"T-1", "T-3", "T-5", "T-7"}) {
		t.Fatalf("due are %v", got)
	}
	wants(outbox.Limits{PerMinute: 600, PerHour: 2, PerDay: 4}, "T-1", "T-2", "T-3", "T-4", "T-5", "T-6", "T-7") // three times 2 and one of who had none
	wants(outbox.Limits{PerMinute: 600, PerHour: 1, PerDay: 4}, "T-1", "T-3", "T-5", "T-7")
	wants(outbox.Limits{PerMinute: 3, PerHour: 10, PerDay: 4}, "T-1", "T-3", "T-5")
	wants(outbox.Limits{PerMinute: 600, PerHour: 10, PerDay: 4}, opened...)
	// The next start finds nothing to do, and what was said to be sent is not put back.
	before := d.dump(t)
	d.opt.PerHour, d.opt.PerDay = 10, 4
	d.restart(t)
	if check(t, d.Outbox.Recover()); len(d.dump(t)) != len(before) {
		t.Errorf("%d keys, before the start %d", len(d.dump(t)), len(before))
	}
	if n := d.send(t); n != 8 {
		t.Errorf("%d went out, want 8", n)
	}
}

// TestSetLimitsOfADay: a ticket with much to ask keeps no other's question waiting
// when its own limit is raised.
func TestSetLimitsOfADay(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerDay, o.PerHour = 1, 3 })
	busy, _ := d.ask(t, bob, policy.PasswordChange)
	d.send(t)
	for i := range 3 {
		_, err := d.Edit(EditRequest{Ticket: busy.ID, Request: fmt.Sprint("Other ", i), Agent: "kim"})
		check(t, err)
	}
	other := d.open1(t, bob, "kim")
	if ids := d.due(t, true); len(ids) != 1 || d.outbox(t, other.ID)[0].ID != ids[0] {
		t.Fatalf("due %v, want that of the other ticket", ids)
	}
	check(t, d.SetLimits(outbox.Limits{PerMinute: 600, PerHour: 3, PerDay: 2}))
	if ids := d.due(t, true); len(ids) != 2 {
		t.Errorf("due %v, want both", ids)
	}
}

// courtesies has the store tell a contact of their ticket n times what is courtesy.
func (d *desk) courtesies(t failer, ticket string, n int) {
	t.Helper()
	for range n {
		check(t, d.kv.Update(func(tx kv.Tx) error {
			t, err := load(tx, ticket)
			if err != nil {
				return err
			}
			if err := d.informContact(tx, &t, t.Contact, policy.NoticeAboutNone); err != nil {
				return err
			}
			return save(tx, t)
		}))
	}
}

// TestCourtesyLeavesRoom: however much courtesy there is, it takes no place that a
// question could have: not of a ticket's day, a contact's hour, nor, but for half,
// of a minute; and questions go before it.
func TestCourtesyLeavesRoom(t *testing.T) {
	for _, most := range []int{1, 2, 3} {
		t.Run(fmt.Sprint("hour-and-day-", most), func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.PerHour, o.PerDay = most, most })
			id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
			d.courtesies(t, id, 10)
			if d.send(t); d.sent(t, policy.NoticeAboutNone) != most || happened(d.show(t, id), "notice dropped") != 1 {
				t.Errorf("%d courtesy mails left, want %d; %+v", d.sent(t, policy.NoticeAboutNone), most, d.show(t, id).History)
			}
			for range most { // of the contact's own mail, to whose account courtesy went before
				d.receive(t, d.asking(bob, asksFor(policy.PasswordChange)))
			}
			if d.send(t); d.sent(t, policy.NoticeConfirm) != most {
				t.Errorf("%d questions left, want %d", d.sent(t, policy.NoticeConfirm), most)
			}
		})
		t.Run(fmt.Sprint("all-together-", most), func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.PerHour, o.PerDay = most, most })
			d.courtesies(t, d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket, 10)
			for _, agent := range []string{"kim", "lee", "max"} {
				for range most {
					d.open1(t, bob, agent)
				}
			}
			if d.send(t); d.sent(t, policy.NoticeConfirm) != 3*most {
				t.Errorf("%d questions of three agents left, want %d", d.sent(t, policy.NoticeConfirm), 3*most)
			}
		})
		t.Run(fmt.Sprint("minute-", most), func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.PerMinute = most })
			id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
			d.courtesies(t, id, 10)
			d.turn(time.Second)
			first := d.open1(t, ada, "kim")
			if ids := d.due(t, true); len(ids) == 0 || d.outbox(t, first.ID)[0].ID != ids[0] {
				t.Errorf("due are %v, want the question first", ids)
			}
			if d.send(t); d.sent(t, policy.NoticeAboutNone) != most/2 || d.sent(t, policy.NoticeConfirm) != 1 {
				t.Errorf("%d courtesy mails and %d questions left", d.sent(t, policy.NoticeAboutNone), d.sent(t, policy.NoticeConfirm))
			}
			d.turn(time.Minute)
			d.send(t) // courtesy alone, and then a question in the same minute
			d.open1(t, ada, "lee")
			if d.send(t); d.sent(t, policy.NoticeConfirm) != 2 {
				t.Errorf("a question waits for the next minute: %+v", d.outbox(t, ""))
			}
			if dropped := happened(d.show(t, id), "notice dropped"); (dropped == 1) != (most == 1) {
				t.Errorf("dropped is told %d times", dropped)
			}
		})
	}
}

// TestCourtesyOfAHighLimit: what no longer may leave under a lowered limit does not
// wait for ever, and its ticket says so.
func TestCourtesyOfAHighLimit(t *testing.T) {
	d := memoryDesk(t, nil)
	id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
	d.courtesies(t, id, 2)
	check(t, d.SetLimits(outbox.Limits{PerMinute: 1, PerHour: 10, PerDay: 4}))
	check(t, d.Tick())
	for _, o := range d.outbox(t, id) {
		if o.State != outbox.Canceled {
			t.Errorf("%+v", o)
		}
	}
	if n := happened(d.show(t, id), "notice canceled"); n != 2 {
		t.Errorf("told %d times", n)
	}
}

// sent is how many notices of a kind left.
func (d *desk) sent(t failer, kind policy.NoticeKind) (n int) {
	t.Helper()
	for _, o := range d.outbox(t, "") {
		if o.Kind == kind && o.State == outbox.Sent {
			n++
		}
	}
	return n
}
