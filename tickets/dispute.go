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

// dispute stops a ticket for good: the person on file said no. Every other open
// privileged ticket of that contact is asked afresh; that is many writes, so it
// is left as a to-do for Tick.
func (s *Store) dispute(tx kv.Tx, t *Ticket, f policy.Facts, hadProof bool) error {
	t.Proofs = nil // a no beats every yes, and stays after the ticket is closed
	if t.State == policy.StateDisputed {
		return nil
	}
	t.State = policy.StateDisputed
	t.Disputes++
	if err := s.void(tx, t); err != nil {
		return err
	}
	text := "The person on file said no. Nothing may be done; tell the team lead."
	if hadProof {
		text = "The person on file said no after an earlier proof. Nothing privileged is done for this client until a lead has lifted the stop."
		if err := s.stopClient(tx, t); err != nil {
			return err
		}
	}
	if err := s.record(tx, t, Event{Event: "disputed", Reason: "denied", Text: text}); err != nil {
		return err
	}
	if !t.Class.Privileged() {
		return nil
	}
	return tx.Put("afresh/"+t.Contact, fmt.Appendf(nil, "%s/%d", t.ID, t.Disputes))
}

// stop is why nothing privileged is done for a client: the tickets that were
// disputed after a proof. Each has to be lifted, since the primary contact can
// only agree to go on after what they were asked about.
type stop struct {
	Tickets []string  `json:"tickets"`
	At      time.Time `json:"at"`
}

func (s *Store) stopClient(tx kv.Tx, t *Ticket) error {
	st, ok, err := kv.Load[stop](tx, "stop/"+t.Client)
	if err != nil || slices.Contains(st.Tickets, t.ID) {
		return err
	}
	if !ok {
		st.At = s.Now()
	}
	st.Tickets = append(st.Tickets, t.ID)
	if err := tx.Put("follow/"+t.Client, []byte{1}); err != nil {
		return err
	}
	return kv.Save(tx, "stop/"+t.Client, st)
}

// Lift asks the primary contact of a ticket's client whether the stop that its
// dispute has put on the client shall end. Only a lead may call it, who neither
// opened nor edited the ticket; only the proved yes of the primary contact ends
// the stop.
func (s *Store) Lift(id, agent, reason string) (t Ticket, err error) {
	if err := checkText("reason", reason, MaxRequest); err != nil || strings.TrimSpace(reason) == "" {
		return t, &InvalidError{errors.Join(err, errors.New("reason: say why the stop should end"))}
	}
	return t, s.change(id, agent, func(tx kv.Tx, t *Ticket, a staff.Agent) error {
		st, is, err := kv.Load[stop](tx, "stop/"+t.Client)
		switch {
		case err != nil:
			return err
		case !is:
			return fmt.Errorf("%w: client %s is not stopped", ErrNotAllowed, t.Client)
		case !slices.Contains(st.Tickets, t.ID): // who opened the disputed one could lift it here, and it is quoted
			return fmt.Errorf("%w: client %s is stopped because of %s, not of %s", ErrNotAllowed, t.Client, strings.Join(st.Tickets, ", "), t.ID)
		case a.Role == staff.RoleAgent || a.ID == t.OpenedBy || slices.Contains(t.Edited, a.ID):
			return fmt.Errorf("%w: %s may not lift this: it takes a lead who neither opened nor edited %s", ErrNotAllowed, a.ID, t.ID)
		}
		if len(t.Notices) >= 2*maxNotices {
			return fmt.Errorf("%w: the primary contact was asked often enough on %s; wait for the answer", ErrNotAllowed, t.ID)
		}
		primary, ok, err := clients.PrimaryOf(tx, t.Client)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("%w: client %s has no active primary contact", ErrNotAllowed, t.Client)
		}
		if err := s.record(tx, t, Event{Event: "lift asked", Text: a.ID + " asks the primary contact to end the stop: " + reason}); err != nil {
			return err
		}
		return s.askContact(tx, t, primary, "lift")
	}, &t)
}

// lifted ends the stop of a client, as far as it is because of this ticket.
func (s *Store) lifted(tx kv.Tx, t *Ticket) error {
	st, _, err := kv.Load[stop](tx, "stop/"+t.Client)
	if err != nil {
		return err
	}
	text := policy.Because("lifted").Text
	st.Tickets = slices.DeleteFunc(st.Tickets, func(id string) bool { return id == t.ID })
	if len(st.Tickets) > 0 {
		text += " It stays stopped because of " + strings.Join(st.Tickets, ", ") + "."
		err = kv.Save(tx, "stop/"+t.Client, st)
	} else {
		err = tx.Delete("stop/" + t.Client)
	}
	if err != nil {
		return err
	}
	return s.record(tx, t, Event{Event: "lifted", Reason: "lifted", Text: text})
}

// askAfresh carries out what dispute left: every other open privileged ticket
// of the contact goes back to unconfirmed and is asked again.
func (s *Store) askAfresh() error {
	todo := map[string]string{}
	var tickets []string
	err := s.kv.View(func(v kv.View) error {
		err := v.Scan("afresh/", "", func(key string, value []byte) error {
			todo[strings.TrimPrefix(key, "afresh/")] = string(value)
			return nil
		})
		if err != nil {
			return err
		}
		for contact, disputed := range todo {
			prefix := "open/" + contact + "/"
			err := v.Scan(prefix, "", func(key string, _ []byte) error {
				if id := strings.TrimPrefix(key, prefix); id != ticketOf(disputed) {
					tickets = append(tickets, id)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range tickets {
		if err := s.group.Update(func(tx kv.Tx) error { return s.reset(tx, id, todo) }); err != nil {
			return err
		}
	}
	for contact, disputed := range todo {
		err := s.group.Update(func(tx kv.Tx) error {
			if now, err := tx.Get("afresh/" + contact); err != nil || string(now) != disputed {
				return err // a later no is a to-do of its own
			}
			return tx.Delete("afresh/" + contact)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ticketOf gives the ticket of a dispute, "T-1/2".
func ticketOf(dispute string) string {
	id, _, _ := strings.Cut(dispute, "/")
	return id
}

// reset puts one ticket back to unconfirmed, once for each dispute.
func (s *Store) reset(tx kv.Tx, id string, todo map[string]string) error {
	t, err := load(tx, id)
	if err != nil || t.State.Over() || t.State == policy.StateDisputed || !t.Class.Privileged() {
		return err
	}
	mark := "reset/" + todo[t.Contact] + "/" + t.ID // a crash between tickets must not ask twice
	if done, err := tx.Get(mark); err != nil || done != nil {
		return err
	}
	t.Proofs, t.State, t.Asked = nil, policy.StateUnconfirmed, nil
	if err := s.void(tx, &t); err != nil {
		return err
	}
	if err := s.record(tx, &t, Event{Event: "unconfirmed", Reason: "denied",
		Text: "The contact disputed " + ticketOf(todo[t.Contact]) + "; this request is asked again."}); err != nil {
		return err
	}
	if err := s.ask(tx, &t, "confirm"); err != nil {
		return err
	}
	if err := s.setTimers(tx, t); err != nil { // the old ones may have passed while it was confirmed
		return err
	}
	if err := tx.Put(mark, []byte{1}); err != nil {
		return err
	}
	return save(tx, t)
}
