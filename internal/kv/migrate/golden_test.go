package migrate

import (
	"testing"

	"countersign/internal/kv/kvtest"
)

// TestGolden: a migration that another version of the program has begun is
// read as it was written.
func TestGolden(t *testing.T) {
	kvtest.Golden(t, map[string]any{"state": state{Schema: 2, Prefix: "todo/", After: "todo/support/1"}})
}
