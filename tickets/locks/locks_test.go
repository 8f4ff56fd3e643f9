package locks

import (
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/internal/kv/kvtest"
)

var start = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	kvtest.Golden(t, map[string]any{
		"lock": Lock{Client: "north", Ticket: "T-7", At: start, Agent: "lea", Contact: "c-7", Reason: "her mailbox is not hers", Off: start, Last: &Opening{
			Ticket: "T-8", Hours: 2, Good: true, Alone: true, Epoch: 1, At: start, Until: start, From: start, To: start, Ended: start, Why: "a no",
			Said: []Said{{Agent: "lea", Contact: "c-8", Address: "nils@north.example", At: start, Message: "m-9", Reason: "called back"}}}},
	})
}

// TestOpening: when a yes to it counts, and for how long it is open.
func TestOpening(t *testing.T) {
	asked := Opening{Epoch: 1, At: start, Until: start.Add(time.Hour)}
	open := asked
	open.From, open.To = start, start.Add(2*time.Hour)
	ended := open
	ended.End(start, "a no")
	ended.End(start.Add(time.Hour), "locked again")
	for _, tt := range []struct {
		name           string
		o              *Opening
		after          time.Duration
		epoch          int
		asking, opened bool
	}{
		{"none", nil, 0, 1, false, false},
		{"asked", &asked, 0, 1, true, false},
		{"asked-before-a-restore", &asked, 0, 2, false, false},
		{"asked-too-long-ago", &asked, time.Hour, 1, false, false},
		{"open", &open, 0, 1, false, true},
		{"open-to-its-end", &open, 2*time.Hour - 1, 1, false, true},
		{"over", &open, 2 * time.Hour, 1, false, false},
		{"open-before-a-restore", &open, 0, 2, false, false},
		{"ended", &ended, 0, 1, false, false},
	} {
		at := start.Add(tt.after)
		if a, b := tt.o.Asking(at, tt.epoch), tt.o.Opened(at, tt.epoch); a != tt.asking || b != tt.opened {
			t.Errorf("%s: asking %v, opened %v", tt.name, a, b)
		}
	}
	if ended.Why != "a no" || ended.Ended != start {
		t.Errorf("ended twice: %+v", ended)
	}
	(*Opening)(nil).End(start, "")
}

// TestSaved: a lock is its client's alone, and is kept when it has ended.
func TestSaved(t *testing.T) {
	s := kv.Memory()
	err := s.Update(func(tx kv.Tx) error {
		if err := Save(tx, Lock{Client: "north", Ticket: "T-1"}); err != nil {
			return err
		}
		if l, ok, err := Of(tx, "north"); err != nil || !ok || l.Ticket != "T-1" || !l.Locks() {
			t.Errorf("%+v, %v, %v", l, ok, err)
		}
		if _, ok, err := Of(tx, "nort"); err != nil || ok {
			t.Errorf("another client: %v, %v", ok, err)
		}
		return Save(tx, Lock{Client: "north", Ticket: "T-1", Off: start})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(func(v kv.View) error {
		if l, ok, err := Of(v, "north"); err != nil || !ok || l.Locks() {
			t.Errorf("ended: %+v, %v, %v", l, ok, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if o := (Opening{Said: []Said{{Agent: "lea"}, {Contact: "c-1"}}}); !o.Has("lea", "") || !o.Has("", "c-1") || o.Has("lea", "c-1") || o.Has("", "") {
		t.Error("who has said yes")
	}
}
