package tickets

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"countersign/clients"
	"countersign/internal/kv"
)

// undoKey is under what stands what a contact was before the ticket's change, or
// after it.
func (t *Ticket) undoKey(which string) string {
	return undoPrefix + kv.Due(t.Change.At.Add(clients.LeftLife)) + "/" + t.ID + "/" + which
}

// keepUndo keeps what a contact was, for as long as an address that left may object.
// What was no contact before is taken off again, and needs none of it.
func (s *Store) keepUndo(tx kv.Tx, t *Ticket, w written) error {
	if len(w.old.Addresses) == 0 {
		return nil
	}
	return errors.Join(kv.Save(tx, t.undoKey("before"), w.old), kv.Save(tx, t.undoKey("after"), w.next))
}

// forgetUndo forgets what can't be taken back any longer.
func (s *Store) forgetUndo() error {
	keys, err := s.passed(undoPrefix)
	for batch := range slices.Chunk(keys, 50) {
		err = errors.Join(err, s.group.Update(func(tx kv.Tx) error {
			var errs []error
			for _, key := range batch {
				errs = append(errs, tx.Delete(key))
			}
			return errors.Join(errs...)
		}))
	}
	return err
}

// undo takes back what a disputed ticket's change did, for a lead who had no hand in
// that; see clients.Restore. It widens without a ticket who can prove, but to what
// that was before. It is told like every change, and to who gets our mail again.
func (d *Directory) undo(tx kv.Tx, by By, in ContactChange) (out ContactChanged, err error) {
	s := d.s
	t, before, after, err := s.mayUndo(tx, &by, in)
	if err != nil {
		return out, err
	}
	primary, _, err := clients.PrimaryOf(tx, after.Client)
	if err != nil {
		return out, err
	}
	old, next, kept, err := clients.Restore(tx, before, after, s.Now(), byCommand("contact set --undo "+t.ID, by, in.Agent, ""), s.desk())
	if err != nil {
		return out, err
	}
	what := "taken back what was done by " + t.ID + ": " + describe(old, next)
	if len(kept) > 0 {
		what += "; changed since, and left so: " + strings.Join(kept, ", ")
	}
	what = s.fitting(what, cutShort)
	n, err := s.openChange(tx, next, "A contact of your account was changed", what, by, true)
	if err != nil {
		return out, err
	}
	t.Change.Undone = n.ID
	if err := s.record(tx, &t, Event{Event: "taken back", Text: by.Agent + " took back what was changed: " + n.ID}); err != nil {
		return out, err
	}
	to, err := whoHears(tx, old, next, primary)
	if err != nil {
		return out, err
	}
	if first := (place{next.ID, next.Addresses[0]}); !slices.Contains(to, first) {
		to = append(to, first)
	}
	out = ContactChanged{Contact: next, Ticket: n.ID, Widens: old.Widens(next, s.Now()), Kept: kept, Told: len(to)}
	return out, errors.Join(s.tellChanged(tx, &n, to, what), save(tx, n), save(tx, t), tx.Delete(t.undoKey("before")), tx.Delete(t.undoKey("after")))
}

// mayUndo judges who may take back what, and gives the ticket and what its change
// made of which contact. by becomes the lead.
func (s *Store) mayUndo(tx kv.Tx, by *By, in ContactChange) (t Ticket, before, after clients.Contact, err error) {
	if cmp.Or(in.Agent, by.Agent) == "" {
		return t, before, after, fmt.Errorf("%w: name the lead who takes it back, with --agent", ErrNotAllowed)
	}
	lead, err := s.worker(tx, *by, in.Agent)
	if err != nil {
		return t, before, after, err
	}
	by.Agent = lead.ID
	if t, err = load(tx, in.Undo); err != nil {
		return t, before, after, err
	}
	st, _, err := kv.Load[stop](tx, stopPrefix+t.Client)
	if err != nil {
		return t, before, after, err
	}
	switch {
	case !s.leads(lead), lead.ID == t.OpenedBy, slices.Contains(t.Edited, lead.ID), t.changedBy(lead.ID): //rule:6.5 undo-takes-another-lead TestUndo/who-did-it
		err = fmt.Errorf("%w: %s may not take that back: it takes a lead who neither opened nor edited %s, nor changed the file by it", ErrNotAllowed, lead.ID, t.ID)
	case t.Change == nil:
		err = fmt.Errorf("%w: nothing was changed by %s", ErrNotAllowed, t.ID)
	case t.Change.Undone != "":
		err = fmt.Errorf("%w: %s was taken back by %s", ErrNotAllowed, t.ID, t.Change.Undone)
	case !slices.Contains(st.Tickets, t.ID): //rule:6.5 undo-of-what-is-disputed TestUndo/not-disputed
		err = fmt.Errorf("%w: nobody has objected to %s, or the stop of that has ended; what is done by it is changed by a ticket", ErrNotAllowed, t.ID)
	}
	if err != nil {
		return t, before, after, err
	}
	before, ok, err := kv.Load[clients.Contact](tx, t.undoKey("before"))
	if err == nil {
		after, _, err = kv.Load[clients.Contact](tx, t.undoKey("after"))
	}
	switch {
	case err != nil:
	case !ok || !s.Now().Before(t.Change.At.Add(clients.LeftLife)): //rule:6.5 undo-has-its-time part=2 TestUndo/late
		err = fmt.Errorf("%w: what was before %s is not kept: that is so for 30 days, and not of an import, of a new contact (see contact remove), or of what took something back", ErrNotAllowed, t.ID)
	case in.Contact != before.ID && !isOf(in.Contact, before, after):
		err = fmt.Errorf("%w: %s changed contact %s", ErrNoContact, t.ID, before.ID)
	}
	return t, before, after, err
}

// isOf reports whether the address is that of a contact in one of two states.
func isOf(address string, states ...clients.Contact) bool {
	a, err := canonical(strings.TrimSpace(address))
	return err == nil && slices.ContainsFunc(states, func(c clients.Contact) bool { return slices.Contains(c.Addresses, a) })
}
