// Package kv keeps ordered keys and their values in a store that survives a crash.
//
// What an Update wrote is there as a whole, durably, once Update has returned
// nil, and not at all otherwise. An Update function may run more than once, so
// it may have no effect but on its transaction. This is the contract, with what
// stands on any engine (values, Committer, DryRun) and the engine that forgets
// (Memory), which needs no library; a store in a file is package kv/bolt.
// kvtest holds what every engine must do.
//
// What the keys and values mean is the business of the packages that own them.
package kv

// Schema is the version of what is stored: the one in which a new store is made.
// A store with a higher one is refused, one with a lower is brought to it by
// package migrate before anything is read.
const Schema = 2

// Reader finds single keys. Both kinds of transaction are Readers.
type Reader interface {
	// Get returns the value of key, nil if there is none. The bytes are valid
	// until the transaction ends and must not be changed.
	Get(key string) ([]byte, error)
}

// Tx is what an Update may do: point reads and writes, at most Limits.Ops of
// them, values of at most MaxValue bytes.
type Tx interface {
	Reader
	Put(key string, value []byte) error
	Delete(key string) error
}

// View reads a snapshot. Keep it short and copy out what is needed: a long one
// stops the store from reusing space.
type View interface {
	Reader
	// Scan calls fn for every key that begins with prefix and is not before
	// from, in ascending order of bytes, until fn returns an error. ErrStop
	// ends the scan without being returned.
	Scan(prefix, from string, fn func(key string, value []byte) error) error
}

// Viewer is a store as one sees it who only looks.
type Viewer interface {
	View(fn func(View) error) error
}

// Store is an engine.
type Store interface {
	Viewer
	Update(fn func(Tx) error) error
	Limits() Limits
	// Schema is the version of what is stored, and SetSchema changes it, durably.
	Schema() (int, error)
	SetSchema(version int) error
	Close() error
}

// Limits are what an engine can take in one Update; zero means no limit.
type Limits struct {
	Ops int // reads and writes
}
