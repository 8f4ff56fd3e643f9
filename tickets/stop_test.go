package tickets

import (
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// TestStopFollows: who was stopped with their client stays so, under whatever
// client they stand later, until the stop is lifted.
func TestStopFollows(t *testing.T) {
	plus := strings.Replace(ada, "@", "+2@", 1)
	for _, tt := range []struct {
		name string
		move func(*desk)
	}{
		{"other-id", func(d *desk) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Addresses = []string{"left@client.example"} })
			check(t, d.kv.Update(func(tx kv.Tx) error {
				return clients.PutContact(tx, clients.Contact{ID: "ada2", Client: "c2", Role: clients.Authorised, Status: clients.Active, Addresses: []string{ada}, Permissions: []clients.Permission{clients.All}})
			}))
		}},
		{"same-record", func(d *desk) { d.contact(t, "ada", func(c *clients.Contact) { c.Client = "c2" }) }},
		{"into-another", func(d *desk) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Addresses = []string{"left@client.example"} })
			d.contact(t, "eve", func(c *clients.Contact) { c.Addresses = append(c.Addresses, ada) })
		}},
		{"beside-it-with-a-plus", func(d *desk) {
			check(t, d.kv.Update(func(tx kv.Tx) error {
				return clients.PutContact(tx, clients.Contact{ID: "ada2", Client: "c2", Role: clients.Authorised, Status: clients.Active, Addresses: []string{plus}, Permissions: []clients.Permission{clients.All}})
			}))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, disputed, _ := stoppedDesk(t)
			tt.move(d)
			fresh, l := d.ask(t, map[bool]string{true: plus, false: ada}[tt.name == "beside-it-with-a-plus"], policy.DNSChange)
			d.receive(t, d.reply(l, policy.Yes))
			if a := d.may(t, fresh.ID, policy.DNSChange, "kim"); a.Decision != policy.Deny || !has(a, "client_stopped") {
				t.Fatalf("moved to %s: %+v", fresh.Client, a)
			}
			strangers, l := d.ask(t, eve, policy.DNSChange)
			d.receive(t, d.reply(l, policy.Yes))
			if a := d.may(t, strangers.ID, policy.DNSChange, "kim"); has(a, "client_stopped") != (tt.name == "into-another") {
				t.Errorf("of the other client: %+v", a)
			}
			check(t, d.kv.Update(func(tx kv.Tx) error { return d.lifted(tx, &disputed) }))
			d.turn(time.Hour)
			if a := d.may(t, fresh.ID, policy.DNSChange, "kim"); has(a, "client_stopped") {
				t.Errorf("after the lift: %+v", a)
			}
		})
	}
}

// TestStopsOfTwo: an address that two stops hold is free when both have ended.
func TestStopsOfTwo(t *testing.T) {
	d := memoryDesk(t, nil)
	held := func(want bool) {
		t.Helper()
		check(t, d.KV().View(func(v kv.View) error {
			c, _, err := clients.Get(v, "ada")
			check(t, err)
			if got, err := stopsFor(v, "c3", c); err != nil || got != want {
				t.Errorf("held %v, %v, want %v", got, err, want)
			}
			return nil
		}))
	}
	first, second := Ticket{ID: "T-7", Client: "c1"}, Ticket{ID: "T-8", Client: "c2"}
	for _, step := range []*Ticket{&first, &second} {
		check(t, d.kv.Update(func(tx kv.Tx) error { return d.stopClient(tx, step) }))
		check(t, d.Tick())
		d.contact(t, "ada", func(c *clients.Contact) { c.Client = map[string]string{"c1": "c2", "c2": "c3"}[c.Client] })
	}
	held(true)
	check(t, d.kv.Update(func(tx kv.Tx) error { return d.lifted(tx, &second) }))
	held(true)
	check(t, d.kv.Update(func(tx kv.Tx) error { return d.lifted(tx, &first) }))
	held(false)
}

// TestStopFollowsAtOnce: who said no, or for whom it was said, is stopped also
// where they were moved while it waited, or before Tick could follow them.
func TestStopFollowsAtOnce(t *testing.T) {
	for _, when := range []string{"before", "after"} {
		t.Run(when, func(t *testing.T) {
			d, id, _, told := confirmedDesk(t, nil)
			move := func(now string) {
				if now == when {
					d.contact(t, "bob", func(c *clients.Contact) { c.Client = "c2" })
				}
			}
			move("before")
			d.receive(t, d.reply(told, policy.No))
			d.state(t, id, policy.StateDisputed)
			move("after")
			check(t, d.Tick())
			fresh, l := d.ask(t, bob, policy.DNSChange)
			d.receive(t, d.reply(l, policy.Yes))
			if a := d.may(t, fresh.ID, policy.DNSChange, "kim"); a.Decision != policy.Deny || !has(a, "client_stopped") {
				t.Errorf("%+v", a)
			}
		})
	}
}
