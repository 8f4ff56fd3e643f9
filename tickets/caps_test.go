package tickets

import (
	"slices"
	"testing"
	"time"

	"countersign/policy"
)

// TestCaps: over a cap an asking notice waits and courtesy is dropped with a
// record of it.
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
					check(t, d.Attempt(id, d.Now()))
					check(t, d.MarkSent(id))
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
			if happened(s, "notice dropped") != 1 || s.State != policy.StateConfirmed || d.count("confirmed", ticket.ID) != 0 {
				t.Errorf("courtesy over the cap: %+v", s.History)
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
				check(t, d.Attempt(id, d.Now()))
				check(t, d.MarkSent(id))
			}
			d.turn(time.Minute)
		}
	})
}

// TestDroppedTakesNoPlace: courtesy that is dropped for one cap takes no place
// under the other.
func TestDroppedTakesNoPlace(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour, o.PerDay = 1, 2 })
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	check(t, d.Attempt("o-1", d.Now()))
	check(t, d.MarkSent("o-1"))
	d.receive(t, d.reply(l, policy.Yes)) // "confirmed" is over the contact's cap
	if s := d.show(t, ticket.ID); happened(s, "notice dropped") != 1 {
		t.Fatalf("%+v", s.History)
	}
	d.turn(time.Hour)
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Other", Agent: "kim"})
	check(t, err)
	if ids := d.due(t, false); !slices.Contains(ids, "o-2") {
		t.Errorf("due %v, want the second question of the day", ids)
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
		if o.State != Canceled || d.sealed(t, o.ID) {
			t.Errorf("a superseded question: %+v", o)
		}
	}
	check(t, d.Attempt("o-11", d.Now()))
	check(t, d.MarkRetry("o-11", d.Now(), false, "451 later")) // the server may have seen it
	for want := range 2 {
		_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Other", Agent: "kim"})
		check(t, err)
		if ids := d.due(t, false); len(ids) != 1 {
			t.Errorf("edit %d: due %v, want one", want, ids)
		}
	}
	check(t, d.Attempt("o-13", d.Now()))
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
