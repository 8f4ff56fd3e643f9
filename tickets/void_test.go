package tickets

import (
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
)

// TestNoticeVoid: each row spoils one thing that a notice needs to be answered.
func TestNoticeVoid(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*notice, *Ticket, *clients.Contact, *epoch)
		void  bool
	}{
		{"good", func(*notice, *Ticket, *clients.Contact, *epoch) {}, false},
		{"voided", func(n *notice, _ *Ticket, _ *clients.Contact, _ *epoch) { n.Void = true }, true},
		{"older-revision", func(_ *notice, t *Ticket, _ *clients.Contact, _ *epoch) { t.Revision++ }, true},
		{"later-revision", func(n *notice, _ *Ticket, _ *clients.Contact, _ *epoch) { n.Revision++ }, true},
		{"contact-removed", func(_ *notice, _ *Ticket, c *clients.Contact, _ *epoch) { c.Status = clients.Removed }, true},
		{"address-gone", func(_ *notice, _ *Ticket, c *clients.Contact, _ *epoch) { c.Addresses = []string{"new@north.example"} }, true},
		{"second-address", func(_ *notice, _ *Ticket, c *clients.Contact, _ *epoch) {
			c.Addresses = append([]string{"new@north.example"}, c.Addresses...)
		}, false},
		{"address-back", func(n *notice, _ *Ticket, c *clients.Contact, _ *epoch) {
			c.Since = map[string]time.Time{n.Address: n.Sent.Add(time.Second)}
		}, true},
		{"address-new", func(n *notice, _ *Ticket, c *clients.Contact, _ *epoch) {
			c.Since = map[string]time.Time{n.Address: n.Sent.Add(-time.Second)}
		}, false},
		{"contact-unknown", func(n *notice, _ *Ticket, _ *clients.Contact, _ *epoch) { n.Contact = "nobody" }, true},
		{"sent-before-a-restore", func(n *notice, _ *Ticket, _ *clients.Contact, e *epoch) { *e = epoch{Number: 2, Began: n.Sent} }, true},
		{"sent-after-a-restore", func(n *notice, _ *Ticket, _ *clients.Contact, e *epoch) { *e = epoch{Number: 1, Began: n.Sent} }, false},
		{"sent-after-a-restore-by-a-slow-clock", func(n *notice, _ *Ticket, _ *clients.Contact, e *epoch) {
			*e = epoch{Number: 1, Began: n.Sent.Add(time.Hour)}
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := notice{ID: "n-1", Ticket: "T-1", Contact: "c-1", Address: "ada@north.example", Revision: 1, Sent: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}
			n.Epoch = 1
			ticket, c, e := Ticket{ID: "T-1", Revision: 1}, clients.Contact{ID: "c-1", Addresses: []string{n.Address}}, epoch{Number: 1}
			tt.spoil(&n, &ticket, &c, &e)
			s := kv.Memory()
			check(t, s.Update(func(tx kv.Tx) error {
				check(t, clients.PutContact(tx, c))
				return kv.Save(tx, epochKey, e)
			}))
			check(t, s.View(func(v kv.View) error {
				if f, err := (&Store{opt: Options{Now: func() time.Time { return n.Sent }}}).noticeFacts(v, n, ticket, "", n.Sent); err != nil || f.Void != tt.void {
					t.Errorf("facts() = %+v, %v, want void %v", f, err, tt.void)
				}
				return nil
			}))
		})
	}
}

// TestSpendIsOfOne: an answer uses up the tokens of who answered, for what they
// were asked, and of no other.
func TestSpendIsOfOne(t *testing.T) {
	d := memoryDesk(t, nil)
	list := []notice{{ID: "n-1", Contact: "ada", Revision: 2}, {ID: "n-2", Contact: "bob", Revision: 2}, {ID: "n-3", Contact: "ada", Revision: 1}, {ID: "n-4", Contact: "ada", Revision: 2, Lifts: true}}
	ticket := Ticket{ID: "T-9", Revision: 2}
	check(t, d.kv.Update(func(tx kv.Tx) error {
		for _, n := range list {
			ticket.Notices = append(ticket.Notices, n.ID)
			check(t, kv.Save(tx, "notice/"+n.ID, n))
		}
		return d.spend(tx, &ticket, "ada", false)
	}))
	check(t, d.kv.View(func(v kv.View) error {
		for _, n := range list {
			got, _, err := kv.Load[notice](v, "notice/"+n.ID)
			if err != nil || got.Spent != (n.ID == "n-1") {
				t.Errorf("%s: spent %v, %v", n.ID, got.Spent, err)
			}
		}
		return nil
	}))
}

// TestAskNobody: who was removed, or has no address, is sent nothing.
func TestAskNobody(t *testing.T) {
	for name, c := range map[string]clients.Contact{"removed": {Status: clients.Removed, Addresses: []string{"zoe@north.example"}}, "no-address": {Status: clients.Active}} {
		d := memoryDesk(t, nil)
		c.ID, c.Client = "zoe", "north"
		before := len(d.letters)
		ticket := Ticket{ID: "T-9", Contact: "zoe", Revision: 1}
		check(t, d.kv.Update(func(tx kv.Tx) error {
			check(t, clients.PutContact(tx, c))
			return d.Store.ask(tx, &ticket, "confirm")
		}))
		if len(d.letters) != before || len(ticket.Notices) != 0 {
			t.Errorf("%s: %d letters, notices %v", name, len(d.letters)-before, ticket.Notices)
		}
	}
}
