package tickets

import (
	"errors"
	"testing"
	"time"

	"countersign/policy"
)

func TestWatch(t *testing.T) {
	wall, mono := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), time.Duration(0)
	w := newWatch(func() time.Time { return wall }, func() time.Duration { return mono })
	for _, step := range []struct {
		name       string
		wall, mono time.Duration
		held       bool
	}{
		{"both-go-on", time.Hour, time.Hour, false},
		{"small-step", policy.Skew, 0, false},
		{"jump-forward", time.Second, 0, true},
		{"back-again", -time.Second, 0, false},
		{"jump-back", -2*policy.Skew - time.Second, 0, true},
	} {
		wall, mono = wall.Add(step.wall), mono+step.mono
		if err := w.check(); errors.Is(err, ErrClock) != step.held {
			t.Errorf("%s: Check() = %v, want held %v", step.name, err, step.held)
		}
	}
	if err := (*Watch)(nil).check(); err != nil {
		t.Error(err)
	}
}

// TestClockHoldsNotices: while the clock is wrong nothing is asked and nothing
// is sent: a token would live a year, and what is put off would wait one.
func TestClockHoldsNotices(t *testing.T) {
	var d *desk
	d = memoryDesk(t, func(o *Options) {
		o.Watch = newWatch(func() time.Time {
			if d == nil {
				return start
			}
			return d.clock()
		}, func() time.Duration { return 0 })
	})
	d.ask(t, bob, policy.PasswordChange)
	d.turn(365 * 24 * time.Hour)
	if due, err := d.Outbox.Due(d.Now(), 10, false); !errors.Is(err, ErrClock) || len(due) != 0 {
		t.Errorf("Due() = %d notices, %v", len(due), err)
	}
	_, err := d.Open(OpenRequest{Contact: ada, Channel: policy.Phone, Class: policy.PasswordChange, Subject: "New password", Agent: "kim"})
	if !errors.Is(err, ErrClock) {
		t.Errorf("Open() = %v", err)
	}
	if _, err := d.Edit(EditRequest{Ticket: "T-1", Request: "Other", Agent: "kim"}); !errors.Is(err, ErrClock) {
		t.Errorf("Edit() = %v", err)
	}
	if _, err := d.Directory.Import(t.Context(), ida, ImportFile{Kind: ImportContacts, Name: "people.csv", CSV: []byte("client,email\nc1,zoe@client.example\n")},
		func(Progress) error { return nil }); !errors.Is(err, ErrClock) {
		t.Errorf("Import() = %v", err)
	}
	d.turn(-365 * 24 * time.Hour)
	if ids := d.due(t, false); len(ids) != 1 {
		t.Errorf("set right, due %v", ids)
	}
}
