package tickets

import (
	"errors"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// Blobs keep the bytes of messages that must outlive IMAP. *blob.Store satisfies it.
type Blobs interface {
	// Keep makes the bytes durable and calls commit, which makes something refer
	// to their hash. Until it has returned nothing removes them.
	Keep(raw []byte, commit func(hash string) error) error
	Get(hash string) ([]byte, error)
	Size(hash string) (int64, error)
	// Forget removes bytes if unused says so, while nobody is about to refer to them.
	Forget(hash string, unused func() (bool, error)) error
}

var errNoBlobs = errors.New("there is no place for the bytes of messages")

// Loose bounds what is kept of messages that prove nothing: of those that are
// set aside or wait for DNS their bytes, of all that belong to no ticket their
// records. Anybody can send as many of them as they like.
type Loose struct {
	Bytes    int64                 // of all their files together
	Messages int                   // whose bytes are kept
	Keep     time.Duration         // how long bytes and records are kept
	Room     func(need int64) bool // the disk has room for that much more of it; nil: it has
}

// kept is how many messages refer to one file.
type kept struct {
	Size  int64 `json:"size"`
	Loose int   `json:"loose,omitempty"` // messages that prove nothing
	Held  int   `json:"held,omitempty"`  // messages that are evidence
}

// keptSum is what the files take that only messages which prove nothing refer to.
type keptSum struct {
	Bytes    int64 `json:"bytes"`
	Messages int   `json:"messages"`
}

func keptKey(hash string) string { return keptPrefix + hash }

// loose reports whether bytes are kept though they prove nothing.
func loose(d policy.Decision) bool {
	return (d.Outcome == policy.SetAside || d.Outcome == policy.OutcomeDefer) && d.Evidence()
}

// headerOnly is the most that there is of a message over the size limit.
const headerOnly = 256 << 10

// noRoom reports whether the bytes of a message that proves nothing are not to
// be kept any more: then they lie in the mailbox alone. disk says that the disk
// has room for them. What waits for DNS has a quarter more: it may be a contact's,
// and be decided without its proof otherwise, while anybody can send what is set
// aside, and that lies for months.
func (s *Store) noRoom(r kv.Reader, e policy.Evidence, d policy.Decision, disk bool) (bool, error) {
	l := s.opt.Loose
	if l == nil {
		return false, nil
	}
	sum, _, err := kv.Load[keptSum](r, keptSumKey)
	messages, bytes := l.Messages, l.Bytes
	if d.Outcome == policy.OutcomeDefer {
		messages, bytes = messages+messages/4, bytes+bytes/4
	}
	return !disk || sum.Messages >= messages || sum.Bytes+need(e) > bytes, err //rule:6.13 room-for-what-proves-nothing part=3 TestBudget/bytes
}

// need is about how much the bytes of a message take.
func need(e policy.Evidence) int64 {
	if len(e.Refusals) > 0 && e.Refusals[0].Code == policy.CodeTooLarge {
		return min(e.Size, headerOnly)
	}
	return e.Size
}

// diskHasRoom asks, outside the transaction, for what noRoom wants to know.
func (s *Store) diskHasRoom(e policy.Evidence) bool {
	return s.opt.Loose == nil || s.opt.Loose.Room == nil || s.opt.Loose.Room(need(e))
}

// sizeOf gives the size of the file that a message is about to refer to.
func (s *Store) sizeOf(hash string, e policy.Evidence) int64 {
	if s.opt.Blobs != nil && hash != "" {
		if n, err := s.opt.Blobs.Size(hash); err == nil {
			return n
		}
	}
	return e.Size
}

// keep lets the message refer to its bytes as the decision about it wants: to
// those it has from when it waited, or to the file that was written for it now.
func (s *Store) keep(tx kv.Tx, m *Message, d policy.Decision, hash string, size int64) error {
	if m.Blob != "" {
		hash = m.Blob
		if d.Evidence() && m.Loose == loose(d) {
			return nil
		}
		if d.Evidence() { // before the other reference goes, so that the file is never unused
			if err := s.refer(tx, hash, loose(d), size); err != nil {
				return err
			}
		}
		if err := s.dropBytes(tx, m); err != nil || !d.Evidence() {
			return err
		}
	} else if hash == "" || !d.Evidence() {
		return nil
	} else if err := s.refer(tx, hash, loose(d), size); err != nil {
		return err
	}
	m.Blob, m.Loose = hash, loose(d)
	return nil
}

// refer notes one more message that refers to a file.
func (s *Store) refer(tx kv.Tx, hash string, loose bool, size int64) error {
	return s.count(tx, hash, func(k *kept) {
		if *k == (kept{}) {
			k.Size = size
		}
		if loose {
			k.Loose++
		} else {
			k.Held++
		}
	})
}

// dropBytes lets a message refer to its bytes no longer. Those to which nothing
// refers are removed after the commit.
func (s *Store) dropBytes(tx kv.Tx, m *Message) error {
	hash, loose := m.Blob, m.Loose
	m.Blob, m.Loose = "", false
	if b, err := tx.Get(keptKey(hash)); err != nil || b == nil {
		return err // of an older state, which did not count: they stay
	}
	return s.count(tx, hash, func(k *kept) {
		if loose {
			k.Loose = max(0, k.Loose-1)
		} else {
			k.Held = max(0, k.Held-1)
		}
	})
}

// count changes the references to one file and what follows from them.
func (s *Store) count(tx kv.Tx, hash string, change func(*kept)) error {
	k, _, err := kv.Load[kept](tx, keptKey(hash))
	if err != nil {
		return err
	}
	sum, _, err := kv.Load[keptSum](tx, keptSumKey)
	if err != nil {
		return err
	}
	before := k
	change(&k)
	sum.Bytes += k.burden() - before.burden()
	sum.Messages += k.Loose - before.Loose
	if err := kv.Save(tx, keptSumKey, sum); err != nil {
		return err
	}
	if k.Loose+k.Held > 0 {
		return kv.Save(tx, keptKey(hash), k)
	}
	return errors.Join(tx.Delete(keptKey(hash)), tx.Put(unkeepPrefix+hash, []byte{1}))
}

// burden is what a file takes of the room for what proves nothing.
func (k kept) burden() int64 {
	if k.Loose > 0 && k.Held == 0 {
		return k.Size
	}
	return 0
}

// forgetBytes removes files to which nothing refers any more.
func (s *Store) forgetBytes() error {
	if s.opt.Blobs == nil {
		return nil
	}
	var keys []string
	err := s.kv.View(func(v kv.View) (err error) { keys, err = kv.Keys(v, unkeepPrefix, 200); return err })
	errs := []error{err}
	for _, key := range keys {
		hash := strings.TrimPrefix(key, unkeepPrefix)
		err := s.opt.Blobs.Forget(hash, func() (unused bool, err error) {
			err = s.kv.View(func(v kv.View) error {
				b, err := v.Get(keptKey(hash))
				unused = b == nil
				return err
			})
			return unused, err
		})
		if err == nil {
			err = s.group.Update(func(tx kv.Tx) error { return tx.Delete(unkeepPrefix + hash) })
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
