// Package outbox keeps the mails that wait to leave: their sealed bytes, in which
// order they go and when, what became of each, and how many may go.
//
// It does not know what a notice asks, or whether its question still stands: that
// is said by package tickets, which puts a notice here in the transaction that
// asks, and tells the ticket what became of it. To send is the work of package
// mailer. All functions are over kv.Reader and kv.Tx.
package outbox

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"countersign/internal/keys"
	"countersign/internal/kv"
)

// Settings are what an Outbox works by.
type Settings struct {
	Now    func() time.Time
	Keys   keys.Keys // under which bytes are sealed
	Limits Limits
}

// Outbox is what waits to leave.
type Outbox struct {
	set    Settings
	limits atomic.Pointer[Limits]

	// Where the next look over more than fits one begins: of Due, of Look.
	nextLane, nextOne place
}

// New gives the Outbox with these settings.
func New(s Settings) *Outbox {
	b := &Outbox{set: s}
	b.SetLimits(s.Limits)
	return b
}

// NewID gives the id of a new notice.
func NewID(tx kv.Tx) (string, error) {
	n, err := kv.Counter(tx, counterKey)
	return fmt.Sprintf("o-%d", n), err
}

// Seal keeps the return path and the bytes of a notice until it is sent.
func (b *Outbox) Seal(tx kv.Tx, id, from string, message []byte) error {
	plain, err := json.Marshal(sealed{from, message})
	if err != nil {
		return err
	}
	return tx.Put(sealedPrefix+id, b.set.Keys.Seal(plain, []byte(id)))
}

// unseal gives the return path and the bytes of a notice, none if they are lost:
// that is its own fault, a key that doesn't fit is that of all.
func (b *Outbox) unseal(r kv.Reader, id string) (string, []byte, error) {
	raw, err := r.Get(sealedPrefix + id)
	if err != nil || raw == nil {
		return "", nil, err
	}
	plain, err := b.set.Keys.Open(raw, []byte(id))
	if err != nil {
		return "", nil, fmt.Errorf("outbox %s: the key file does not fit this state: %w", id, err)
	}
	var m sealed
	err = json.Unmarshal(plain, &m)
	return m.From, m.Message, err
}

// Enqueue puts a notice into the queue, within the caps: over them it waits.
func (b *Outbox) Enqueue(tx kv.Tx, o *Outgoing) error {
	o.State = Queued
	if err := b.reserve(tx, o, o.Queued); err != nil {
		return err
	}
	o.First = o.Next
	return schedule(tx, *o)
}

func schedule(tx kv.Tx, o Outgoing) error {
	if err := tx.Put(o.queueKey(), []byte(o.ID)); err != nil {
		return err
	}
	return kv.Save(tx, outKey(o.ID), o)
}

// Load gives a notice without its bytes.
func Load(r kv.Reader, id string) (o Outgoing, ok bool, err error) {
	return kv.Load[Outgoing](r, outKey(id))
}

// Each calls fn for every notice, without its bytes.
func Each(v kv.Viewer, fn func(Outgoing) error) error { return kv.Pages(v, outPrefix, fn) }

// Change changes one notice: it takes it from the queue, lets fn change it and,
// where fn says so, queues it again at o.Next.
func Change(tx kv.Tx, id string, fn func(o *Outgoing) (queue bool, err error)) error {
	o, ok, err := Load(tx, id)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("no notice %s in the outbox", id)
	}
	if err := tx.Delete(o.queueKey()); err != nil {
		return err
	}
	queue, err := fn(&o)
	if err != nil {
		return err
	}
	if queue {
		return schedule(tx, o)
	}
	o.Next = time.Time{}
	return kv.Save(tx, outKey(id), o)
}
