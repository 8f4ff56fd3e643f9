package locks

// What this package writes, and nobody else.
const lockPrefix = "lock/" // lock/<client>: Lock, one that has ended, too
