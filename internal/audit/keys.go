package audit

import (
	"encoding/json"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/kv"
)

// What this package writes, and nobody else. Nothing of it is ever changed or
// removed: an entry is part of what every later head says.
const (
	leafPrefix = "audit/leaf/" // audit/leaf/<number>: Entry, from 0
	hashPrefix = "audit/hash/" // audit/hash/<number>: the hashes of the tree that came with that entry, 32 bytes each
	headKey    = "audit/head"  // head
)

// Entry is one leaf.
type Entry struct {
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"`
	Subject string          `json:"subject"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// head is the root of the tree over the first Size leaves.
type head struct {
	Size int64     `json:"size"`
	Root tlog.Hash `json:"root"`
}

func leafKey(n int64) string { return leafPrefix + kv.Seq(uint64(n)) }

func hashKey(n int64) string { return hashPrefix + kv.Seq(uint64(n)) }
