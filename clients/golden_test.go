package clients

import (
	"testing"
	"time"

	"countersign/internal/kv/kvtest"
)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	kvtest.Golden(t, map[string]any{
		"client": Client{ID: "north", Name: "Northwind", Imported: at, Filled: at, FilledBy: "i-1", Alike: at, AlikeBy: "client import i-1 of clients.csv", Priorities: []string{"low", "urgent"}, Categories: []string{"web"}, Services: []string{"web-3"}},
		"contact": Contact{ID: "c-1", Client: "north", Name: "Ada Berg", Role: Primary, Status: Active, Addresses: []string{"ada@north.example"},
			Permissions: []Permission{All}, Language: "en", Zone: "Europe/Oslo", Added: at, Ended: at, Since: map[string]time.Time{"ada@north.example": at}, Gained: map[string]time.Time{string(Approve): at},
			First: Turn{At: at, Before: "old@north.example", BeforeAt: at}, Spoke: map[string]time.Time{"sv": at}, Approver: at, Led: at, Widened: at,
			Writes: map[string]string{"2026-11-25T09:00:00Z": "contact set by ida"}, Held: map[string]time.Time{"dns-change:web-3@2027-01-31": at}, Left: map[string]time.Time{"old@north.example": at}},
	})
}
