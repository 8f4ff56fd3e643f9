package tickets

import (
	"strings"

	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
)

// bounced notes on a ticket that one of its notices didn't reach the contact.
func (s *Store) bounced(tx kv.Tx, m *Message, f policy.Facts) error {
	id, addr, err := s.returned(tx, f.Bounce)
	if err != nil || id == "" {
		return err
	}
	m.Ticket = id
	said := token.HideIn(f.Bounce.Diagnostic) // which may quote our addresses
	if f.Bounce.Delayed {
		return s.tell(tx, id, Event{Event: "delayed", Text: "Our notice is delayed: " + oneLine(said), Reason: policy.CodeBounce})
	}
	why := f.Bounce.Status + " " + said
	if addr != "" {
		if err := s.failed(tx, addr, why); err != nil {
			return err
		}
	}
	return s.undelivered(tx, id, why, Event{Event: "undeliverable", Reason: policy.CodeBounce, Text: "Our notice did not reach the contact: " + oneLine(why)})
}

// returned gives the ticket whose notice a report is about, and the address that it
// went to where that is known; "" if it is none of ours: it must carry a secret of the notice, of its return path, its Reply-To
// or its Message-ID. A mail to staff that comes back is told nowhere, or the mail
// about it would come back, too.
func (s *Store) returned(r kv.Reader, b policy.Bounce) (ticket, addr string, err error) {
	for _, sent := range []struct {
		prefix  string
		secrets []string
	}{{returnPathPrefix, b.ReturnPaths}, {tokenPrefix, b.Sent}} {
		for _, secret := range sent.secrets {
			id, err := s.recall(r, sent.prefix, secret)
			if err != nil {
				return "", "", err
			}
			n, ok, err := kv.Load[notice](r, noticePrefix+id)
			if err != nil || n.Agent != "" {
				return "", "", err
			}
			if ok {
				return n.Ticket, n.Address, nil
			}
		}
	}
	_, domain, _ := strings.Cut(s.opt.ReplyAddress, "@")
	for _, secret := range b.Sent { // the Message-ID of a courtesy notice holds no token
		if ticket, err = s.recall(r, sentMessagePrefix, secret+"@"+domain); ticket != "" || err != nil {
			return ticket, "", err
		}
	}
	return "", "", nil
}
