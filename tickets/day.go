package tickets

import (
	"cmp"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
)

// The hours of a customer's day in which they are reminded: from the first, and
// before the last.
const (
	dayBegins = 8
	dayEnds   = 20
)

// customersDay says when a customer in that zone is reminded of what is due at a
// time: then, if it is day there, else when their next day begins. Who would be left
// less than half of the time until the end by that is reminded at once: at night
// rather than too late to be of use. Without an end the day is waited for.
func customersDay(at time.Time, zone *time.Location, end time.Time) time.Time {
	day := morning(at, zone)
	if !end.IsZero() && day.Sub(at) > end.Sub(at)/2 {
		return at
	}
	return day
}

// morning gives the time itself, if it is day in the zone, else the next beginning
// of a day there.
func morning(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	if isDay(local) {
		return at
	}
	year, month, day := local.Date()
	for next := range 4 { // a day may be missing, as where the date line was moved
		begins := time.Date(year, month, day+next, dayBegins, 0, 0, 0, zone)
		if begins.After(at) && isDay(begins) {
			return begins.In(at.Location())
		}
	}
	return at
}

func isDay(local time.Time) bool { return local.Hour() >= dayBegins && local.Hour() < dayEnds }

// zoneOf is the time zone in which a contact lives, as far as the file says: theirs,
// else that of the primary contact of their client, else UTC.
func zoneOf(r kv.Reader, c clients.Contact) (*time.Location, error) {
	name := c.Zone
	if name == "" {
		id, _, err := clients.PrimaryOf(r, c.Client)
		if err != nil {
			return time.UTC, err
		}
		primary, _, err := clients.Get(r, id)
		if err != nil {
			return time.UTC, err
		}
		name = primary.Zone
	}
	zone, err := time.LoadLocation(cmp.Or(name, "UTC"))
	if err != nil { // it was known when it came on file
		return time.UTC, nil
	}
	return zone, nil
}

// customersTime is customersDay for what is due now to a contact, by their id.
func (s *Store) customersTime(r kv.Reader, contact string, end time.Time) (time.Time, error) {
	c, _, err := clients.Get(r, contact)
	if err != nil {
		return time.Time{}, err
	}
	zone, err := zoneOf(r, c)
	return customersDay(s.Now(), zone, end), err
}
