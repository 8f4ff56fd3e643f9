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
		if err := w.Check(); errors.Is(err, ErrClock) != step.held {
			t.Errorf("%s: Check() = %v, want held %v", step.name, err, step.held)
		}
	}
	if err := (*Watch)(nil).Check(); err != nil {
		t.Error(err)
	}
}
