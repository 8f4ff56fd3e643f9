package tickets

import (
	"strings"

	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
)

// bounced notes on a ticket that one of its notices didn't reach the contact.
func (s *Store) bounced(tx kv.Tx, m *Message, f policy.Facts) error {
	id, err := s.returned(tx, f.Bounce)
	if err != nil || id == "" {
		return err
	}
	t, err := load(tx, id)
	if err != nil {
		return err
	}
	m.Ticket = t.ID
	said := token.HideIn(f.Bounce.Diagnostic) // which may quote our addresses
	event := Event{Event: "undeliverable", Reason: "bounce", Text: "Our notice did not reach the contact: " + oneLine(f.Bounce.Status+" "+said)}
	if f.Bounce.Delayed {
		event.Event, event.Text = "delayed", "Our notice is delayed: "+oneLine(said)
	}
	if err := s.record(tx, &t, event); err != nil {
		return err
	}
	return save(tx, t)
}

// returned gives the ticket whose notice a report is about, "" if it is none of
// ours: it must carry a secret of the notice, of its return path, its Reply-To
// or its Message-ID.
func (s *Store) returned(r kv.Reader, b policy.Bounce) (ticket string, err error) {
	for purpose, secrets := range map[string][]string{"rp": b.ReturnPaths, "token": b.Sent} {
		for _, secret := range secrets {
			id, err := s.recall(r, purpose, secret)
			if err != nil {
				return "", err
			}
			n, ok, err := kv.Load[notice](r, "notice/"+id)
			if err != nil || ok {
				return n.Ticket, err
			}
		}
	}
	_, domain, _ := strings.Cut(s.opt.ReplyAddress, "@")
	for _, secret := range b.Sent { // the Message-ID of a courtesy notice holds no token
		if ticket, err = s.recall(r, "mid", secret+"@"+domain); ticket != "" || err != nil {
			return ticket, err
		}
	}
	return "", nil
}
