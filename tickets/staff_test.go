package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// TestStaffConfirmsNothing: no address that leads to somebody of the desk comes
// on file, and where one is on file, mail from it proves nothing.
func TestStaffConfirmsNothing(t *testing.T) {
	for _, addr := range []string{"kim@desk.example", "kim+ada@desk.example", "support@desk.example", "support+x@desk.example", "ada@desk.example"} {
		t.Run(addr, func(t *testing.T) {
			d := memoryDesk(t, nil)
			r := d.importFile(t, ImportFile{Kind: ImportContacts, CSV: []byte("client,email\nc1," + addr + "\n")})
			if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Text, "staff") {
				t.Errorf("import: %+v", r)
			}
			_, l := d.ask(t, bob, policy.PasswordChange)
			d.putOnFile(t, "bob", addr)
			answer := d.reply(l, policy.Yes)
			answer.From, answer.Sender.Domain = addr, "desk.example"
			wants(t, d.receive(t, answer), "staff_address")
		})
	}
}

// putOnFile gives the contact an address, also one that the index refuses.
func (d *desk) putOnFile(t failer, id, addr string) {
	t.Helper()
	check(t, d.kv.Update(func(tx kv.Tx) error {
		c, _, err := clients.Get(tx, id)
		if err != nil {
			return err
		}
		c.Addresses = append(slices.Clone(c.Addresses), addr)
		agent, err := onfile.Agent(tx, addr)
		if agent == "" {
			return errors.Join(err, clients.PutContact(tx, c))
		}
		taken, ok := errors.AsType[*onfile.TakenError](kv.DryRun(d.KV(), func(tx kv.Tx) error { return clients.PutContact(tx, c) }))
		if !ok || taken.By.Agent != agent {
			return fmt.Errorf("%s, which leads to agent %s, is put on file", addr, agent)
		}
		return clients.PutBeside(tx, c)
	}))
}

// TestAgentsDomain: an agent at a domain of contacts would make staff of them.
func TestAgentsDomain(t *testing.T) {
	add := func(d *desk) error {
		_, err := d.Directory.AddAgent(ida, staff.Agent{ID: "new", Email: "new@client.example"})
		return err
	}
	d := memoryDesk(t, nil)
	if err := add(d); !errors.Is(err, staff.ErrInvalid) || !strings.Contains(err.Error(), "2 addresses at client.example") {
		t.Errorf("AddAgent = %v", err)
	}
	check(t, d.KV().View(func(v kv.View) error {
		if _, ok, err := staff.Get(v, "new"); ok || err != nil {
			t.Errorf("the agent is there: %v", err)
		}
		return nil
	}))
	gone := memoryDesk(t, nil)
	gone.contact(t, "ada", func(c *clients.Contact) { c.Status = clients.Removed })
	gone.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{"bob@elsewhere.example"} })
	for name, d := range map[string]*desk{"gone": gone, "shared": memoryDesk(t, func(o *Options) { o.SharedDomains = []string{"client.example"} })} {
		if err := add(d); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
