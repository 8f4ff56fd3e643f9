package tickets

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/policy"
	"countersign/tickets/outbox"
)

// TestWaitIsSaid: of a notice that waits for a limit it is said once which, and
// until when.
func TestWaitIsSaid(t *testing.T) {
	var told []string
	d := memoryDesk(t, func(o *Options) {
		o.PerHour = 1
		o.Waits = func(o outbox.Outgoing, w outbox.Wait) {
			told = append(told, fmt.Sprintf("%s %s %d/%d %s", o.ID, w.Cap, w.Taken, w.Most, w.Until.Format("15:04")))
		}
	})
	wants := func(want ...string) {
		t.Helper()
		check(t, d.Tick())
		if !slices.Equal(told, want) {
			t.Fatalf("said %q, want %q", told, want)
		}
		told = nil
	}
	d.ask(t, bob, policy.PasswordChange)
	wants()
	d.ask(t, bob, policy.PasswordChange)
	wants("o-2 notices_per_contact_hour 1/1 10:00")
	wants()
	d.turn(time.Hour)
	wants() // it is due
	d.ask(t, bob, policy.PasswordChange)
	wants("o-3 notices_per_contact_hour 1/1 11:00")
}

// TestMinuteIsSaid: that a minute is full is said once, and not in every minute in
// which what waits goes on waiting.
func TestMinuteIsSaid(t *testing.T) {
	told := 0
	d := memoryDesk(t, func(o *Options) {
		o.PerMinute = 2
		o.Waits = func(_ outbox.Outgoing, w outbox.Wait) {
			if told++; w.Cap != policy.PerMinute || w.Taken != 2 || w.Most != 2 || !w.Until.Equal(o.Now().Truncate(time.Minute).Add(time.Minute)) {
				t.Errorf("said %+v", w)
			}
		}
	})
	burst := func() {
		for range 5 {
			d.ask(t, bob, policy.PasswordChange)
		}
	}
	burst()
	for minute := range 3 {
		check(t, d.Tick()) // nothing left in this minute yet
		d.send(t)
		check(t, d.Tick())
		check(t, d.Tick())
		if told != 1 {
			t.Fatalf("in minute %d it was said %d times, want once", minute, told)
		}
		d.turn(time.Minute)
	}
	burst() // later another
	d.send(t)
	if check(t, d.Tick()); told != 2 {
		t.Errorf("of another wait it was said %d times, want twice in all", told)
	}
}

// TestWaitIsShown: the ticket, authorize and the outbox say which limit keeps a
// notice, how much of it is taken and until when, be it of a day, an hour or a
// minute, and nothing of what waits for none.
func TestWaitIsShown(t *testing.T) {
	for _, tt := range []struct {
		limit policy.Limit
		most  int
		set   func(*Options)
		until time.Duration
	}{
		{policy.PerTicketDay, 1, func(o *Options) { o.PerDay = 1 }, 15 * time.Hour},
		{policy.PerContactHour, 2, func(o *Options) { o.PerHour = 2 }, time.Hour},
		{policy.PerMinute, 2, func(o *Options) { o.PerMinute = 2 }, time.Minute},
	} {
		t.Run(string(tt.limit), func(t *testing.T) {
			d := memoryDesk(t, tt.set)
			ticket, _ := d.ask(t, bob, policy.PasswordChange)
			if s := d.show(t, ticket.ID); s.Waits != nil {
				t.Errorf("with room it waits for %+v", s.Waits)
			}
			d.send(t)
			for range tt.most {
				_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Other", Agent: "kim"})
				check(t, err)
				d.send(t)
			}
			s, all := d.show(t, ticket.ID), d.outbox(t, ticket.ID)
			want := Waiting{all[tt.most].ID, policy.NoticeConfirm, tt.limit, tt.most, tt.most, start.Add(tt.until)}
			if len(s.Waits) != 1 || s.Waits[0] != want {
				t.Errorf("show says %+v, want %+v", s.Waits, want)
			}
			a := d.may(t, ticket.ID, policy.PasswordChange, "kim")
			if !slices.ContainsFunc(a.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodeNoticeWaits && r.Text == want.Words() }) {
				t.Errorf("authorize says %+v", a.Reasons)
			}
			if w, err := d.Outbox.Waits(all[tt.most]); err != nil || w == nil || *w != want {
				t.Errorf("the outbox says %+v, %v", w, err)
			}
			d.turn(tt.until)
			d.send(t)
			if w := d.show(t, ticket.ID).Waits; w != nil {
				t.Errorf("when it has left, it waits for %+v", w)
			}
		})
	}
}
