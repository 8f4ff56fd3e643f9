package tickets

// What the audit log holds of each kind of entry, beside Event of a ticket,
// messageLeaf of a message and directoryWrite of the directory. What was written
// stays as it is for ever: a name here is never changed, and none goes.

// madeLeaf is the first entry of a store, of the kind "store".
type madeLeaf struct {
	ID string `json:"id"`
}

// heldLeaf is of the kind "mailbox": it was released.
type heldLeaf struct {
	Judge    bool   `json:"judge"`
	Released string `json:"released"` // by whom
}

// sentLeaf is of the kind "epoch": the outbox was released after a restore. Of a
// restore itself the entry is the epoch.
type sentLeaf struct {
	Agent string `json:"agent"`
}

// asideLeaf is of the kind "quarantine": a message was read or discarded.
type asideLeaf struct {
	Discarded string `json:"discarded"` // by whom
	Released  string `json:"released"`  // by whom
}

// goneLeaf is of the kind "retention": records of messages were kept long enough.
type goneLeaf struct {
	Removed []string `json:"removed"`
}
