package outbox

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/kv/kvtest"
)

var start = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	kvtest.Golden(t, map[string]any{
		"outgoing": Outgoing{ID: "o-17", Notice: "n-abc", Ticket: "T-1042", Contact: "c-7", Agent: "sam", Origin: "agent:sam", To: "ada@north.example",
			Kind: "confirm", Class: "A", State: Queued, Tries: 2, Queued: start, First: start, Next: start, Error: "451 later", Resent: true, Paced: true,
			Cap: "notices_per_contact_hour", Ended: start, Places: []string{"cap/00000001764064800000/hour/c-7"}},
		"sealed":  sealed{From: "support+b-x@desk.example", Message: []byte("Subject: x\r\n\r\nx\r\n")},
		"window":  map[string]int{"agent:sam": 2, FromMail: 1},
		"minute":  12,
		"limits":  [2]int{10, 4},
		"counter": uint64(17),
	})
}

// TestDueGoesAround: more lanes than one look takes all have their turn.
func TestDueGoesAround(t *testing.T) {
	s := kv.Memory()
	b := New(Settings{Now: func() time.Time { return start }, Keys: keys.FromSeed([32]byte{1}), Limits: Limits{600, 1000, 1000}})
	const lanes = maxLanes + 10
	for i := range lanes {
		o := Outgoing{ID: fmt.Sprint("o-", i+1), Notice: "n", Ticket: "T", Contact: "bob", Origin: FromAgent(fmt.Sprintf("a%05d", i)), To: "bob@client.example",
			State: Queued, Kind: "confirmed", Queued: start, Next: start.Add(time.Hour)}
		if i == 5 || i >= maxLanes {
			o.Next = start
		}
		if err := s.Update(func(tx kv.Tx) error { return schedule(tx, o) }); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for range 3 {
		err := s.View(func(v kv.View) error {
			due, unread, err := b.Due(v, start, 100, false, func(kv.Reader, Outgoing) (bool, error) { return false, nil })
			for _, o := range due {
				seen[o.ID] = true
			}
			if len(unread) > 0 {
				t.Error(unread)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 11 {
		t.Errorf("%d were given, want all 11 that are due", len(seen))
	}
}
