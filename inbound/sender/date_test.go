package sender

import (
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
			if got := date(value); !got.Equal(want) {
				t.Errorf("date(%q) = %v in %s, want %v", value, got, time.Local, want)
			}
		}
	}
}
