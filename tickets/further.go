package tickets

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
)

// later stands between what a ticket asked for and what its contact asks for since.
const later = "\n\n[and by a later mail]\n"

// further gathers what decides of it that a message asks for more than its ticket is
// for. Of one whose class was not read that is nothing.
func (s *Store) further(r kv.Reader, t Ticket, f policy.Facts) (out policy.Further, err error) {
	if f.Asks.Class == "" || f.Binding.Ticket == "" || t.ID != f.Binding.Ticket {
		return out, nil
	}
	out = policy.Further{Used: t.UsedBy != "" && t.Class != policy.Question, Opened: t.Opened, Read: t.Asks.asks().OfMail()}
	if !f.Further() {
		return out, nil
	}
	c, _, err := clients.Get(r, t.Contact)
	out.May = c.May(clients.Permission(f.Asks.OfMail()), s.Now(), t.Service)
	_, out.Fits = s.joined(t, token.Blot(f.Text))
	return out, err
}

// joined gives what a ticket asks for with the contact's own later words, and whether
// every notice can quote that whole.
func (s *Store) joined(t Ticket, words string) (request string, fits bool) {
	request = strings.TrimSpace(t.Request) + later + strings.TrimSpace(words)
	return request, strings.TrimSpace(words) != "" && utf8.RuneCountInString(request) <= maxRequest && (s.opt.Fits == nil || s.opt.Fits(request) == nil)
}

// furtherFor makes what the message asks for part of its ticket: a revision with that
// class and its words beside those that there were, of which nothing is proved.
func (s *Store) furtherFor(tx kv.Tx, w *work, _ policy.Effect) error {
	f, t := w.m.Facts, &w.t // as kept, without secrets
	if err := errors.Join(s.void(tx, t), s.voidApproval(tx, t, policy.CodeAskedFurther)); err != nil {
		return err
	}
	if err := s.endRevision(tx, t); err != nil {
		return err
	}
	was := t.Class
	t.Request, _ = s.joined(*t, f.Text)
	t.Class, t.Asks, t.Looked, t.Wish, t.Further = f.Asks.OfMail(), recordAsks(f.Asks), "", nil, w.m.ID
	t.Mail = mailRead(f.Asks)
	t.Mail.Text = strings.TrimSpace(f.Text)
	t.Until = s.Now().Add(s.life(*t))
	if err := s.record(tx, t, Event{Event: "asked further", Reason: policy.CodeAskedFurther, Rule: w.d.Rule, Text: fmt.Sprintf(
		"Message %s of the contact asks for %s, and the ticket was for %s: revision %d asks for both, and earlier proofs are void.", w.m.ID, t.Class, was, t.Revision)}); err != nil {
		return err
	}
	return s.setTimers(tx, *t)
}
