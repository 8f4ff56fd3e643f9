package migrate

import (
	"encoding/json"
	"strings"
)

// Rewrite is the step for records that stay under their keys and have another
// form: what was an Old becomes the New that now gives.
func Rewrite[Old, New any](prefix string, now func(Old) New) Step {
	return Step{prefix, func(key string, value []byte) ([]Pair, error) {
		var old Old
		if err := json.Unmarshal(value, &old); err != nil {
			return nil, err
		}
		b, err := json.Marshal(now(old))
		return []Pair{{key, b}}, err
	}}
}

// Rename is the step for keys that stand under another prefix, with the values
// that now gives for them; nil: the same.
func Rename(prefix, to string, now func(value []byte) ([]byte, error)) Step {
	return Step{prefix, func(key string, value []byte) (_ []Pair, err error) {
		if now != nil {
			if value, err = now(value); err != nil {
				return nil, err
			}
		}
		return []Pair{{to + strings.TrimPrefix(key, prefix), value}}, nil
	}}
}

// Drop is the step for keys that are no longer needed.
func Drop(prefix string) Step {
	return Step{prefix, func(string, []byte) ([]Pair, error) { return nil, nil }}
}
