package tickets

import (
	"slices"
	"strings"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// Inbox is mail that came in: what it would come to, what it came to, and what
// was set aside. Where it lay is in the Ledger.
type Inbox struct{ s *Store }

// Judge says what a message would come to now, changing nothing.
// With again, it is taken for one that was not seen before.
func (b *Inbox) Judge(e policy.Evidence, again bool) (f policy.Facts, d policy.Decision, err error) {
	err = b.s.kv.View(func(v kv.View) error {
		f, err = b.s.facts(v, e, "")
		return err
	})
	if again {
		f.Duplicate, f.SignatureUsed = false, false
	}
	return f, policy.Decide(f), err
}

// JudgeFor is Judge for people who may not know which codes are right: a message
// that is not the asked person's own is judged as if every token and code in it
// were wrong, and what it is bound to is left out.
func (b *Inbox) JudgeFor(e policy.Evidence, again bool) (policy.Facts, policy.Decision, error) {
	f, d, err := b.Judge(e, again)
	if err != nil || f.Own() {
		return f, d, err
	}
	e.Tokens, e.References = nil, slices.Clone(e.References)
	for i := range e.References { // two different ones stay two
		e.References[i].Value += "?"
	}
	f, d, err = b.Judge(e, again)
	f.Binding = policy.Binding{Bound: policy.BoundNone}
	return f, d, err
}

// Received gives the record of the message at src, if it has one.
func (b *Inbox) Received(src ledger.Source) (m Message, ok bool, err error) {
	err = b.s.kv.View(func(v kv.View) error {
		m, ok, err = received(v, src)
		return err
	})
	return m, ok, err
}

func received(r kv.Reader, src ledger.Source) (Message, bool, error) {
	id, err := ledger.AtPlace(r, src)
	if err != nil || id == "" {
		return Message{}, false, err
	}
	m, ok, err := kv.Load[Message](r, kv.Numbered(messagePrefix, id))
	if err == nil && !ok { // it was kept long enough, and is not judged again
		return forgotten(id, src), true, nil
	}
	return m, ok, err
}

// Standing says what may come of a message, before DNS is asked who sent it, and
// whether its words are read for a class.
func (b *Inbox) Standing(e policy.Evidence) (standing policy.Standing, reads bool, err error) {
	err = b.s.kv.View(func(v kv.View) error {
		f, err := b.s.facts(v, e, "")
		standing, reads = f.Standing, f.Reads()
		return err
	})
	return standing, reads, err
}

// Deferred gives a message that is still deferred; ok is false where it has
// come to its end meanwhile.
func (b *Inbox) Deferred(id string) (m Message, ok bool, err error) {
	err = b.s.kv.View(func(v kv.View) error {
		m, ok, err = kv.Load[Message](v, kv.Numbered(messagePrefix, id))
		return err
	})
	return m, ok && m.Outcome == policy.OutcomeDefer, err
}

// ReleaseMailbox lets a held mailbox be read again. With judge the old messages
// that it was held for are judged like new ones; otherwise they are left alone
// for good, like mail from before the start.
func (b *Inbox) ReleaseMailbox(mailbox, agent string, judge bool) error {
	return b.s.group.Update(func(tx kv.Tx) error {
		if _, err := activeAgent(tx, agent); err != nil {
			return err
		}
		if err := ledger.Release(tx, mailbox, judge); err != nil {
			return err
		}
		return b.s.log(tx, "mailbox", mailbox, heldLeaf{Judge: judge, Released: agent})
	})
}

// Bytes gives the kept bytes of a message, as it came.
func (b *Inbox) Bytes(m Message) ([]byte, error) {
	if b.s.opt.Blobs == nil {
		return nil, errNoBlobs
	}
	return b.s.opt.Blobs.Get(m.Blob)
}

// Each calls fn for every message of every mailbox, oldest first, with at
// most a page of them held in memory.
func (b *Inbox) Each(fn func(Message) error) error {
	return kv.Pages(b.s.kv, messagePrefix, fn)
}

// trimID accepts a Message-ID with or without brackets.
func trimID(id string) string { return strings.Trim(strings.TrimSpace(id), "<>") }
