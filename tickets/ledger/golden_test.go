package ledger

import (
	"testing"
	"time"

	"countersign/internal/kv/kvtest"
)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	kvtest.Golden(t, map[string]any{
		"source":   Source{Mailbox: "support", UIDValidity: 7, Turn: 1, UID: 42, Observe: true},
		"cursor":   cursor{UIDValidity: 7, Turn: 1, Floor: 10, Started: at, Next: 43, Read: at, Held: at},
		"todo":     todo{Mailbox: "support", UIDValidity: 7, Turn: 1, UID: 42, Outcome: "applied", Stays: true},
		"attempts": attempts{Crowd: 1, Alone: 2},
		"waiting":  Waiting{ID: "m-17", From: "ada@north.example", Domain: "north.example", Asked: true, Size: 2048},
	})
}
