package tickets

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/kv"
)

// act is a request of a contact that was allowed, and what became of that.
type act struct {
	Ticket  string    `json:"ticket"`
	Agent   string    `json:"agent"`
	At      time.Time `json:"at"`
	Receipt string    `json:"receipt"`
	Done    time.Time `json:"done,omitzero"`
	Not     bool      `json:"not,omitempty"`
}

// Acts of a contact are named in an alarm for so long, and the latest of them.
const (
	actLife = 30 * 24 * time.Hour
	maxActs = 20
)

// noteAct keeps what was allowed, and what became of it, with the contact.
func (s *Store) noteAct(tx kv.Tx, t *Ticket) error {
	al := t.allowance()
	if al == nil {
		return nil
	}
	all, _, err := kv.Load[[]act](tx, actsPrefix+t.Contact)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(a act) bool { return a.Ticket == t.ID || s.Now().Sub(a.At) > actLife })
	a := act{Ticket: t.ID, Agent: al.Agent, At: al.At, Receipt: al.Receipt}
	if t.Done != nil {
		a.Done, a.Not = t.Done.At, t.Done.Not
	}
	all = append(all, a)
	return kv.Save(tx, actsPrefix+t.Contact, all[max(0, len(all)-maxActs):])
}

// String says it, as "T-7 was done on 2026-11-25 15:20 UTC by sam (d-7k3m)".
func (a act) String() string {
	switch {
	case a.Not:
		return fmt.Sprintf("%s was allowed to %s on %s (%s), and they say that it was not done", a.Ticket, a.Agent, moment(a.At), a.Receipt)
	case !a.Done.IsZero():
		return fmt.Sprintf("%s was done on %s by %s (%s)", a.Ticket, moment(a.Done), a.Agent, a.Receipt)
	}
	return fmt.Sprintf("%s was allowed to %s on %s (%s), and nobody has said what was done", a.Ticket, a.Agent, moment(a.At), a.Receipt)
}

// maxActsNamed is how many acts an alarm names; it counts the others.
const maxActsNamed = 3

// actsBeside names what else was allowed for the ticket's contact lately, the latest
// first: a no to one request makes one look at the others, and what was done is not
// asked again. "" if there is nothing.
func (s *Store) actsBeside(r kv.Reader, t Ticket) (string, error) {
	all, _, err := kv.Load[[]act](r, actsPrefix+t.Contact)
	if err != nil {
		return "", err
	}
	var named []string
	others := 0
	for _, a := range slices.Backward(all) {
		switch {
		case a.Ticket == t.ID || s.Now().Sub(a.At) > actLife:
		case len(named) == maxActsNamed:
			others++
		default:
			named = append(named, a.String())
		}
	}
	if others > 0 {
		named = append(named, fmt.Sprintf("and %d more", others))
	}
	return strings.Join(named, "; "), nil
}

// doneLine says of a ticket that was disputed what had come of its allow; "" where it
// was never allowed.
func (t *Ticket) doneLine() string {
	al := t.allowance()
	switch {
	case al == nil:
		return ""
	case t.Done == nil:
		return fmt.Sprintf("This was allowed to %s on %s (%s), and nobody has said what was done.", al.Agent, moment(al.At), al.Receipt)
	case t.Done.Not:
		return fmt.Sprintf("This was allowed to %s on %s (%s). On %s %s said that it was not done: %s.", al.Agent, moment(al.At), al.Receipt, moment(t.Done.At), t.Done.Agent, t.Done.Text)
	}
	said := ""
	if t.Done.Agent != t.Done.Allowed {
		said = ", said " + t.Done.Agent
	}
	return fmt.Sprintf("This was done on %s by %s (%s)%s: %s.", moment(t.Done.At), t.Done.Allowed, t.Done.Receipt, said, t.Done.Text)
}

// alarm is what staff are told of a ticket that was disputed, what has to be taken
// back first.
func (t *Ticket) alarm(locked string) string {
	parts := []string{t.changeLine(), t.doneLine()}
	for _, al := range t.Before {
		parts = append(parts, fmt.Sprintf("Before an edit it was allowed to %s on %s (%s).", al.Agent, moment(al.At), al.Receipt))
	}
	parts = append(parts, locked)
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " ")
}
