package migrate

// stateKey holds, as state, where a migration stands that has not ended.
const stateKey = "migrating"
