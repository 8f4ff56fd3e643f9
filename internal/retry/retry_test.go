package retry

import (
	"testing"
	"time"
)

// TestAfter: every schedule begins within minutes, never shortens, and ends at a
// wait that is at most an hour.
func TestAfter(t *testing.T) {
	for _, tt := range []struct {
		s           Schedule
		first, last time.Duration
		total       time.Duration // of the first ten
	}{
		{Judge, time.Minute, time.Hour, 23*time.Minute + 6*time.Hour},
		{Send, time.Minute, time.Hour, 63*time.Minute + 4*time.Hour},
		{Timer, 10 * time.Minute, 10 * time.Minute, 100 * time.Minute},
	} {
		var total, before time.Duration
		for n := 1; n <= 10; n++ {
			w := tt.s.After(n)
			if w < before {
				t.Errorf("schedule %d: %v after %d tries, %v before", tt.s, w, n, before)
			}
			before, total = w, total+w
		}
		if tt.s.After(0) != tt.first || tt.s.After(1) != tt.first || tt.s.After(1000) != tt.last || total != tt.total {
			t.Errorf("schedule %d: %v, %v, %v, %v, want %v, %v, %v", tt.s, tt.s.After(0), tt.s.After(1), tt.s.After(1000), total, tt.first, tt.last, tt.total)
		}
	}
}

func TestMailbox(t *testing.T) {
	b, last := Mailbox(), time.Duration(0)
	for n := range 40 {
		last = b.NextBackOff()
		if n == 0 && (last < time.Second/2 || last > 2*time.Second) || last > 8*time.Minute {
			t.Errorf("wait %d is %v", n, last)
		}
	}
	if last < 2*time.Minute {
		t.Errorf("after 40 tries it waits %v", last)
	}
}
