package ledger

import (
	"fmt"
	"time"

	"countersign/internal/kv"
)

// What this package writes, and nobody else. A place is
// <mailbox>/<UIDVALIDITY>.<turn>/<UID>; see Source.
const (
	boxPrefix     = "box/"       // box/<mailbox>: cursor
	todoPrefix    = "todo/"      // todo/<place>: todo, to be done on IMAP
	attemptPrefix = "attempt/"   // attempt/<place>: attempts to judge it that have come to no end
	deferPrefix   = "defer/"     // defer/<due>/<message>: Waiting, to be judged again then
	placePrefix   = "seen/uid/"  // seen/uid/<place>: the message that lay there
	hashPrefix    = "seen/hash/" // seen/hash/<hash>: the final message of these bytes, or this content
	sigPrefix     = "seen/sig/"  // seen/sig/<d,s,b>: the message whose signature has counted
)

// Source says where a message came from.
type Source struct {
	Mailbox     string `json:"mailbox"`
	UIDValidity uint32 `json:"uidvalidity"`
	Turn        uint32 `json:"turn,omitempty"` // how often UIDs were given out anew under that number
	UID         uint32 `json:"uid"`
	Observe     bool   `json:"observe,omitempty"` // only the verdict and the marks are written
}

// place is the name of the source in keys.
func (src Source) place() string {
	turn := ""
	if src.Turn > 0 {
		turn = fmt.Sprintf(".%d", src.Turn)
	}
	return src.Mailbox + "/" + kv.Seq(uint64(src.UIDValidity)) + turn + "/" + kv.Seq(uint64(src.UID))
}

// cursor is where reading of a mailbox stands.
type cursor struct {
	UIDValidity uint32    `json:"uidvalidity"`
	Turn        uint32    `json:"turn,omitempty"`
	Floor       uint32    `json:"floor"`
	Started     time.Time `json:"started"`
	Next        uint32    `json:"next,omitempty"`
	Read        time.Time `json:"read,omitzero"`
	Held        time.Time `json:"held,omitzero"`
}

// todo is what is to be done on IMAP for a message whose outcome is recorded.
type todo struct {
	Mailbox     string `json:"mailbox"`
	UIDValidity uint32 `json:"uidvalidity"`
	Turn        uint32 `json:"turn,omitempty"`
	UID         uint32 `json:"uid"`
	Outcome     string `json:"outcome"`
	Stays       bool   `json:"stays,omitempty"`
}

// attempts is how often judging a message has begun without coming to an end.
type attempts struct {
	Crowd int `json:"crowd"` // while others were judged
	Alone int `json:"alone"` // with nothing else under way
}

// Waiting is a deferred message, as far as it matters whose turn it is.
type Waiting struct {
	ID     string `json:"id"`
	From   string `json:"from,omitempty"`
	Domain string `json:"domain"`          // of From
	Asked  bool   `json:"asked,omitempty"` // it holds a secret of ours and is from whom that was sent to
	Size   int64  `json:"size,omitempty"`
}
