package tickets

import (
	"crypto/ed25519"
	"errors"
	"time"

	"countersign/internal/audit"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
)

// epoch begins when a restored store is found. Notices, proofs and uses of another
// epoch count for nothing, and nothing is sent until a person has released the
// outbox: what an older copy of the store has not sent yet may have been sent
// long ago, a token that it thinks unspent may have been spent, and a yes may
// have been used up or taken back. Epochs are told apart by their number, since
// a clock may stand still or go wrong.
type epoch struct {
	Number int       `json:"number"`
	Began  time.Time `json:"began"`
	Held   bool      `json:"held"`
}

// epochNow gives the epoch that the store is in; the first has the number 0.
func epochNow(r kv.Reader) (epoch, error) {
	e, _, err := kv.Load[epoch](r, epochKey)
	return e, err
}

// stale reports whether what the ticket was told before a restore has to be
// asked again before anything is done: not what is over, nor what was allowed
// before, which nobody must do again.
func (t Ticket) stale(e epoch) bool {
	return t.Epoch != e.Number && t.Class != policy.Question && t.UsedBy == "" && !t.State.Over() && t.State != policy.StateDisputed //rule:7 asked-again-after-a-restore =false TestRestored/confirmed
}

// counts gives the ticket as far as it counts after a restore, and after a no of its
// contact to another, before somebody wants to act on it and it is asked again.
func (t Ticket) counts(r kv.Reader) (Ticket, error) {
	e, err := epochNow(r)
	if err != nil {
		return t, err
	}
	_, back, err := putsBack(r, t)
	if err == nil && back != "" {
		t.Afresh, t.Reasked = policy.CodeDenied, false
	}
	if err == nil && (back != "" || t.stale(e)) {
		t.Proofs, t.State = nil, policy.StateUnconfirmed
	}
	return t, err
}

// renew puts a ticket back that was last asked before a restore.
func (s *Store) renew(tx kv.Tx, t *Ticket) error {
	e, err := epochNow(tx)
	if err != nil || !t.stale(e) {
		return err
	}
	t.Epoch = e.Number
	if err := s.putBack(tx, t, policy.CodeRestored, "The state was put back from an older copy; before anything is done, this request is asked again."); err != nil {
		return err
	}
	return save(tx, *t)
}

// Log is the audit log, for who keeps its head outside the store.
type Log struct{ s *Store }

// Head gives the signed head of the audit log, to be kept outside the store.
func (l *Log) Head() (head string, err error) {
	err = l.s.kv.View(func(v kv.View) error {
		head, err = l.s.audit.Checkpoint(v)
		return err
	})
	return head, err
}

// Continues checks that the audit log begins with what the signed head names.
func (l *Log) Continues(head string) error {
	public, _ := l.s.opt.Keys.Signer().Public().(ed25519.PublicKey)
	return l.s.kv.View(func(v kv.View) error { return audit.Consistent(v, public, head) })
}

// CheckHead compares the store with the head that was kept when it was last
// open, "" if there is none. A store that doesn't go on from there is an older
// copy, or another, or nobody knows: then a new epoch begins. Only a store in
// which nothing has happened yet needs no head.
func (l *Log) CheckHead(head string) (restored bool, err error) {
	fits := l.Continues(head)
	switch {
	case fits == nil:
		return false, nil
	case !errors.Is(fits, audit.ErrCheckpoint) && !errors.Is(fits, audit.ErrBroken):
		return false, fits
	}
	made, blank, err := l.blank()
	if err == nil && !made {
		err = l.make()
	}
	if err != nil || blank && errors.Is(fits, audit.ErrCheckpoint) { //rule:7 no-head-is-a-restore =true TestCheckHead/no-head
		return false, err
	}
	return true, l.s.group.Update(func(tx kv.Tx) error {
		e, err := epochNow(tx)
		if err != nil {
			return err
		}
		e = epoch{Number: e.Number + 1, Began: l.s.Now(), Held: true}
		if err := kv.Save(tx, epochKey, e); err != nil {
			return err
		}
		return l.s.log(tx, "epoch", "restored", e)
	})
}

// blank reports whether the store was made, and whether nothing else is in its log.
func (l *Log) blank() (made, blank bool, err error) {
	err = l.s.kv.View(func(v kv.View) error {
		size, _, err := audit.Head(v)
		made, blank = size > 0, size == 0
		if err != nil || size != 1 {
			return err
		}
		return audit.List(v, 0, func(_ int64, e audit.Entry) error {
			blank = e.Kind == "store"
			return nil
		})
	})
	return made, blank, err
}

// make writes the first entry of the log. It is like no other store's, so a kept
// head names this store alone.
func (l *Log) make() error {
	id := token.New()
	return l.s.group.Update(func(tx kv.Tx) error { return l.s.log(tx, "store", "made", madeLeaf{id}) })
}
