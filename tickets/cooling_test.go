package tickets

import (
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
)

// TestCooling: what newly came on file or was widened proves nothing privileged
// for the cooling time, and what is not privileged at once.
func TestCooling(t *testing.T) {
	const cooling = 72 * time.Hour
	tests := []struct {
		name  string
		class policy.Class
		spoil func(*clients.Contact, time.Time)
		after time.Duration
		want  string
	}{
		{"old", policy.PasswordChange, func(*clients.Contact, time.Time) {}, 0, "confirmed"},
		{"address-new", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Since = map[string]time.Time{c.Addresses[0]: now} }, 0, "cooling"},
		{"address-new-for-long", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Since = map[string]time.Time{c.Addresses[0]: now} }, cooling - time.Second, "cooling"},
		{"address-old-enough", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Since = map[string]time.Time{c.Addresses[0]: now} }, cooling, "confirmed"},
		{"other-address-new", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Since = map[string]time.Time{"other@north.example": now} }, 0, "confirmed"},
		{"widened", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Widened = now }, 0, "cooling"},
		{"widened-long-ago", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Widened = now }, cooling, "confirmed"},
		{"widened-small-class", policy.MinorChange, func(c *clients.Contact, now time.Time) { c.Widened = now }, 0, "confirmed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			_, l := d.ask(t, bob, tt.class)
			d.contact(t, "bob", func(c *clients.Contact) { tt.spoil(c, d.Now()) })
			d.turn(tt.after)
			wants(t, d.receive(t, d.reply(l, policy.Yes)), tt.want)
		})
	}
}
