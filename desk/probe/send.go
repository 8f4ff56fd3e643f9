package probe

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/servers"
	"countersign/internal/token"
	"countersign/mailer"
	"countersign/policy"
)

// there sends a mail to an address of the mailbox and waits for it.
func (p Probe) there(ctx context.Context, address string) (header []byte, sent, arrived Finding) {
	sent, arrived = Finding{Check: "smtp"}, Finding{Check: "reply address"}
	id, err := p.send(ctx, address)
	if err != nil {
		sent.Found, sent.Do = p.config.SMTP.Server+": "+err.Error(), connectHint(err, "smtp.server", `587 with "starttls", 465 with "implicit"`, "look at server, tls, user and password_file of [smtp], and at that server's log")
		return nil, sent, arrived
	}
	sent.OK, sent.Found = true, "the server took a mail to "+address
	started := time.Now()
	header, err = p.settings.Await(ctx, id, p.wait)
	if err != nil {
		arrived.Found = fmt.Sprintf("the mail to %s: %v (waited %s)", address, err, p.wait)
		arrived.Do = "look at the mail server's log and at mail that came back"
		return nil, sent, arrived
	}
	arrived.OK, arrived.Found = true, fmt.Sprintf("mail to %s arrives, after %s", address, time.Since(started).Round(100*time.Millisecond))
	return header, sent, arrived
}

// send sends one mail as the daemon sends notices, and gives its Message-ID.
func (p Probe) send(ctx context.Context, address string) (id string, err error) {
	server, err := servers.SMTP(p.config.SMTP)
	if err != nil {
		return "", err
	}
	from := mail.Address(p.config.SMTP.From)
	composer, err := mailer.NewComposer(from)
	if err != nil {
		return "", err
	}
	_, domain, _ := strings.Cut(p.mailbox.ReplyAddress, "@")
	id = "probe-" + token.New()[:12] + "@" + domain
	message, err := composer.Compose(mailer.Letter{Kind: policy.NoticeProbe, To: address, Subject: p.mailbox.Name, MessageID: id, Date: time.Now()})
	if err != nil {
		return "", err
	}
	one := &single{item: mailer.Item{ID: "probe", Class: policy.NoticeProbe.Terms().Delivery, From: from.Address, To: address, Message: message, First: time.Now()}}
	_, err = mailer.New(server, one, zerolog.Nop()).Drain(ctx, time.Now())
	if err == nil && !one.sent {
		err = errors.New(one.why)
	}
	return id, err
}

// single is an outbox of one mail.
type single struct {
	item  mailer.Item
	tried bool
	sent  bool
	why   string
}

func (s *single) Due(time.Time, int) ([]mailer.Item, error) {
	if s.tried {
		return nil, nil
	}
	s.tried = true
	return []mailer.Item{s.item}, nil
}
func (s *single) Attempt(string, time.Time) error               { return nil }
func (s *single) Sent(string, time.Time, string) error          { s.sent = true; return nil }
func (s *single) Unknown(_ string, _ time.Time, _ string) error { s.sent = true; return nil }
func (s *single) Failed(_, why string) error                    { s.why = why; return nil }
func (s *single) Retry(_ string, _ time.Time, _ bool, why string) error {
	s.why = why
	return nil
}
