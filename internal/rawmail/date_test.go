package rawmail

import (
	"net/mail"
	"testing"
	"time"
)

// A date means the same wherever the program runs, also with the zone names of
// RFC 5322 section 4.3.
func TestDate(t *testing.T) {
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	noon := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, time.Local = range []*time.Location{time.UTC, time.FixedZone("CET", 3600), time.FixedZone("EST", 7200)} {
		for value, want := range map[string]time.Time{
			"Wed, 25 Nov 2026 12:00:00 +0000":       noon,
			"Wed, 25 Nov 2026 12:00:00 +0000 (UTC)": noon,
			"Wed, 25 Nov 2026 12:00:00 GMT":         noon,
			"Wed, 25 Nov 2026 12:00:00 UT":          noon,
			"25 Nov 26 12:00 Z":                     noon,
			"Wed, 25 Nov 2026 07:00:00 EST":         noon,
			"Wed, 25 Nov 2026 05:00:00 PDT":         noon,
			"Wed, 25 Nov 2026 12:00:00 CET":         noon,
			"Wed, 25 Nov 2026 07:00:00 EST (East)":  noon,
			"Wed, 25 Nov 2026 12:00:00 CET(so (x))": noon,
			"Wed, 25 Nov 2026 (day) 05:00:00 PDT ":  noon,
			"Wed, 25 Nov 2026 12:00:00 GMT (UTC":    {},
			"Wed, 25 Nov 2026":                      {},
			"YES":                                   {},
		} {
			if got := Date(value); !got.Equal(want) {
				t.Errorf("Date(%q) = %v in %s, want %v", value, got, time.Local, want)
			}
		}
	}
}

// FuzzDate: a Date is read as net/mail reads it, or not at all; but for a zone's
// name, which is net/mail's to guess. What is read can be written and read again.
func FuzzDate(f *testing.F) {
	f.Add("Wed, 25 Nov 2026 11:59:00 +0000 (UTC)")
	f.Add("Wed, 25 Nov 2026 06:59:00 EST")
	f.Add("Wed, 25 Nov 2026 06:59:00 EST (East)")
	f.Add("1 Nov 00 0:00\n+00")
	f.Fuzz(func(t *testing.T, s string) {
		got := Date(s)
		if got.IsZero() {
			return
		}
		want, err := mail.ParseDate(s)
		if _, zone := zoneOf(s); zone == "" && (err != nil || !got.Equal(want)) {
			t.Errorf("Date(%q) = %v", s, got)
		}
		if again := Date(got.Format(time.RFC1123Z)); got.Year() >= 0 && got.Year() < 10_000 && !again.Equal(got) {
			t.Errorf("Date(%q) = %v, and again %v", s, got, again)
		}
	})
}
