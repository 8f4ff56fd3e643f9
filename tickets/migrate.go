package tickets

import (
	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/internal/kv/migrate"
)

// Migrate brings a store that an older program wrote to the schema of this one.
// It comes before New, and before anything else reads the store: the one place
// that knows every owner of keys. An owner's steps stand in its migrate.go.
func Migrate(s kv.Store, say func(migrate.Progress)) error {
	return migrate.Run(s, []migrate.Migration{
		{Schema: 2, Steps: onfile.ToSchema2},
	}, say)
}
