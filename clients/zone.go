package clients

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones are known wherever this runs

	"countersign/internal/clean"
	"countersign/internal/near"
)

// checkZone demands the name of one of IANA's time zones; "" is none.
func checkZone(name string) error {
	if name == "" {
		return nil
	}
	odd := name == "Local" || name == "localtime" || strings.HasPrefix(name, "posix") || strings.HasPrefix(name, "right/") // this machine's, and files beside the zones
	if _, err := time.LoadLocation(name); err == nil && !odd {
		return nil
	}
	return fmt.Errorf(`"%s": not a time zone such as Europe/Oslo or America/New_York%s`, clean.Name(name, maxName), didYouMean(guessZone(name)))
}

// guessZone gives the zone that was perhaps meant, be it by the name of its city.
func guessZone(name string) string {
	want := lower(strings.ReplaceAll(name, " ", "_"))
	folded := map[string]string{}
	var all []string
	for _, z := range zones {
		city := z[strings.LastIndexByte(z, '/')+1:]
		for _, n := range []string{lower(z), lower(city)} {
			folded[n] = z
			all = append(all, n)
		}
	}
	return folded[near.Of(want, all)]
}

// zones are those that are guessed at, one for most countries of many people.
var zones = []string{
	"UTC", "Africa/Accra", "Africa/Addis_Ababa", "Africa/Algiers", "Africa/Cairo", "Africa/Casablanca", "Africa/Dakar", "Africa/Johannesburg",
	"Africa/Kampala", "Africa/Lagos", "Africa/Nairobi", "Africa/Tunis", "America/Anchorage", "America/Argentina/Buenos_Aires", "America/Bogota",
	"America/Caracas", "America/Chicago", "America/Denver", "America/Guatemala", "America/Halifax", "America/Havana", "America/Lima",
	"America/Los_Angeles", "America/Mexico_City", "America/Montevideo", "America/New_York", "America/Panama", "America/Phoenix", "America/Santiago",
	"America/Sao_Paulo", "America/St_Johns", "America/Toronto", "America/Vancouver", "Asia/Almaty", "Asia/Baghdad", "Asia/Bangkok", "Asia/Beirut",
	"Asia/Colombo", "Asia/Dhaka", "Asia/Dubai", "Asia/Ho_Chi_Minh", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi",
	"Asia/Kathmandu", "Asia/Kolkata", "Asia/Kuala_Lumpur", "Asia/Manila", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore",
	"Asia/Taipei", "Asia/Tashkent", "Asia/Tbilisi", "Asia/Tehran", "Asia/Tokyo", "Atlantic/Reykjavik", "Australia/Adelaide", "Australia/Brisbane",
	"Australia/Melbourne", "Australia/Perth", "Australia/Sydney", "Europe/Amsterdam", "Europe/Athens", "Europe/Belgrade", "Europe/Berlin",
	"Europe/Bratislava", "Europe/Brussels", "Europe/Bucharest", "Europe/Budapest", "Europe/Copenhagen", "Europe/Dublin", "Europe/Helsinki",
	"Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/Ljubljana", "Europe/London", "Europe/Luxembourg", "Europe/Madrid", "Europe/Moscow",
	"Europe/Oslo", "Europe/Paris", "Europe/Prague", "Europe/Riga", "Europe/Rome", "Europe/Sofia", "Europe/Stockholm", "Europe/Tallinn", "Europe/Tirane",
	"Europe/Vienna", "Europe/Vilnius", "Europe/Warsaw", "Europe/Zagreb", "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu",
}
