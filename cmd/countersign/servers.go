package main

import (
	"countersign/inbound/mailbox"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/mailer"
)

// mailboxSettings say how to read one mailbox.
func mailboxSettings(m config.Mailbox, fromBeginning bool, size int64) (mailbox.Settings, error) {
	password, err := config.ReadSecret(m.PasswordFile)
	if err != nil {
		return mailbox.Settings{}, &exit.Error{Code: exit.Config, Reason: "secret", Message: "mailbox " + m.Name + ": " + err.Error(), Err: err}
	}
	roots, err := config.ReadRoots(m.CAFile)
	if err != nil {
		return mailbox.Settings{}, &exit.Error{Code: exit.Config, Reason: "ca_file", Message: "mailbox " + m.Name + ": " + err.Error(), Err: err}
	}
	return mailbox.Settings{Name: m.Name, Server: m.IMAP, TLS: m.TLS, User: m.User, Password: string(password), Roots: roots,
		Mode: m.Mode, Handled: m.Handled, Poll: m.Poll, FromBeginning: fromBeginning, MaxSize: size}, nil
}

// reader makes the reader of one mailbox.
func (d *desk) reader(m config.Mailbox, fromBeginning bool) (*mailbox.Reader, error) {
	settings, err := mailboxSettings(m, fromBeginning, int64(d.config.Limits.Size))
	if err != nil {
		return nil, err
	}
	settings.Dial, settings.Spool = d.dial, spoolOf(d.config)
	return mailbox.NewReader(settings, d.store.Ledger, d.gateway.Handle, d.log), nil
}

// mailer makes what drains the outbox, nil if no SMTP server is configured.
func (d *desk) mailer(all bool) (*mailer.Mailer, error) {
	s := d.config.SMTP
	if s.Server == "" {
		return nil, nil
	}
	server, err := sendingServer(s)
	if err != nil {
		return nil, err
	}
	server.Dial = d.dial
	return mailer.New(server, &outbox{store: d.store, all: all}, d.log), nil
}

// sendingServer says how to use the SMTP server.
func sendingServer(s config.SMTP) (server mailer.Server, err error) {
	roots, err := config.ReadRoots(s.CAFile)
	if err != nil {
		return server, &exit.Error{Code: exit.Config, Reason: "ca_file", Message: "smtp: " + err.Error(), Err: err}
	}
	server = mailer.Server{Addr: s.Server, TLS: s.TLS, AllowPlaintext: s.AllowPlaintext, User: s.User, Roots: roots}
	if s.PasswordFile != "" {
		if server.Password, err = config.ReadSecret(s.PasswordFile); err != nil {
			return server, &exit.Error{Code: exit.Config, Reason: "secret", Message: "smtp: " + err.Error(), Err: err}
		}
	}
	return server, nil
}
