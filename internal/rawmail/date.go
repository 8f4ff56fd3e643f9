package rawmail

import (
	"cmp"
	"net/mail"
	"strings"
	"time"
)

// Date reads the value of a Date field; zero if it is none, or absurdly long. It
// means the same wherever the program runs.
func Date(value string) time.Time {
	if len(value) > 200 {
		return time.Time{}
	}
	if bare, name := zoneOf(value); name != "" {
		value = bare + cmp.Or(zones[name], "-0000")
	}
	t, err := mail.ParseDate(value)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// zoneOf gives what stands before the name of a zone at the end of a date, which
// a comment may follow; the name is empty where a number is the zone.
func zoneOf(value string) (bare, name string) {
	for i := strings.IndexByte(value, '('); i >= 0; i = strings.IndexByte(value, '(') {
		end := Comment(value[i:])
		if end < 0 {
			return value, ""
		}
		value = value[:i] + " " + value[i+end+1:] // RFC 5322 section 3.2.2
	}
	value = strings.Trim(value, " \t")
	if i := strings.LastIndexAny(value, " \t"); i >= 0 && zoneName(value[i+1:]) {
		return value[:i+1], value[i+1:]
	}
	return value, ""
}

// zones are the names that RFC 5322 section 4.3 knows; every other one is -0000
// there. The library takes a name for what it means where the program runs.
var zones = map[string]string{"EDT": "-0400", "EST": "-0500", "CDT": "-0500", "CST": "-0600", "MDT": "-0600", "MST": "-0700",
	"PDT": "-0700", "PST": "-0800"}

func zoneName(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}
