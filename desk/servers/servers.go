// Package servers says how to use the mail servers that the configuration names:
// addresses, passwords and certificates, as packages mailbox and mailer want them.
//
// It connects to nothing.
package servers

import (
	"countersign/inbound/mailbox"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/mailer"
)

// Mailbox says how to read one mailbox.
func Mailbox(m config.Mailbox, fromBeginning bool, size int64) (mailbox.Settings, error) {
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

// SMTP says how to use the SMTP server.
func SMTP(s config.SMTP) (server mailer.Server, err error) {
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
