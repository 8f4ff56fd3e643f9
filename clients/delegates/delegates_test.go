package delegates

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/internal/kv/kvtest"
	"countersign/policy"
)

var start = time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	kvtest.Golden(t, map[string]any{
		"delegation": Delegation{Ticket: "T-7", Client: "north", For: "c-7", To: "c-9", From: start, Until: start.AddDate(0, 0, 7), Classes: []policy.Class{"cancellation"},
			Asked: start, By: "sam", Yes: start, Epoch: 1, Ended: start, EndedBy: "lea", Why: "denied"},
	})
}

// TestState: each row says where a delegation of a week, confirmed on its first day,
// stands.
func TestState(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name   string
		change func(*Delegation)
		after  time.Duration
		want   State
	}{
		{"asked", func(d *Delegation) { d.Yes = time.Time{} }, 0, Asked},
		{"never-answered", func(d *Delegation) { d.Yes = time.Time{} }, 7 * day, Over},
		{"cools", func(*Delegation) {}, 3*day - 1, Waits},
		{"cooled", func(*Delegation) {}, 3 * day, Live},
		{"begins-later", func(d *Delegation) { d.From = start.Add(4 * day) }, 4*day - 1, Waits},
		{"begun", func(d *Delegation) { d.From = start.Add(4 * day) }, 4 * day, Live},
		{"last-moment", func(*Delegation) {}, 7*day - 1, Live},
		{"over", func(*Delegation) {}, 7 * day, Over},
		{"ended", func(d *Delegation) { d.Ended = start }, 4 * day, Ended},
		{"of-before-a-restore", func(d *Delegation) { d.Epoch = 0 }, 4 * day, Void},
		{"asked-before-a-restore", func(d *Delegation) { d.Yes, d.Epoch = time.Time{}, 0 }, 0, Asked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := Delegation{From: start, Until: start.Add(7 * day), Yes: start, Epoch: 1}
			tt.change(&d)
			at := start.Add(tt.after)
			if got := d.State(at, 1, 3*day); got != tt.want {
				t.Errorf("State() = %s, want %s", got, tt.want)
			}
			if got := d.Terms(3*day).Covers(policy.Cancellation, at, 1); got != (tt.want == Live) {
				t.Errorf("it counts: %v, and is %s", got, tt.want)
			}
		})
	}
}

// TestMeets: two meet where they share a moment and a class.
func TestMeets(t *testing.T) {
	at := func(from, until int, classes ...policy.Class) Delegation {
		return Delegation{From: start.AddDate(0, 0, from), Until: start.AddDate(0, 0, until), Classes: classes}
	}
	for _, tt := range []struct {
		name string
		a, b Delegation
		want bool
	}{
		{"same", at(0, 7), at(0, 7), true},
		{"one-in-the-other", at(0, 7), at(2, 3), true},
		{"behind", at(0, 7), at(7, 9), false},
		{"before", at(7, 9), at(0, 7), false},
		{"overlap", at(0, 7), at(6, 9), true},
		{"other-classes", at(0, 7, "cancellation"), at(0, 7, "dns-change"), false},
		{"one-class-of-two", at(0, 7, "cancellation", "dns-change"), at(0, 7, "dns-change"), true},
		{"all-and-one", at(0, 7), at(0, 7, "dns-change"), true},
	} {
		if a, b := tt.a.Meets(tt.b), tt.b.Meets(tt.a); a != tt.want || b != tt.want {
			t.Errorf("%s: %v and %v, want %v", tt.name, a, b, tt.want)
		}
	}
}

// TestFound: a delegation is found by its ticket, and by both of whom it is.
func TestFound(t *testing.T) {
	s := kv.Memory()
	err := s.Update(func(tx kv.Tx) error {
		return errors.Join(Add(tx, Delegation{Ticket: "T-12", For: "c-1", To: "c-2", From: start.Add(time.Hour)}),
			Add(tx, Delegation{Ticket: "T-3", For: "c-1", To: "c-10", From: start}),
			Add(tx, Delegation{Ticket: "T-4", For: "c-10", To: "c-1", From: start}))
	})
	if err != nil {
		t.Fatal(err)
	}
	names := func(all []Delegation, err error) (out string) {
		for _, d := range all {
			out += d.Ticket + " "
		}
		if err != nil {
			t.Error(err)
		}
		return out
	}
	err = s.View(func(v kv.View) error {
		if got := names(Of(v, "c-1")); got != "T-3 T-12 " {
			t.Errorf("of c-1: %s", got)
		}
		if got := names(To(v, "c-1")); got != "T-4 " {
			t.Errorf("to c-1: %s", got)
		}
		if d, err := Get(v, "t-12"); err != nil || d.To != "c-2" {
			t.Errorf("T-12 is %+v, %v", d, err)
		}
		_, err := Get(v, "T-5")
		return err
	})
	if !errors.Is(err, ErrNone) {
		t.Errorf("T-5: %v", err)
	}
	var all []Delegation
	if err := Each(s, func(d Delegation) error { all = append(all, d); return nil }); err != nil || names(all, nil) != "T-3 T-4 T-12 " {
		t.Errorf("all: %v, %v", names(all, nil), err)
	}
}
