package staff

import (
	"testing"
	"time"

	"countersign/internal/kv/kvtest"
)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	kvtest.Golden(t, map[string]any{"agent": Agent{ID: "sam", Email: "sam@desk.example", Teams: []string{"hosting"}, Authorities: []string{All},
		Role: RoleLead, UnixUser: "sam", Disabled: true, Added: at, Counts: at, Given: map[string]time.Time{"lead": at, NewAddress: at},
		Before: "sam@old.example", Had: map[string]time.Time{"sam@old.example": at}}})
}
