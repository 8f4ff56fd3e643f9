package tickets

import (
	"fmt"
	"strings"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/policy"
)

// tellCode tells the contact of what was done with a code, on the ticket where
// there is one, else on one that is opened for it, and gives that ticket.
func (s *Store) tellCode(tx kv.Tx, t *Ticket, h held, by By, kind policy.NoticeKind, e Event, says string) (ticket string, err error) {
	if t == nil {
		if t, err = s.codeChange(tx, h, by, says); err != nil {
			return "", err
		}
	}
	e.Text = says
	if err := s.record(tx, t, e); err != nil {
		return "", err
	}
	if err := s.writeCode(tx, t, h, kind, says); err != nil {
		return "", err
	}
	return t.ID, save(tx, *t)
}

// codeChange opens the ticket that tells of a code. It acted on nothing, so a no
// to it locks the code and stops nobody.
func (s *Store) codeChange(tx kv.Tx, h held, by By, what string) (*Ticket, error) {
	c := h.contact
	c.Client = h.holder.Client
	t, err := s.openChange(tx, c, "A phone and chat code of your account", what, by, false)
	if err == nil {
		t.Change.Contact = "" // it is not taken back at the contact
	}
	return &t, err
}

// writeCode writes the notice, if there is somebody to tell.
func (s *Store) writeCode(tx kv.Tx, t *Ticket, h held, kind policy.NoticeKind, says string) error {
	first, err := codes.TellBy(tx, t.ID, h.holder, kind == policy.NoticeCodeUsed)
	if err != nil || kind == policy.NoticeCodeUsed && !first {
		return err
	}
	if h.contact.ID == "" || h.contact.Status == clients.Removed || len(h.contact.Addresses) == 0 {
		return s.record(tx, t, Event{Event: "nobody told", Text: "There is nobody on file who could be told of the code of " + h.whose() + "."})
	}
	return s.informAt(tx, t, kind, addressee{contact: h.contact, address: h.contact.Addresses[0], says: says})
}

// lockCodes locks every code that the notices of a disputed ticket tell of: its
// holder says that they know nothing of it. It gives a line for the leads.
func (s *Store) lockCodes(tx kv.Tx, t *Ticket) (line string, err error) {
	holders, err := codes.ToldBy(tx, t.ID)
	if err != nil {
		return "", err
	}
	var names []string
	for _, h := range holders {
		c, ok, err := codes.Of(tx, h)
		if err != nil {
			return "", err
		}
		if !ok || !c.Locked.IsZero() {
			continue
		}
		c.Locked = s.Now()
		if err := codes.Put(tx, c); err != nil { //rule:6.8 a-no-locks-the-code ! TestCodeDenied
			return "", err
		}
		if err := s.log(tx, "code", c.Holder, codeLeaf{What: policy.CodeCodeLocked, Kind: c.Kind, Version: c.Version, Ticket: t.ID}); err != nil {
			return "", err
		}
		names = append(names, fmt.Sprintf("of %s, set on %s by %s", strings.Replace(c.Holder, ":", " ", 1), c.At.Format("2006-01-02 15:04 UTC"), c.By))
	}
	if len(names) == 0 {
		return "", nil
	}
	line = "The phone and chat code " + strings.Join(names, "; ") + " is locked until a lead sets another."
	return line, s.record(tx, t, Event{Event: "code locked", Reason: policy.CodeCodeLocked, Text: line})
}
