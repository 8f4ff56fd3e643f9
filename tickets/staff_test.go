package tickets

import (
	"errors"
	"strings"
	"testing"

	"countersign/clients"
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
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, addr) })
			answer := d.reply(l, policy.Yes)
			answer.From, answer.Sender.Domain = addr, "desk.example"
			wants(t, d.receive(t, answer), "staff_address")
		})
	}
}

// TestAgentsDomain: an agent at a domain of contacts would make staff of them.
func TestAgentsDomain(t *testing.T) {
	add := func(d *desk) error {
		_, err := d.AddAgent(ida, staff.Agent{ID: "new", Email: "new@client.example"})
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
