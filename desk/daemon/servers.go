package daemon

import (
	"countersign/desk/servers"
	"countersign/inbound/mailbox"
	"countersign/internal/config"
	"countersign/mailer"
)

// reader makes the reader of one mailbox.
func (h *House) reader(m config.Mailbox, fromBeginning bool) (*mailbox.Reader, error) {
	settings, err := servers.Mailbox(m, fromBeginning, int64(h.config.Limits.Size))
	if err != nil {
		return nil, err
	}
	settings.Dial, settings.Spool = h.dial, h.config.Spool()
	return mailbox.NewReader(settings, h.store.Ledger, h.Gateway.Handle, h.log), nil
}

// mailer makes what drains the outbox, nil if no SMTP server is configured.
func (h *House) mailer(all bool) (*mailer.Mailer, error) {
	s := h.config.SMTP
	if s.Server == "" {
		return nil, nil
	}
	server, err := servers.SMTP(s)
	if err != nil {
		return nil, err
	}
	server.Dial = h.dial
	return mailer.New(server, &toSend{outbox: h.store.Outbox, all: all}, h.log), nil
}
