package tickets

import (
	"errors"
	"fmt"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/approvals"
	"countersign/tickets/outbox"
)

// pointless reports whether a notice must not go out any more: its address has
// left the file since it was queued, and it does not tell just that, or is somebody
// else's; or it is no active agent's; or the question that it asks no longer stands,
// be it because of a restore.
func (s *Store) pointless(r kv.Reader, o outbox.Outgoing) (bool, error) {
	if o.Agent != "" {
		a, ok, err := staff.Get(r, o.Agent)
		return !ok || a.Disabled || a.MailTo(s.Now()) != o.To, err //rule:6.10 staff-mail-to-active-staff =false,err TestMailToStaffGoesToStaff
	}
	n, _, err := kv.Load[notice](r, noticePrefix+o.Notice)
	if err != nil {
		return false, err
	}
	c, _, err := clients.Get(r, n.Contact)
	if err != nil || !c.OnFile(o.To) {
		others, failed := othersNow(r, c.ID, o.To)
		err = errors.Join(err, failed)
		if others { //rule:6.10 not-to-who-has-it-when-sent TestMovedMeanwhile
			return true, err
		}
		return err != nil || !n.Kind.Terms().Left || !c.LeftLately(o.To, s.Now()), err //rule:6.10 who-left-is-told-that-alone =false,err TestLeftIsToldAlone
	}
	if !n.Kind.Terms().Asks {
		return false, nil
	}
	if e, err := epochNow(r); err != nil || n.Lifts || n.Epoch != e.Number { // no yes would count
		return n.Epoch != e.Number, err //rule:7 question-of-before-a-restore =false,err TestHeldAfterRestore
	}
	t, err := load(r, n.Ticket)
	if n.Kind == policy.NoticeUnlock && err == nil {
		_, asks, err := s.asksToOpen(r, t)
		return n.Void || n.Spent || !asks, err
	}
	if n.Approval != "" && err == nil {
		of, err := approvals.Get(r, n.Approval)
		if err != nil || of.State != approvals.Open || of.ID != t.Approval {
			return true, err
		}
	}
	if n.By != "" && err == nil {
		lets, err := s.letsNow(r, t, n.By, n.Contact)
		if err != nil || !lets { //rule:6.10 ended-delegate-is-not-asked TestDelegateEndedUnsent
			return !lets, err
		}
	}
	return n.Void || n.Spent || n.Revision != t.Revision || t.State.Over() || t.State == policy.StateDisputed, err
}

// cancelGone gives up the queued notices that are pointless, of a thousand a call,
// and says of the others which wait for a limit. What can't be read or given up
// keeps no other back.
func (s *Store) cancelGone() error {
	var ids []string
	var waiting []outbox.Outgoing
	var errs []error
	why := map[string]string{}
	err := s.kv.View(func(v kv.View) error {
		looked := s.out.Look(v, 1000, func(id string, o outbox.Outgoing, err error) {
			var gone bool
			if err == nil && o.State == outbox.Queued {
				gone, err = s.pointless(v, o)
				switch {
				case err != nil:
				case gone:
					ids, why[o.ID] = append(ids, o.ID), "its address is not on file any longer, or its question no longer stands"
				case s.out.Never(o):
					ids, why[o.ID] = append(ids, o.ID), "limits."+string(policy.PerMinute)+" leaves no room for courtesy"
				default:
					waiting = append(waiting, o)
				}
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("notice %s: %w", id, err))
			}
		})
		return errors.Join(looked, s.sayWaits(v, waiting))
	})
	errs = append(errs, err)
	for _, id := range ids {
		err := s.Outbox.cancel(id, "countersign: "+why[id], func(kv.Tx, *outbox.Outgoing) error { return nil })
		if !errors.Is(err, ErrNotAllowed) { // else done meanwhile
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
