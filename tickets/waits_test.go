package tickets

import (
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
		o.Waits = func(o outbox.Outgoing) { told = append(told, o.ID+" "+o.Cap+" "+o.Next.Format("15:04")) }
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
	wants("o-2 notices_per_contact_hour 10:00")
	wants()
	d.turn(time.Hour)
	wants() // it is due
	d.ask(t, bob, policy.PasswordChange)
	wants("o-3 notices_per_contact_hour 11:00")
}
