package tickets

import (
	"fmt"
	"slices"
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

// Disputes are the tickets that the message disputes, as a no; also where one was
// disputed before.
func (m Message) Disputes() (ids []string) {
	if m.Source.Observe {
		return nil
	}
	if m.Decision.Has(policy.EffectDispute) {
		ids = append(ids, m.Ticket)
	}
	return append(ids, m.Decision.Also()...)
}

// MayBeOf reports whether it is from one of these contacts, or from an address that
// one of them shares with others, where nobody knows which of them wrote.
func (m Message) MayBeOf(contacts []string) bool {
	p := m.Facts.Person
	return slices.ContainsFunc(append(slices.Clone(p.Shared), p.ID), func(id string) bool { return id != "" && slices.Contains(contacts, id) })
}

// Receive applies one message, once: its record, its seen-marks, the ticket and
// its history, notices and the to-do for IMAP commit together. A message that
// has a final record is left as it is. raw are its bytes: where what it comes to
// wants them to outlive IMAP, they are kept before that commit.
//
// Whether they are wanted is first seen without a commit; what is decided is
// decided inside it, on the store as it then is.
func (b *Inbox) Receive(e policy.Evidence, src ledger.Source, raw []byte) (m Message, err error) {
	if err := b.s.opt.Watch.check(); err != nil {
		return m, err
	}
	disk := b.s.diskHasRoom(e)
	var seen verdict
	err = b.s.kv.View(func(v kv.View) error {
		seen, err = b.judge(v, e, src, "", disk)
		return err
	})
	if err != nil || seen.final {
		return seen.message, err
	}
	if bare := seen.bare; !bare {
		if m, bare, err = b.commit(e, src, "", disk); err != nil || !bare {
			return m, err
		}
	}
	if b.s.opt.Blobs == nil {
		return m, errNoBlobs
	}
	err = b.s.opt.Blobs.Keep(raw, func(hash string) (err error) {
		m, _, err = b.commit(e, src, hash, disk)
		return err
	})
	return m, err
}

// commit commits what a message comes to. hash names its kept bytes, "" none:
// then nothing happens where they are wanted, and bare says so.
func (b *Inbox) commit(e policy.Evidence, src ledger.Source, hash string, disk bool) (m Message, bare bool, err error) {
	size := b.s.sizeOf(hash, e)
	err = b.s.group.Update(func(tx kv.Tx) error {
		v, err := b.judge(tx, e, src, hash, disk)
		m, bare = v.message, v.bare
		if err != nil || v.final || bare {
			return err
		}
		if m.ID == "" {
			n, err := kv.Counter(tx, messageCounter)
			if err != nil {
				return err
			}
			m = Message{ID: fmt.Sprintf("m-%d", n), Source: src, Since: b.s.Now()}
		} else if err := ledger.Undefer(tx, m.Next, m.ID); err != nil {
			return err
		}
		if err := b.s.keep(tx, &m, v.decision, hash, size); err != nil {
			return err
		}
		return b.s.apply(tx, &m, v.facts, v.decision)
	})
	return m, bare, err
}

// verdict is what a message comes to, by the store as it is.
type verdict struct {
	message  Message // its record, the zero value if it has none
	final    bool    // the record stays as it is
	facts    policy.Facts
	decision policy.Decision
	bare     bool // its bytes are wanted and not kept
}

// judge says what a message comes to whose bytes are kept under hash, "" if they
// are not. disk says that the disk has room for them.
func (b *Inbox) judge(r kv.Reader, e policy.Evidence, src ledger.Source, hash string, disk bool) (v verdict, err error) {
	m, known, err := received(r, src)
	if err != nil || known && m.Outcome != policy.OutcomeDefer {
		return verdict{message: m, final: true}, err
	}
	f, err := b.s.facts(r, e, m.ID)
	if err != nil {
		return v, err
	}
	f.Drops = slices.Contains(b.s.opt.Drops, src.Mailbox)
	f.GaveUp = known && !b.s.Now().Before(m.Since.Add(b.s.opt.DNSWait))
	d := policy.Decide(f)
	if hash == "" && m.Blob == "" && d.Evidence() {
		// What waits and holds our token may be the no of whom we asked: it has room.
		ours := d.Outcome == policy.OutcomeDefer && f.Binding.Ticket != "" && !f.Claimed
		if loose(d) && !ours {
			f.NoRoom, err = b.s.noRoom(r, e, d, disk)
			d = policy.Decide(f)
		}
		v.bare = d.Evidence() && !(f.NoRoom && loose(d))
	}
	v.message, v.facts, v.decision = m, f, d
	return v, err
}
