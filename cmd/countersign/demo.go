package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/internal/mailtest"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets"
)

func (a *app) demoCommand() *cobra.Command {
	c := &cobra.Command{Use: "demo", Short: "See the whole story in a mail world inside this process", Args: cobra.NoArgs,
		Long: "Starts DNS, SMTP and IMAP servers and the real daemon on loopback, tells the story of one ticket, and keeps nothing.\n" +
			"Exit status 0 only if every step came out as told."}
	c.Flags().Bool("once", false, "tell the story and end (the demo has nothing to stay for yet)")
	c.RunE = func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), nil) }
	return c
}

// demo tells the story. spoil, if set, changes the desk before it starts: a test
// takes a check out with it and sees the demo fail.
func (a *app) demo(ctx context.Context, spoil func(*desk)) error {
	fmt.Fprintln(a.stdout, "A mail world inside this process (DNS, SMTP, IMAP, gateway). Nothing leaves this machine, nothing is kept.")
	w, err := newDemoWorld(ctx, spoil)
	if err != nil {
		return &exit.Error{Code: exit.Software, Reason: "demo", Message: "The demo's world did not start: " + err.Error(), Err: err}
	}
	defer w.close()
	wrong := 0
	for _, step := range w.story() {
		line, err := step.run(ctx)
		mark := "ok"
		if err != nil {
			mark, line = "FAIL", err.Error()
			wrong++
		}
		fmt.Fprintf(a.stdout, "  %-4s  %-55s %s\n", mark, step.what, clean.Terminal(line))
	}
	if wrong > 0 {
		return &exit.Error{Code: exit.Software, Reason: "demo", Message: fmt.Sprintf("%d steps did not come out as told.", wrong)}
	}
	fmt.Fprintln(a.stdout, "Every line comes from what the daemon recorded. Next: README.md, \"Run it for real\"")
	return nil
}

// demoWorld is the daemon and everything around it.
type demoWorld struct {
	dns    *mailtest.DNS
	smtp   *mailtest.SMTP
	imap   *mailtest.IMAP
	north  *mailtest.Domain
	desk   *desk
	client *api.Client
	dir    string
	stop   func()
	seen   int    // messages of the record that were told
	reply  []byte // Ada's YES
}

func newDemoWorld(ctx context.Context, spoil func(*desk)) (w *demoWorld, err error) {
	w = &demoWorld{stop: func() {}}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.dir, err = os.MkdirTemp("", "countersign-demo-"); err != nil {
		return w, err
	}
	if w.dns, err = mailtest.NewDNS(); err != nil {
		return w, err
	}
	if w.smtp, err = mailtest.NewSMTP(); err != nil {
		return w, err
	}
	if w.imap, err = mailtest.NewIMAP(); err != nil {
		return w, err
	}
	if w.north, err = mailtest.NewDomain("north.example"); err != nil {
		return w, err
	}
	w.north.Publish(w.dns, "reject")
	secret := filepath.Join(w.dir, "imap.secret")
	if err := os.WriteFile(secret, []byte(w.imap.Password), 0o600); err != nil {
		return w, err
	}
	c := config.Default(w.dir)
	c.State, c.KeyFile, c.Socket = filepath.Join(w.dir, "state.db"), filepath.Join(w.dir, "state.key"), filepath.Join(w.dir, "control.sock")
	c.DNS.Resolver = w.dns.Addr
	c.Mailbox = []config.Mailbox{{Name: "support", Address: "support@desk.example", IMAP: w.imap.Addr, TLS: "none", User: w.imap.User,
		PasswordFile: secret, Mode: "act", Poll: 200 * time.Millisecond, ReplyAddress: "support+{token}@desk.example"}}
	c.SMTP.Server, c.SMTP.TLS, c.SMTP.From = w.smtp.Addr, "none", mail.Address{Name: "Support", Address: "support@desk.example"}
	if w.desk, err = openDesk(c, time.Now, zerolog.Nop()); err != nil {
		return w, err
	}
	if spoil != nil {
		spoil(w.desk)
	}
	return w, w.start(ctx)
}

// start runs the daemon and brings the people in.
func (w *demoWorld) start(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	l, err := listen(w.desk.config)
	if err != nil {
		cancel()
		return err
	}
	go func() { defer close(done); _ = w.desk.run(ctx, l, true) }()
	w.stop = func() { cancel(); <-done }
	err = until(ctx, func() (ok bool, err error) {
		w.client, err = api.Dial(w.desk.config.Socket)
		return err == nil, nil
	})
	if err != nil {
		return err
	}
	people := "client,client_name,email,name,role,permissions,language\nnorth,Northwind,ada@north.example,Ada Berg,primary,,en\n"
	var agent any
	_, err = w.client.Import(ctx, "contact/import", api.ImportRequest{Name: "contacts.csv", CSV: []byte(people)}, nil)
	return errors.Join(err,
		w.client.Call(ctx, "agent/add", staff.Agent{ID: "sam", Email: "sam@desk.example", Role: staff.RoleAgent,
			Authorities: []string{string(policy.PasswordChange)}}, &agent))
}

func (w *demoWorld) close() {
	w.stop()
	if w.desk != nil {
		w.desk.close()
	}
	for _, c := range []interface{ Close() }{w.dns, w.smtp, w.imap} {
		if !isNil(c) {
			c.Close()
		}
	}
	_ = os.RemoveAll(w.dir)
}

func isNil(c interface{ Close() }) bool {
	switch c := c.(type) {
	case *mailtest.DNS:
		return c == nil
	case *mailtest.SMTP:
		return c == nil
	case *mailtest.IMAP:
		return c == nil
	}
	return false
}

// until waits for something to come true, at most 20 s.
func until(ctx context.Context, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		if done, err := ok(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it did not happen in time: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// notice gives the first mail that was sent to Ada.
func (w *demoWorld) notice(ctx context.Context) (m mailtest.Mail, err error) {
	err = until(ctx, func() (bool, error) {
		mails := w.smtp.Mails()
		if len(mails) > 0 {
			m = mails[0]
		}
		return len(mails) > 0, nil
	})
	return m, err
}

// deliver puts a message into the mailbox and gives its record.
func (w *demoWorld) deliver(ctx context.Context, raw []byte) (m tickets.Message, err error) {
	if _, err := w.imap.Append(raw, time.Now()); err != nil {
		return m, err
	}
	err = until(ctx, func() (bool, error) {
		n := 0
		err := w.desk.store.Messages(func(one tickets.Message) error {
			if n++; n > w.seen {
				m = one
			}
			return nil
		})
		return n > w.seen, err
	})
	w.seen++
	return m, err
}

// forge is a reply that anybody who has seen the notice could type.
func (w *demoWorld) forge(notice []byte) ([]byte, error) {
	return mailtest.Reply(notice, "Ada Berg <ada@north.example>", "YES", time.Now())
}

// vacation is what Ada's mailbox answers by itself, with her domain's signature.
func (w *demoWorld) vacation(notice []byte) ([]byte, error) {
	raw, err := mailtest.Reply(notice, "Ada Berg <ada@north.example>", "I am out of the office.", time.Now())
	if err != nil {
		return nil, err
	}
	raw = bytes.Replace(raw, []byte("Subject: Re: "), []byte("Auto-Submitted: auto-replied\r\nSubject: Automatic reply: "), 1)
	return w.north.Sign(raw, slices.Concat(mailtest.Signed, []string{"Auto-Submitted"})...)
}
