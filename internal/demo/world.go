package demo

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/api"
	"countersign/desk/daemon"
	"countersign/internal/config"
	"countersign/internal/mailtest"
	"countersign/policy"
	"countersign/staff"
)

// world is the daemon and everything around it.
type world struct {
	dns    *mailtest.DNS
	smtp   *mailtest.SMTP
	imap   *mailtest.IMAP
	north  *mailtest.Domain
	house  *daemon.House
	config config.Config
	client *api.Client
	dir    string
	stop   func()
	seen   int    // messages of the record that were told
	reply  []byte // Ada's YES
}

func newWorld(ctx context.Context, spoil func(*daemon.House)) (w *world, err error) {
	w = &world{stop: func() {}}
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
	w.config = c
	if w.house, err = daemon.Open(c, time.Now, zerolog.Nop()); err != nil {
		return w, err
	}
	if spoil != nil {
		spoil(w.house)
	}
	return w, w.start(ctx)
}

// start runs the daemon and brings the people in.
func (w *world) start(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	l, err := daemon.Listen(w.config)
	if err != nil {
		cancel()
		return err
	}
	go func() { defer close(done); _ = w.house.Run(ctx, l, true) }()
	w.stop = func() { cancel(); <-done }
	err = until(ctx, func() (ok bool, err error) {
		w.client, err = api.Dial(w.config.Socket)
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

func (w *world) close() {
	w.stop()
	if w.house != nil {
		w.house.Close()
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
