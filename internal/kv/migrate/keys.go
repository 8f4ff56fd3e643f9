package migrate

// What this package writes, and nobody else.
const (
	stateKey = "migrating" // state, of a migration that has not ended
)
