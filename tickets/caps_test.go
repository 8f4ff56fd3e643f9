package tickets

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/outbox"
)

// TestCaps: over a cap a question waits; what tells the contact what was done
// with their answer goes out all the same, since nothing else takes its places.
func TestCaps(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"per-ticket":  func(o *Options) { o.PerDay = 2 },
		"per-contact": func(o *Options) { o.PerHour = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, change)
			sent := 0
			drain := func() {
				for _, id := range d.due(t, true) {
					check(t, d.Outbox.Attempt(id, d.Now()))
					check(t, d.Outbox.Sent(id))
					sent++
				}
			}
			ticket, _ := d.ask(t, bob, policy.PasswordChange)
			drain()
			for range 3 {
				_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Other", Agent: "kim"})
				check(t, err)
				drain()
			}
			if sent != 2 {
				t.Errorf("%d questions went out, want 2 even with all", sent)
			}
			d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Unclear))
			for range 2 {
				d.turn(24 * time.Hour)
				drain()
			}
			if sent != 4 { // of the two that waited the first no longer stands; the clearer one waited, too
				t.Errorf("%d questions went out two days after, want 4", sent)
			}
			for range 2 { // up to the cap again
				_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Other", Agent: "kim"})
				check(t, err)
				drain()
			}
			d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes))
			s := d.show(t, ticket.ID)
			if happened(s, "notice dropped") != 0 || s.State != policy.StateConfirmed || d.count("confirmed", ticket.ID) != 1 {
				t.Errorf("that it was confirmed was not told: %+v", s.History)
			}
			if drain(); sent != 7 {
				t.Errorf("%d notices went out, want the last one at once, too", sent)
			}
		})
	}
	t.Run("per-minute", func(t *testing.T) {
		d := memoryDesk(t, func(o *Options) { o.PerMinute = 3 })
		for range 5 {
			d.ask(t, bob, policy.PasswordChange)
		}
		for _, want := range []int{3, 2} {
			ids := d.due(t, true)
			if len(ids) != want {
				t.Errorf("due %v, want %d", ids, want)
			}
			for _, id := range ids {
				check(t, d.Outbox.Attempt(id, d.Now()))
				check(t, d.Outbox.Sent(id))
			}
			d.turn(time.Minute)
		}
	})
}

// send lets everything go out that is due, and gives how many it was.
func (d *desk) send(t failer) (n int) {
	t.Helper()
	for {
		ids := d.due(t, true)
		if len(ids) == 0 {
			return n
		}
		for _, id := range ids {
			check(t, d.Outbox.Attempt(id, d.Now()))
			check(t, d.Outbox.Sent(id))
			n++
		}
	}
}

// open opens a ticket for a contact, as an agent.
func (d *desk) open1(t failer, contact, agent string) Ticket {
	t.Helper()
	ticket, err := d.Open(OpenRequest{Contact: contact, Channel: policy.Phone, Class: policy.PasswordChange, Subject: "New password for web1", Agent: agent})
	check(t, err)
	return ticket
}

// TestCourtesyIsDropped: only courtesy is dropped over a cap, with a record of it
// once a day, and takes no place under the other cap.
func TestCourtesyIsDropped(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour, o.PerDay = 1, 2 })
	ticket := d.open1(t, bob, "kim")
	d.courtesies(t, ticket.ID, 5)
	s := d.show(t, ticket.ID)
	if happened(s, "notice dropped") != 1 || d.count("about_none", ticket.ID) != 1 {
		t.Fatalf("%d were written; %+v", d.count("about_none", ticket.ID), s.History)
	}
	for key, n := range d.dump(t) {
		if strings.HasPrefix(key, "cap/") && strings.HasSuffix(key, "/day/"+ticket.ID) && n != `{"agent:kim":1,"courtesy":1}` {
			t.Errorf("%s holds %s, want one of each account", key, n)
		}
	}
	d.turn(24 * time.Hour)
	d.courtesies(t, ticket.ID, 2)
	if s := d.show(t, ticket.ID); happened(s, "notice dropped") != 2 {
		t.Errorf("on the next day: %+v", s.History)
	}
	for _, kind := range []policy.NoticeKind{"confirm", "clearer", "unproved_no", "lift", "reminder", "confirmed", "disputed", "other_address", "of a later day"} {
		if kind.Terms().Dropped {
			t.Errorf("%s is courtesy", kind)
		}
	}
}

// TestSecurityIsNotHeld: whatever an agent makes us send, the contact hears at
// once what was done with their answer, or with one in their name.
func TestSecurityIsNotHeld(t *testing.T) {
	for kind, answer := range map[policy.NoticeKind]func(*desk, Letter) policy.Evidence{
		"confirmed": func(d *desk, l Letter) policy.Evidence { return d.reply(l, policy.Yes) },
		"disputed":  func(d *desk, l Letter) policy.Evidence { return d.reply(l, policy.No) },
		"other_address": func(d *desk, l Letter) policy.Evidence {
			e := d.reply(l, policy.Yes)
			e.From = "mallory@evil.example"
			return e
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.PerHour, o.PerDay = 10, 4 })
			ticket := d.open1(t, bob, "kim")
			unclear := func() { d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Unclear)); d.send(t) }
			unclear()
			for range 3 {
				_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Other", Agent: "kim"})
				check(t, err)
				unclear()
			}
			for range 50 {
				d.open1(t, bob, "kim")
				d.open1(t, bob, "lee")
				d.open1(t, bob, "max")
			}
			d.send(t)
			d.receive(t, answer(d, d.last(t, "confirm", ticket.ID)))
			if d.send(t); d.count(kind, ticket.ID) != 1 || happened(d.show(t, ticket.ID), "notice dropped") != 0 {
				t.Errorf("it was not told: %+v", d.show(t, ticket.ID).History)
			}
			if all := d.outbox(t, ticket.ID); all[len(all)-1].State != outbox.Sent || all[len(all)-1].Kind != kind {
				t.Errorf("the last notice: %+v", all[len(all)-1])
			}
		})
	}
}

// TestOriginsShare: a question waits behind none of another agent's, nor of
// those that mail or timers brought about.
func TestOriginsShare(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour, o.PerDay = 10, 4 })
	for range 300 {
		d.open1(t, ada, "kim")
	}
	lee := d.open1(t, ada, "lee")
	if n := d.send(t); n != 11 {
		t.Errorf("%d questions went out at once, want 10 of kim's and that of lee", n)
	}
	if o := d.outbox(t, lee.ID)[0]; o.State != outbox.Sent {
		t.Errorf("lee's question: %+v", o)
	}
	last := d.outbox(t, "T-300")[0]
	if wait := last.Next.Sub(d.Now()); wait != 29*time.Hour || last.Cap != "notices_per_contact_hour" {
		t.Errorf("kim's last question waits for %s %s, want 29 hours", wait, last.Cap)
	}
	for range 10 { // of one ticket
		_, err := d.Edit(EditRequest{Ticket: lee.ID, Request: "Other", Agent: "max"})
		check(t, err)
		d.send(t)
	}
	_, err := d.Edit(EditRequest{Ticket: lee.ID, Request: "Mine", Agent: "lee"})
	check(t, err)
	if n := d.send(t); n != 1 {
		t.Errorf("%d questions went out after lee's edit, want 1", n)
	}
	d.receive(t, d.reply(d.last(t, "confirm", lee.ID), policy.Unclear))
	if n := d.send(t); n != 1 {
		t.Errorf("%d notices went out after an answer, want 1", n)
	}
}

// TestRemindersShare: the reminders of one agent's tickets keep those of
// another's not waiting.
func TestRemindersShare(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour, o.PerDay = 10, 4 })
	for range 60 {
		d.open1(t, ada, "kim")
	}
	d.turn(time.Second)
	lee := d.open1(t, ada, "lee")
	for range 7 {
		d.send(t)
		d.turn(time.Hour)
	}
	d.turn(41*time.Hour + time.Second)
	check(t, d.Tick())
	n := d.send(t)
	if all := d.outbox(t, lee.ID); n != 11 || all[len(all)-1].Kind != "reminder" || all[len(all)-1].State != outbox.Sent {
		t.Errorf("%d went out, want 10 reminders of kim's tickets and that of lee's: %+v", n, all)
	}
}

// TestTogether: all agents together send a contact three times what one may,
// and whoever had nothing gets one.
func TestTogether(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour = 4 })
	check(t, d.engine.Update(func(tx kv.Tx) error {
		for i := range 10 {
			if _, err := staff.Add(tx, staff.Agent{ID: fmt.Sprint("a", i), Email: fmt.Sprintf("a%d@desk.example", i)}); err != nil {
				return err
			}
		}
		return nil
	}))
	for i := range 10 {
		for range 6 {
			d.open1(t, ada, fmt.Sprint("a", i))
		}
	}
	if n := d.send(t); n != 3*4+7 {
		t.Errorf("%d went out in an hour, want 4 of three agents and one of seven", n)
	}
}

// TestRetryKeepsCaps: a person who asks for a notice to be sent now makes it due
// as soon as the caps let it go, no sooner.
func TestRetryKeepsCaps(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour = 10 })
	for range 40 {
		d.open1(t, ada, "kim")
	}
	retry := func() {
		for _, o := range d.outbox(t, "") {
			if o.State == outbox.Queued || o.State == outbox.Failed {
				check(t, d.Outbox.Hurry(o.ID))
			}
		}
	}
	if retry(); len(d.due(t, true)) != 10 {
		t.Fatalf("due %v, want 10", d.due(t, true))
	}
	for _, id := range d.due(t, false) {
		check(t, d.Outbox.Attempt(id, d.Now()))
		check(t, d.Outbox.Failed(id, "550 no"))
	}
	if retry(); len(d.due(t, true)) != 0 {
		t.Errorf("due again in the same hour: %v", d.due(t, true))
	}
	for _, o := range d.outbox(t, "") {
		if !o.Paced || o.Cap != "notices_per_contact_hour" || !o.Next.After(d.Now()) {
			t.Errorf("%+v does not say until when it waits", o)
		}
	}
	for hour := range 4 {
		d.turn(time.Hour)
		if n := d.send(t); n != 10 {
			t.Errorf("%d went out in hour %d, want 10", n, hour+1)
		}
	}
}

// TestCapsAfterOutage: what waited for the server does not all go out once it
// is back.
func TestCapsAfterOutage(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour = 10 })
	for range 40 {
		d.open1(t, ada, "kim")
	}
	d.turn(5 * time.Hour)
	for hour := range 4 {
		if n := d.send(t); n != 10 {
			t.Errorf("%d went out %d hours after, want 10", n, hour)
		}
		d.turn(time.Hour)
	}
}

// TestRaisedCap: a cap that was raised lets go what waits for it, from the next
// start on.
func TestRaisedCap(t *testing.T) {
	d := openDesk(t, func(o *Options) { o.PerHour = 2 })
	check(t, d.Outbox.Recover())
	for range 9 {
		d.open1(t, ada, "kim")
	}
	for _, step := range []struct{ most, want int }{{2, 2}, {5, 5}, {4, 4}, {100, 9}} {
		d.opt.PerHour = step.most
		d.restart(t)
		check(t, d.Outbox.Recover())
		if n := len(d.due(t, true)); n != step.want {
			t.Errorf("with %d an hour %d are due, want %d", step.most, n, step.want)
		}
	}
}

// TestWaitEnds: no cap keeps a notice for longer than a week.
func TestWaitEnds(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour, o.TokenLife = 1, 336*time.Hour })
	for range 200 {
		d.open1(t, ada, "kim")
	}
	for _, o := range d.outbox(t, "") {
		if o.Next.After(start.Add(7 * 24 * time.Hour)) {
			t.Fatalf("%+v waits for longer than a week", o)
		}
	}
	d.turn(7 * 24 * time.Hour)
	if n := d.send(t); n != 200 {
		t.Errorf("%d went out after a week, want all", n)
	}
}

// TestWithdrawn: a question that was edited before it went out is canceled, and
// takes no place under the caps.
func TestWithdrawn(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerDay, o.PerHour = 2, 2 })
	ticket, _ := d.ask(t, bob, policy.PasswordChange)
	for range 10 {
		_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Other", Agent: "kim"})
		check(t, err)
	}
	if ids := d.due(t, false); !slices.Equal(ids, []string{"o-11"}) {
		t.Fatalf("due %v, want the last question alone", ids)
	}
	for _, o := range d.outbox(t, ticket.ID)[:10] {
		if o.State != outbox.Canceled || d.sealed(t, o.ID) {
			t.Errorf("a superseded question: %+v", o)
		}
	}
	check(t, d.Outbox.Attempt("o-11", d.Now()))
	check(t, d.Outbox.Retry("o-11", d.Now(), false, "451 later")) // the server may have seen it
	for want := range 2 {
		_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Other", Agent: "kim"})
		check(t, err)
		if ids := d.due(t, false); len(ids) != 1 {
			t.Errorf("edit %d: due %v, want one", want, ids)
		}
	}
	check(t, d.Outbox.Attempt("o-13", d.Now()))
	defer func() { // what had to wait for a cap is not given up for the time of that
		if o := d.outbox(t, ticket.ID)[13]; !o.Paced || !o.First.Equal(o.Next) || !o.First.After(d.Now()) {
			t.Errorf("over the cap: %+v", o)
		}
	}()
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Other", Agent: "kim"})
	check(t, err)
	if ids := d.due(t, false); len(ids) != 0 {
		t.Errorf("over the cap, due %v", ids)
	}
}
