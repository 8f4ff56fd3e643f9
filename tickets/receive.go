package tickets

import (
	"fmt"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// Message is the record of one message of one mailbox: what it came to, and
// everything that the decision was made from. It is stored as a messageRecord.
type Message struct {
	ID       string // m-17
	Source   ledger.Source
	At       time.Time
	Outcome  policy.Outcome
	Verdict  policy.Verdict
	Reasons  []policy.Reason
	Ticket   string
	Claim    bool   // it only says that it is about the ticket
	Blob     string // where its bytes are kept
	Loose    bool   // they prove nothing
	Facts    policy.Facts
	Decision policy.Decision

	Released  string // agent who read what was set aside
	Discarded string // agent who took it off the list

	// While deferred: how often DNS was asked, since when, and when next.
	Tries int
	Since time.Time
	Next  time.Time
	Holds []string // tickets to which it may be a no
}

// MessageID is the Message-ID that the sender gave, without brackets.
func (m Message) MessageID() string { return m.Facts.MessageID }

// Receive applies one message, once: its record, its seen-marks, the ticket and
// its history, notices and the to-do for IMAP commit together. A message that
// has a final record is left as it is. raw are its bytes: where what it comes to
// wants them to outlive IMAP, they are kept before that commit.
func (b *Inbox) Receive(e policy.Evidence, src ledger.Source, raw []byte) (m Message, err error) {
	if err := b.s.opt.Watch.Check(); err != nil {
		return m, err
	}
	m, bare, err := b.receive(e, src, "")
	if err != nil || !bare {
		return m, err
	}
	if b.s.opt.Blobs == nil {
		return m, errNoBlobs
	}
	err = b.s.opt.Blobs.Keep(raw, func(hash string) (err error) {
		m, _, err = b.receive(e, src, hash)
		return err
	})
	return m, err
}

// receive commits what a message comes to. hash names its kept bytes, "" none:
// then nothing happens where they are wanted, and bare says so. Who calls again
// with the hash is judged by the store as it is by then.
func (b *Inbox) receive(e policy.Evidence, src ledger.Source, hash string) (m Message, bare bool, err error) {
	disk, size := b.s.diskHasRoom(e), b.s.sizeOf(hash, e)
	err = b.s.group.Update(func(tx kv.Tx) error {
		bare = false
		var known bool
		if m, known, err = received(tx, src); err != nil || known && m.Outcome != policy.OutcomeDefer {
			return err
		}
		without := hash == "" && m.Blob == ""
		f, d, err := b.decide(tx, e, m, known, without, disk)
		if err != nil {
			return err
		}
		if bare = without && d.Evidence() && !(f.NoRoom && loose(d)); bare {
			return nil
		}
		if !known {
			n, err := kv.Counter(tx, messageCounter)
			if err != nil {
				return err
			}
			m = Message{ID: fmt.Sprintf("m-%d", n), Source: src, Since: b.s.Now()}
		} else if err := ledger.Undefer(tx, m.Next, m.ID); err != nil {
			return err
		}
		if err := b.s.keep(tx, &m, d, hash, size); err != nil {
			return err
		}
		return b.s.apply(tx, &m, f, d)
	})
	return m, bare, err
}

// decide judges a message by the store as it is. m is its record if it is known,
// as one that waits for DNS is; without says that its bytes are not kept.
func (b *Inbox) decide(r kv.Reader, e policy.Evidence, m Message, known, without, disk bool) (policy.Facts, policy.Decision, error) {
	f, err := b.s.facts(r, e, m.ID)
	if err != nil {
		return f, policy.Decision{}, err
	}
	f.GaveUp = known && !b.s.Now().Before(m.Since.Add(b.s.opt.DNSWait))
	d := policy.Decide(f)
	// What waits and holds our token may be the no of whom we asked: it has room.
	ours := d.Outcome == policy.OutcomeDefer && f.Binding.Ticket != "" && !f.Claimed
	if !without || !loose(d) || ours {
		return f, d, nil
	}
	f.NoRoom, err = b.s.noRoom(r, e, d, disk)
	return f, policy.Decide(f), err
}
