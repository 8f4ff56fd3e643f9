package outbox

import (
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// What this package writes, and nobody else. <due> is when something is to
// happen, written so that keys stand in the order of time.
const (
	outPrefix     = "out/"        // out/o-<number>: Outgoing
	sealedPrefix  = "outb/"       // outb/<id>: sealed, under the key outside the store; until it was sent
	queuePrefix   = "queue/"      // queue/<lane>/<due>/<id>: the id, in the order in which they leave
	unlanedPrefix = "outq/"       // outq/<due>/<id>: the id, as they were queued before there were lanes
	capPrefix     = "cap/"        // cap/<end of a window>/<what>: how much of it was taken, by origin or in all; forgotten when it is over
	limitsKey     = "limits"      // the caps of the last start: of an hour, of a day
	counterKey    = "counter/out" // the number of the latest notice
)

// Outgoing is a notice on its way to the SMTP server.
type Outgoing struct {
	ID      string            `json:"id"`
	Notice  string            `json:"notice"`
	Ticket  string            `json:"ticket"`
	Contact string            `json:"contact"`
	Agent   string            `json:"agent,omitempty"` // of staff, whom it is for instead
	Origin  string            `json:"origin"`          // to whose account it goes
	To      string            `json:"to"`
	Kind    policy.NoticeKind `json:"kind"`
	Class   policy.Delivery   `json:"class"` // A: asks for proof, or tells staff of a no, at least once; B: at most once
	State   string            `json:"state"`
	Tries   int               `json:"tries"`
	Queued  time.Time         `json:"queued"`
	First   time.Time         `json:"first"` // from when it was to go out
	Next    time.Time         `json:"next,omitzero"`
	Error   string            `json:"error,omitempty"`
	Resent  bool              `json:"resent,omitempty"` // after an unknown outcome
	Paced   bool              `json:"paced,omitempty"`  // waits for a cap, not for a retry
	Cap     string            `json:"cap,omitempty"`    // the limit that it waits for, until Next
	Ended   time.Time         `json:"ended,omitzero"`   // when it first was sent, refused for good or given up
	Places  []string          `json:"takes,omitempty"`  // that it takes under caps
	From    string            `json:"-"`                // return path
	Message []byte            `json:"-"`
}

// sealed is what is kept of an Outgoing under the key outside the store.
type sealed struct {
	From    string `json:"from"`
	Message []byte `json:"message"`
}

// queueKey is the key under which the notice stands while it is queued. Those
// from before there were lanes stand elsewhere until the next start.
func (o Outgoing) queueKey() string {
	if o.Origin == "" {
		return unlanedPrefix + kv.Due(o.Next) + "/" + o.ID
	}
	return queuePrefix + o.lane() + "/" + kv.Due(o.Next) + "/" + o.ID
}

func outKey(id string) string { return kv.Numbered(outPrefix, id) }

// capKey is that of what was taken in the window in which at lies.
func capKey(at time.Time, window time.Duration, what string) string {
	return capPrefix + kv.Due(at.Truncate(window).Add(window)) + "/" + what
}
