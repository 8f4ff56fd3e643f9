package onfile

import (
	"encoding/json"

	"countersign/internal/kv/migrate"
)

// ToSchema2 makes one index of the two of schema 1. Should an address stand in
// both, which no program let happen, it is the agent's: nobody confirms with it.
var ToSchema2 = []migrate.Step{
	migrate.Rename(contactPrefix1, addressPrefix, func(id []byte) ([]byte, error) { return json.Marshal(Holder{Contact: string(id)}) }),
	migrate.Rename(agentPrefix1, addressPrefix, func(id []byte) ([]byte, error) { return json.Marshal(Holder{Agent: string(id)}) }),
}
