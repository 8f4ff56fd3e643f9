package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// dispute stops a ticket for good: the person on file said no to what the given
// revision asked for. Where that revision or a later one has acted, in that it
// had a proof or was allowed, every privileged class of the client stops, also
// by a no to a ticket that was disputed before and whose stop was lifted. Every
// other open privileged ticket of that contact goes back to unconfirmed; that is
// many writes, so it is left as a to-do for Tick.
func (s *Store) dispute(tx kv.Tx, t *Ticket, said int, acted bool) error {
	t.Proofs, t.Checks = nil, nil // a no beats every yes, and stays after the ticket is closed
	stops := false
	if acted {
		st, _, err := kv.Load[stop](tx, stopPrefix+t.Client)
		if err != nil {
			return err
		}
		stops = !slices.Contains(st.Tickets, t.ID)
	}
	if t.State == policy.StateDisputed && !stops {
		return nil
	}
	t.State = policy.StateDisputed
	t.Disputes++
	if err := errors.Join(s.void(tx, t), s.voidApproval(tx, t, policy.CodeDenied)); err != nil {
		return err
	}
	if err := s.endDelegation(tx, t, "", policy.CodeDenied); err != nil { //rule:6.5 a-no-ends-a-delegation ! TestDelegateDenied
		return err
	}
	text, err := deniedText(tx, *t, said, acted)
	if err != nil {
		return err
	}
	also, err := s.actsBeside(tx, *t)
	if err != nil {
		return err
	}
	if also != "" {
		text += " Of this contact, before that: " + also
	}
	if stops {
		if err := s.stopClient(tx, t); err != nil {
			return err
		}
	}
	if err := s.record(tx, t, Event{Event: "disputed", Reason: policy.CodeDenied, Text: text}); err != nil {
		return err
	}
	if t.Lock { // what tells of an opening was denied
		if err := s.keepLocked(tx, t, "a contact"); err != nil {
			return err
		}
	}
	locked, err := s.lockCodes(tx, t)
	if err != nil {
		return err
	}
	kind := policy.NoticeSaidNo
	if stops {
		kind = policy.NoticeStopped
	}
	if err := s.raise(tx, alert{Ticket: t.ID, Kind: kind, Why: t.alarm(locked), Also: also}); err != nil { //rule:6.8 no-is-told-by-mail ! TestNoIsTold
		return err
	}
	if !t.Class.Privileged() && !t.Grave {
		return nil
	}
	return tx.Put(afreshPrefix+t.Contact, fmt.Appendf(nil, "%s/%d/%d", t.ID, t.Disputes, s.Now().UnixMilli()))
}

// deniedText says what was denied, and who may have acted on it.
func deniedText(r kv.Reader, t Ticket, said int, acted bool) (string, error) {
	old, err := revisionOf(r, t, said)
	if err != nil {
		return "", err
	}
	text := "The person on file said no."
	if said != t.Revision {
		text = fmt.Sprintf("The person on file said no to revision %d (%s).", said, old.Class)
	}
	switch {
	case old.UsedBy != "" && old.Receipt == "":
		text += fmt.Sprintf(" It was done by %s at %s.", old.UsedBy, old.UsedAt.Format(time.RFC3339))
	case old.UsedBy != "":
		text += fmt.Sprintf(" It was allowed to %s at %s (%s).", old.UsedBy, old.UsedAt.Format(time.RFC3339), old.Receipt)
	}
	if t.Done != nil {
		text += " " + t.doneLine()
	}
	if t.Change != nil {
		text += " " + t.changeLine()
	}
	if acted {
		return text + " There was a proof before. Nothing privileged is done for this client until a lead has lifted the stop.", nil
	}
	return text + " Nothing may be done; tell the team lead.", nil
}

// disputeAlso disputes another ticket that the same no names: nobody knows which
// of them it was meant for.
func (s *Store) disputeAlso(tx kv.Tx, id string, heard []policy.Notice, message string) error {
	t, err := load(tx, id)
	if err != nil {
		return err
	}
	said := t.Revision
	for _, n := range heard {
		if n.Ticket == id {
			said = min(said, n.Revision)
		}
	}
	if err := s.record(tx, &t, Event{Event: "message " + string(policy.Unauthenticated), Reason: policy.CodeTwoTickets, Text: "message " + message + " names this ticket, too"}); err != nil {
		return err
	}
	if err := s.dispute(tx, &t, said, t.actedSince(said)); err != nil {
		return err
	}
	return save(tx, t)
}

// stop is why nothing privileged is done for a client: the tickets that were
// disputed after a proof. Each has to be lifted, since the primary contact can
// only agree to go on after what they were asked about.
type stop struct {
	Tickets []string  `json:"tickets"`
	At      time.Time `json:"at"`
}

func (s *Store) stopClient(tx kv.Tx, t *Ticket) error {
	st, ok, err := kv.Load[stop](tx, stopPrefix+t.Client)
	if err != nil || slices.Contains(st.Tickets, t.ID) {
		return err
	}
	if !ok {
		st.At = s.Now()
	}
	st.Tickets = append(st.Tickets, t.ID)
	if err := tx.Put(followPrefix+t.Client, []byte{1}); err != nil {
		return err
	}
	if err := kv.Save(tx, stopPrefix+t.Client, st); err != nil {
		return err
	}
	// Whose ticket it is has been stopped at once, under whatever client they stand
	// by now: a no that waits is seen, and who is moved before Tick is no longer found.
	c, _, err := clients.Get(tx, t.Contact)
	if err != nil {
		return err
	}
	return follow(tx, t.Client, c.Addresses) //rule:6.8 stop-follows-people =nil TestStopFollowsAtOnce
}

// Lift asks the primary contact of a ticket's client whether the stop that its
// dispute has put on the client shall end. Only a lead may call it, who neither
// opened nor edited the ticket; only the proved yes of the primary contact ends
// the stop.
func (s *Store) Lift(id, agent, reason string) (t Ticket, err error) {
	if err := checkText("reason", reason, maxRequest); err != nil || strings.TrimSpace(reason) == "" {
		return t, &InvalidError{errors.Join(err, errors.New("reason: say why the stop should end"))}
	}
	anybody := func(Ticket, staff.Agent) bool { return true } // told below what it takes
	return t, s.changeFor(id, agent, anybody, func(tx kv.Tx, t *Ticket, a staff.Agent) error {
		st, is, err := kv.Load[stop](tx, stopPrefix+t.Client)
		switch {
		case err != nil:
			return err
		case !is:
			return fmt.Errorf("%w: client %s is not stopped", ErrNotAllowed, t.Client)
		// who opened the disputed one could lift it here, and it is quoted
		case !slices.Contains(st.Tickets, t.ID): //rule:6.8 lift-is-of-the-ticket TestLiftIsOfOneTicket
			return fmt.Errorf("%w: client %s is stopped because of %s, not of %s", ErrNotAllowed, t.Client, strings.Join(st.Tickets, ", "), t.ID)
		case !a.RoleAt(s.Now()).Has(staff.RoleLead) || a.ID == t.OpenedBy || slices.Contains(t.Edited, a.ID) || t.changedBy(a.ID):
			return fmt.Errorf("%w: %s may not lift this: it takes a lead who neither opened nor edited %s, nor changed the file by it", ErrNotAllowed, a.ID, t.ID)
		}
		if err := s.forgetLifts(tx, t); err != nil {
			return err
		}
		if len(t.Notices) >= 2*maxNotices {
			return fmt.Errorf("%w: the primary contact was asked often enough on %s; wait for the answer", ErrNotAllowed, t.ID)
		}
		primary, err := lifter(tx, *t)
		if err != nil {
			return err
		}
		if primary == "" {
			return fmt.Errorf("%w: client %s has no active primary contact who reads another mailbox than who asked for %s; an administrator's import makes one", ErrNotAllowed, t.Client, t.ID)
		}
		if err := s.record(tx, t, Event{Event: "lift asked", Text: a.ID + " asks the primary contact to end the stop: " + reason}); err != nil {
			return err
		}
		return s.askContact(tx, t, primary, policy.NoticeLift)
	}, &t)
}

// lifter gives the primary contact who is asked whether the stop because of a ticket
// shall end, "" where there is none: the first who is the ticket's own contact or reads
// another mailbox, as nobody ends their own stop by a second address.
func lifter(r kv.Reader, t Ticket) (string, error) {
	requester, _, err := clients.Get(r, t.Contact)
	if err != nil {
		return "", err
	}
	all, err := clients.PrimariesOf(r, t.Client)
	if err != nil {
		return "", err
	}
	for _, id := range all {
		c, _, err := clients.Get(r, id)
		if err != nil {
			return "", err
		}
		if id == t.Contact || !onePerson(c, requester) { //rule:6.8 nobody-lifts-their-own-stop =true TestLiftByAnother
			return id, nil
		}
	}
	return "", nil
}

// forgetLifts drops questions of a lift that nobody can answer any more, so that
// those that nobody answered don't keep the stop for ever.
func (s *Store) forgetLifts(tx kv.Tx, t *Ticket) error {
	var kept []string
	for _, id := range t.Notices {
		n, ok, err := kv.Load[notice](tx, noticePrefix+id)
		if err != nil {
			return err
		}
		if !ok || !n.Lifts || !s.Now().After(n.Expires) {
			kept = append(kept, id)
		}
	}
	t.Notices = kept
	return nil
}

// lifted ends the stop of a client, as far as it is because of this ticket.
func (s *Store) lifted(tx kv.Tx, t *Ticket) error {
	st, _, err := kv.Load[stop](tx, stopPrefix+t.Client)
	if err != nil {
		return err
	}
	t.Acted = t.Revision // a no that comes after this stops them again, to whatever it is said
	text := policy.Because(policy.CodeLifted).Text
	st.Tickets = slices.DeleteFunc(st.Tickets, func(id string) bool { return id == t.ID })
	if len(st.Tickets) > 0 {
		text += " It stays stopped because of " + strings.Join(st.Tickets, ", ") + "."
		err = kv.Save(tx, stopPrefix+t.Client, st)
	} else {
		err = tx.Delete(stopPrefix + t.Client)
	}
	if err != nil {
		return err
	}
	return s.record(tx, t, Event{Event: "lifted", Reason: policy.CodeLifted, Text: text})
}
