package tickets

import (
	"encoding/json"
	"slices"

	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/internal/kv/migrate"
	"countersign/tickets/ledger"
)

// toSchema2 writes the messages of schema 1 under names of our own, with effects.
var toSchema2 = []migrate.Step{{Prefix: messagePrefix, Move: func(key string, value []byte) ([]migrate.Pair, error) {
	m, err := messageOfSchema1(value)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(m)
	return []migrate.Pair{{Key: key, Value: b}}, err
}}}

// Migrate brings a store that an older program wrote to the schema of this one.
// It comes before New, and before anything else reads the store: the one place
// that knows every owner of keys. An owner's steps stand in its migrate.go.
func Migrate(s kv.Store, say func(migrate.Progress)) error {
	return migrate.Run(s, []migrate.Migration{
		{Schema: 2, Steps: slices.Concat(onfile.ToSchema2, ledger.ToSchema2, toSchema2)},
	}, say)
}
