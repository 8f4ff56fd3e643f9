package tickets

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// TestNarrowingsAreBounded: what is told of changes without a ticket is little, and
// keeps nothing waiting that tells of a widening; nor does root do more.
func TestNarrowingsAreBounded(t *testing.T) {
	const hour = 3
	d := memoryDesk(t, func(o *Options) { o.PerHour = hour })
	ticket := d.allowed(t, bob, adding)
	n, done := 0, 0
	rename := func(by By, contact string, dry bool) error {
		n++
		_, err := d.Directory.SetContact(by, ContactChange{Contact: contact, Change: clients.Change{Name: new(fmt.Sprint("Bob ", n))}, DryRun: dry})
		if err == nil && !dry {
			done++
		}
		return err
	}
	for range contactNarrowings {
		check(t, rename(as("max"), bob, true))
		check(t, rename(as("max"), bob, false))
	}
	for _, by := range []By{as("max"), root} {
		for _, dry := range []bool{true, false} {
			if err := rename(by, bob, dry); !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), "contact bob was changed 10 times") || !strings.Contains(err.Error(), "wait until "+d.Now().Truncate(24*time.Hour).Add(24*time.Hour).Format("2006-01-02 15:04 UTC")) {
				t.Errorf("one too many by %s: %v", by, err)
			}
		}
	}
	check(t, d.Tick())
	if _, err := d.Directory.SetContact(as("kim"), ContactChange{Contact: bob, Change: clients.Change{AddAddresses: []string{home}}, Ticket: ticket.ID}); err != nil {
		t.Error(err)
	}
	check(t, d.Tick())
	waiting := 0
	for _, o := range d.outbox(t, "") {
		switch {
		case o.Kind != policy.NoticeChanged || o.To != ada:
		case o.Ticket == ticket.ID && (o.Paced || o.Origin != outbox.FromSecurity):
			t.Errorf("what tells of the widening waits: %+v", o)
		case o.Ticket != ticket.ID && o.Paced:
			waiting++
		}
	}
	if waiting != contactNarrowings-hour {
		t.Errorf("%d of %d renames wait", waiting, contactNarrowings)
	}

	check(t, d.engine.Update(func(tx kv.Tx) error {
		var errs []error
		for i := range 6 {
			errs = append(errs, clients.PutContact(tx, clients.Contact{ID: fmt.Sprint("x", i), Client: "c1", Status: clients.Active, Addresses: []string{fmt.Sprintf("x%d@client.example", i)}}))
		}
		return errors.Join(errs...)
	}))
	var err error
	for i := range clientNarrowings {
		if err = rename(as("max"), fmt.Sprint("x", i%6), false); err != nil {
			break
		}
	}
	if done != clientNarrowings || !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), "client c1 was changed 50 times") {
		t.Errorf("after %d: %v", done, err)
	}
	check(t, rename(as("max"), eve, false))
	d.turn(24 * time.Hour)
	check(t, rename(as("max"), bob, false))
}

// TestAskedFirst: who may not change a contact learns nothing of one by a change that
// changes nothing.
func TestAskedFirst(t *testing.T) {
	d := memoryDesk(t, nil)
	for _, tt := range []struct {
		by ContactChange
		as By
		ok bool
	}{
		{ContactChange{}, as("max"), true},
		{ContactChange{}, root, true},
		{ContactChange{Agent: "max"}, root, true},
		{ContactChange{}, as("kim"), false},
		{ContactChange{Agent: "kim"}, root, false},
		{ContactChange{Agent: "max"}, as("kim"), false},
		{ContactChange{}, By{UID: 7, Via: "socket"}, false},
	} {
		for _, who := range []string{bob, "nobody@client.example"} {
			in := tt.by
			in.Contact, in.Name = who, new("")
			if who == bob {
				in.Name = new(d.person(t, bob).Name)
			}
			if *in.Name == "" {
				in.Name, in.Role = nil, new(clients.Authorised)
			}
			out, err := d.Directory.SetContact(tt.as, in)
			if got := err == nil; got != (tt.ok && who == bob) || out.Contact.ID != "" != got {
				t.Errorf("%s as %q asks for %s: %+v, %v", tt.as, in.Agent, who, out, err)
			}
			if tt.as.UID == 7 && errors.Is(err, ErrNoContact) {
				t.Errorf("nobody learns who is on file: %v", err)
			}
		}
	}
}
