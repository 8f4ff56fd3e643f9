package daemon

import (
	"errors"
	"net/mail"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/clients"
	"countersign/internal/config"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/mailer"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets"
)

// full is a store on a disk that may be full.
type full struct {
	kv.Store
	is bool
}

func (f *full) Update(fn func(kv.Tx) error) error {
	if f.is {
		return errors.New("no space left on device")
	}
	return f.Store.Update(fn)
}

// TestOutcomeNotRecorded: a question whose outcome the store could not take is
// sent again once it can, without a restart.
func TestOutcomeNotRecorded(t *testing.T) {
	for name, say := range map[string]func(o *toSend, at time.Time) error{
		"retry":   func(o *toSend, at time.Time) error { return o.Retry("o-1", at, false, "451 later") },
		"sent":    func(o *toSend, at time.Time) error { return o.Sent("o-1", at, "250 ok") },
		"failed":  func(o *toSend, _ time.Time) error { return o.Failed("o-1", "554 no") },
		"unknown": func(o *toSend, at time.Time) error { return o.Unknown("o-1", at, "EOF") },
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
			disk := &full{Store: kv.Memory()}
			c := config.Default(t.TempDir())
			c.SMTP.From = mail.Address{Address: "support@desk.example"}
			c.Mailbox = []config.Mailbox{{Name: "support", Address: "support@desk.example", ReplyAddress: "support+{token}@desk.example"}}
			h, err := wire(c, disk, nil, keys.FromSeed([32]byte{1}), func() time.Time { return now }, nil, zerolog.Nop())
			must(t, err)
			must(t, disk.Update(func(tx kv.Tx) error {
				_, err := staff.Add(tx, staff.Agent{ID: "sam", Email: "sam@desk.example", Role: staff.RoleAgent})
				return errors.Join(err, clients.PutClient(tx, clients.Client{ID: "north", Name: "Northwind"}),
					clients.PutContact(tx, clients.Contact{ID: "ada", Client: "north", Role: clients.Primary, Status: clients.Active, Addresses: []string{"ada@north.example"}}))
			}))
			_, err = h.store.Open(tickets.OpenRequest{Contact: "ada@north.example", Channel: policy.Phone, Class: policy.PasswordChange, Subject: "Reset", Agent: "sam"})
			must(t, err)
			o := &toSend{outbox: h.store.Outbox}
			due := func() int {
				t.Helper()
				items, err := o.Due(now, 10)
				must(t, err)
				return len(items)
			}
			if n := due(); n != 1 {
				t.Fatalf("%d due", n)
			}
			must(t, o.Attempt("o-1", now))
			disk.is = true
			if say(o, now.Add(time.Minute)) == nil {
				t.Fatal("the disk is full")
			}
			if _, err := o.Due(now, 10); err == nil {
				t.Error("it goes on though the disk is still full")
			}
			disk.is = false
			if n := due(); n != 0 {
				t.Errorf("%d due at once, though the server may have it", n)
			}
			now = now.Add(16 * time.Minute)
			if n := due(); n != 1 {
				t.Errorf("%d due after 16 minutes, want 1", n)
			}
		})
	}
}

// TestOneUnsettled: a notice whose record is damaged is not settled, and keeps
// no other from being sent.
func TestOneUnsettled(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	engine := kv.Memory()
	c := config.Default(t.TempDir())
	c.SMTP.From = mail.Address{Address: "support@desk.example"}
	c.Mailbox = []config.Mailbox{{Name: "support", Address: "support@desk.example", ReplyAddress: "support+{token}@desk.example"}}
	h, err := wire(c, engine, nil, keys.FromSeed([32]byte{1}), func() time.Time { return now }, nil, zerolog.Nop())
	must(t, err)
	must(t, engine.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "sam", Email: "sam@desk.example", Role: staff.RoleAgent})
		return errors.Join(err, clients.PutClient(tx, clients.Client{ID: "north", Name: "Northwind"}),
			clients.PutContact(tx, clients.Contact{ID: "ada", Client: "north", Role: clients.Primary, Status: clients.Active, Addresses: []string{"ada@north.example"}}))
	}))
	for range 2 {
		_, err = h.store.Open(tickets.OpenRequest{Contact: "ada@north.example", Channel: policy.Phone, Class: policy.PasswordChange, Subject: "Reset", Agent: "sam"})
		must(t, err)
	}
	o := &toSend{outbox: h.store.Outbox}
	must(t, o.Attempt("o-1", now))
	var key string
	must(t, engine.View(func(v kv.View) error {
		return v.Scan("out/", "", func(k string, _ []byte) error { key = k; return kv.ErrStop })
	}))
	must(t, engine.Update(func(tx kv.Tx) error { return tx.Put(key, []byte("{")) }))
	if o.Sent("o-1", now, "250 ok") == nil {
		t.Fatal("the record is damaged")
	}
	items, err := o.Due(now, 10)
	if err != nil || len(items) != 1 || items[0].ID != "o-2" {
		t.Fatalf("Due() = %v, %v, want the other one", items, err)
	}
	must(t, o.Attempt("o-2", now))
	must(t, o.Sent("o-2", now, "250 ok"))
	if items, err := o.Due(now, 10); err == nil || len(items) > 0 {
		t.Errorf("Due() = %v, %v, want it said", items, err)
	}
	if err := o.Attempt("o-2", now); !errors.Is(err, mailer.ErrGone) {
		t.Errorf("Attempt() of one that was sent = %v", err)
	}
}
