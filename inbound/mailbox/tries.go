package mailbox

import "time"

// maxTries is how often a message may break the connection, or come incomplete,
// before it is set aside unread.
const maxTries = 3

// try is what is known of a message that could not be read.
type try struct {
	n    int       // how often the message itself is to blame
	last time.Time // when that was counted
}

// patience is how long a message that is alone with its fault is given between
// two tries: the server may be ill, and not the message.
const patience = 10 * time.Minute

// blame notes that a message could not be read. It counts against the message
// only where another was read whole in the same session, or after patience: an
// outage of the server must not set its mail aside unread.
func (r *Reader) blame(uid uint32, others bool) {
	t, known := r.tries[uid]
	if now := time.Now(); others || known && now.Sub(t.last) >= r.set.Patience {
		t.n++
		t.last = now
	} else if !known {
		t.last = now
	}
	r.tries[uid] = t
}

// suspect puts a message behind all others without counting anything against it.
func (r *Reader) suspect(uid uint32) {
	if _, known := r.tries[uid]; !known {
		r.tries[uid] = try{last: time.Now()}
	}
}

// failures counts what is known of messages that could not be read: as long as
// it grows, reading again has sense.
func (r *Reader) failures() (n int) {
	if n = r.fewer; r.untidy {
		n++
	}
	for _, t := range r.tries {
		n += 1 + t.n
	}
	return n
}
