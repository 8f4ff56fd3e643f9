package tickets

import (
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	check(t, err)
	return z
}

func TestCustomersDay(t *testing.T) {
	const form = "2006-01-02 15:04 -0700"
	at := func(s string) time.Time {
		if s == "" {
			return time.Time{}
		}
		out, err := time.Parse(form, s)
		check(t, err)
		return out
	}
	for _, tt := range []struct{ name, zone, at, end, want string }{
		{"by-day", "Europe/Oslo", "2026-11-25 15:00 +0100", "2026-11-30 15:00 +0100", "2026-11-25 15:00 +0100"},
		{"as-it-begins", "Europe/Oslo", "2026-11-25 08:00 +0100", "", "2026-11-25 08:00 +0100"},
		{"before-it-begins", "Europe/Oslo", "2026-11-25 07:59 +0100", "", "2026-11-25 08:00 +0100"},
		{"before-it-ends", "Europe/Oslo", "2026-11-25 19:59 +0100", "", "2026-11-25 19:59 +0100"},
		{"as-it-ends", "Europe/Oslo", "2026-11-25 20:00 +0100", "", "2026-11-26 08:00 +0100"},
		{"night-there-only", "Pacific/Auckland", "2026-11-25 09:00 +0000", "", "2026-11-26 08:00 +1300"},
		{"day-there-only", "Pacific/Auckland", "2026-11-25 02:00 +0000", "", "2026-11-25 15:00 +1300"},
		{"half-an-hour-off", "Asia/Kolkata", "2026-11-25 02:29 +0000", "", "2026-11-25 08:00 +0530"},
		{"night-is-half-of-what-is-left", "UTC", "2026-11-25 20:00 +0000", "2026-11-26 20:00 +0000", "2026-11-26 08:00 +0000"},
		{"night-is-more-than-half-of-it", "UTC", "2026-11-25 20:00 +0000", "2026-11-26 19:59 +0000", "2026-11-25 20:00 +0000"},
		{"the-end-has-passed", "UTC", "2026-11-25 20:00 +0000", "2026-11-25 19:00 +0000", "2026-11-25 20:00 +0000"},
		{"night-that-is-shorter", "Europe/Oslo", "2026-03-28 20:00 +0100", "", "2026-03-29 08:00 +0200"},
		{"night-that-is-longer", "Europe/Oslo", "2026-10-24 20:00 +0200", "", "2026-10-25 08:00 +0100"},
		{"night-that-is-longer-than-half", "Europe/Oslo", "2026-10-24 20:00 +0200", "2026-10-25 20:00 +0100", "2026-10-24 20:00 +0200"}, // 13 of 25 hours
		{"day-that-is-missing", "Pacific/Apia", "2011-12-29 20:00 -1000", "", "2011-12-31 08:00 +1400"},
		{"end-of-a-year", "America/New_York", "2026-12-31 23:00 -0500", "", "2027-01-01 08:00 -0500"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := customersDay(at(tt.at), zone(t, tt.zone), at(tt.end)); !got.Equal(at(tt.want)) {
				t.Errorf("customersDay(%s, %s, %s) = %s, want %s", tt.at, tt.zone, tt.end, got.Format(form), tt.want)
			}
		})
	}
}

// TestDayEverywhere: in every hour of some years and in zones of all kinds, a
// reminder is sent by day, and within the next 37 hours.
func TestDayEverywhere(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Oslo", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Pacific/Kiritimati", "Africa/Casablanca", "Antarctica/Troll", "Asia/Gaza"} {
		z := zone(t, name)
		for at := time.Date(2011, 1, 1, 0, 59, 59, 0, time.UTC); at.Year() < 2013; at = at.Add(time.Hour) {
			got := customersDay(at, z, time.Time{})
			if wait := got.Sub(at); wait < 0 || wait > 37*time.Hour || !isDay(got.In(z)) || isDay(at.In(z)) && wait != 0 {
				t.Fatalf("%s: what is due %s is sent %s", name, at.In(z), got.In(z))
			}
		}
	}
}

// TestReminderByDay: nobody is reminded in their night. It waits for their morning,
// also over a restart, and once they have answered nobody is reminded.
func TestReminderByDay(t *testing.T) {
	for _, tt := range []struct {
		name, own, primarys string
		answers             bool
		want                []int // reminders when it is due, after 10 hours and 12 more
	}{
		{"day", "", "", false, []int{1, 1, 1}},
		{"night", "Pacific/Auckland", "", false, []int{0, 1, 1}}, // 22:00 there
		{"night-of-the-primary-contact", "", "Pacific/Auckland", false, []int{0, 1, 1}},
		{"own-zone-before-that", "Europe/Oslo", "Pacific/Auckland", false, []int{1, 1, 1}},
		{"answered-at-night", "Pacific/Auckland", "", true, []int{0, 0, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := openDesk(t, nil)
			d.contact(t, "bob", func(c *clients.Contact) { c.Zone = tt.own })
			d.contact(t, "ada", func(c *clients.Contact) { c.Zone = tt.primarys })
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			for i, wait := range []time.Duration{48 * time.Hour, 10 * time.Hour, 12 * time.Hour} {
				d.turn(wait)
				check(t, d.Tick())
				if n := d.count(policy.NoticeReminder, ticket.ID); n != tt.want[i] {
					t.Errorf("%d reminders at %s, want %d", n, d.Now(), tt.want[i])
				}
				if tt.answers && i == 0 {
					d.receive(t, d.reply(l, policy.Yes))
				}
				d.restart(t)
			}
		})
	}
}
