package outbox

import (
	"errors"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// States of an outgoing notice.
const (
	Queued   = "queued"
	Sending  = "sending" // an attempt began; after a crash its outcome is not known
	Sent     = "sent"
	Failed   = "failed"
	Unknown  = "unknown" // the server may have it; one of class B is not sent again
	Canceled = "canceled"
)

// resendAfter is how long a notice of unknown fate waits for its one resend.
const resendAfter = 15 * time.Minute

// MarkSending records, in a Change, that the notice is about to be handed to the
// server.
func MarkSending(tx kv.Tx, o *Outgoing, at time.Time) error {
	o.State, o.Tries = Sending, o.Tries+1
	err := errors.Join(count(tx, capKey(at, time.Minute, minute)), count(tx, capKey(at, time.Minute, minuteOf(o.lane()))))
	if o.courtesy() {
		err = errors.Join(err, count(tx, capKey(at, time.Minute, minuteOf(FromCourtesy))))
	}
	return err
}

// MarkSent records, in a Change, that the server took the notice, and erases its
// bytes.
func MarkSent(tx kv.Tx, o *Outgoing) error {
	o.State, o.Error = Sent, ""
	return tx.Delete(sealedPrefix + o.ID)
}

// MarkRetry records, in a Change, a passing failure; refused says that the server
// had named the notice and refused it before there was an attempt: a try, too.
func MarkRetry(o *Outgoing, next time.Time, refused bool, why string) {
	if refused {
		o.Tries++
	}
	o.State, o.Next, o.Error, o.Paced, o.Cap = Queued, next, why, false, ""
}

// MarkUnknown records, in a Change, that the server may or may not have the
// notice. One of class A is queued once more, the same bytes; any other is not.
func (b *Outbox) MarkUnknown(tx kv.Tx, o *Outgoing, why string) (again bool, err error) {
	o.Error = why
	if o.Class == policy.AtLeastOnce && !o.Resent {
		o.State, o.Resent, o.Next = Queued, true, b.set.Now().Add(resendAfter)
		return true, nil
	}
	o.State = Unknown
	return false, tx.Delete(sealedPrefix + o.ID)
}

// GiveUp records, in a Change, that the notice is not sent, erases its bytes and
// gives its places under the caps to others.
func (b *Outbox) GiveUp(tx kv.Tx, o *Outgoing) error {
	o.State, o.Cap = Canceled, ""
	if err := tx.Delete(sealedPrefix + o.ID); err != nil {
		return err
	}
	return b.freePlaces(tx, o)
}

// Withdraw gives a notice up that is still queued, and reports whether it was.
func (b *Outbox) Withdraw(tx kv.Tx, id string) (was bool, err error) {
	o, ok, err := Load(tx, id)
	if err != nil || !ok || o.State != Queued {
		return false, err
	}
	return true, Change(tx, id, func(o *Outgoing) (bool, error) { return false, b.GiveUp(tx, o) })
}
