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
