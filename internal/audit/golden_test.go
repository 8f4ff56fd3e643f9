package audit

import (
	"encoding/json"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/kv/kvtest"
)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	kvtest.Golden(t, map[string]any{
		"entry": Entry{At: at, Kind: "ticket", Subject: "T-1", Data: json.RawMessage(`1`)},
		"head":  head{Size: 17, Root: tlog.Hash{1}},
	})
}
