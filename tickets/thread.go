package tickets

import (
	"strings"

	"countersign/internal/kv"
	"countersign/internal/token"
)

// thread gives the Message-ID to which every notice of the ticket is an answer,
// so that mail programs show them together: that of the mail that opened it, else
// one of no mail. It is no secret, and answers to it are filed on the ticket.
func (s *Store) thread(tx kv.Tx, ticket, opened string) (id string, err error) {
	if opened != "" { // the sender chose it: it takes no other ticket's place
		other, err := s.recall(tx, sentMessagePrefix, opened)
		if err != nil {
			return "", err
		}
		if other == "" {
			if err := s.remember(tx, sentMessagePrefix, opened, ticket); err != nil {
				return "", err
			}
		}
		if plainID(opened) {
			return opened, nil
		}
	}
	_, domain, _ := strings.Cut(s.opt.ReplyAddress, "@")
	id = strings.ToLower(ticket) + "." + token.New()[:12] + "@" + domain
	return id, s.remember(tx, sentMessagePrefix, id, ticket)
}

// plainID reports whether a Message-ID that somebody chose can stand in our mail:
// one word of ASCII without brackets (RFC 5322 section 3.6.4), of which no secret
// was blotted out.
func plainID(id string) bool {
	return len(id) <= 250 && !strings.Contains(id, token.Blot(token.New())) &&
		!strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>,", r) })
}
