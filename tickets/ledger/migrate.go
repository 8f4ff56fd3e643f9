package ledger

import (
	"encoding/json"

	"countersign/internal/kv/migrate"
)

// ToSchema2 are the steps of this package from schema 1.
var ToSchema2 = []migrate.Step{
	migrate.Rewrite(todoPrefix, func(old todoOfSchema1) todo { return todo(old) }),
	{Prefix: deferPrefix, Move: waitingOfSchema1},
}

// todoOfSchema1 was what is to be done on IMAP, under the names of Go's fields.
type todoOfSchema1 struct {
	Mailbox     string
	UIDValidity uint32
	Turn        uint32
	UID         uint32
	Outcome     string
	Stays       bool
}

// waitingOfSchema1 reads a deferred message, which at first was written as its
// bare id.
func waitingOfSchema1(key string, value []byte) ([]migrate.Pair, error) {
	var w Waiting
	if err := json.Unmarshal(value, &w); err != nil || w.ID == "" {
		w = Waiting{ID: string(value)}
	}
	b, err := json.Marshal(w)
	return []migrate.Pair{{Key: key, Value: b}}, err
}
