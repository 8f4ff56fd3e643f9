package tickets

import (
	"testing"

	"countersign/internal/kv/kvtest"
)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	kvtest.Golden(t, map[string]any{
		"message":      fill[messageRecord](),
		"message-leaf": fill[messageLeaf](),
		"proof":        fill[proofRecord](),
	})
}
