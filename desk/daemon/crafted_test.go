package daemon

import (
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/clients"
	"countersign/internal/blob"
	"countersign/internal/config"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// TestCraftedMail: whatever a contact writes, their mail opens its ticket and
// can be asked about, with the words that fit.
func TestCraftedMail(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	engine := kv.Memory()
	c := config.Default(t.TempDir())
	c.SMTP.From = mail.Address{Address: "support@desk.example"}
	c.Mailbox = []config.Mailbox{{Name: "support", Address: "support@desk.example", ReplyAddress: "support+{token}@desk.example"}}
	blobs, err := blob.Open(t.TempDir(), keys.FromSeed([32]byte{1}))
	must(t, err)
	h, err := wire(c, engine, blobs, keys.FromSeed([32]byte{1}), func() time.Time { return now }, nil, zerolog.Nop())
	must(t, err)
	units := []string{"+\n", "www.", "x://\n", "sip:x\n", "設\n", "\n", "\U0001d400\U0001d167\U0001d167\U0001d167\U0001d167\n", "please "}
	for i, unit := range units {
		from := fmt.Sprintf("p%d@north.example", i)
		must(t, engine.Update(func(tx kv.Tx) error {
			if err := clients.PutClient(tx, clients.Client{ID: "north", Name: "Northwind"}); err != nil {
				return err
			}
			return clients.PutContact(tx, clients.Contact{ID: fmt.Sprint("p", i), Client: "north", Name: strings.Repeat("\U0001d400\U0001d167\U0001d167\U0001d167", 50),
				Role: clients.Primary, Status: clients.Active, Addresses: []string{from}})
		}))
		id := fmt.Sprintf("%064d", i)
		e := policy.Evidence{MessageID: id + "@north.example", From: from, Subject: strings.Repeat(unit, 50), Text: strings.Repeat(unit, 5000/len(unit)), Kind: policy.KindNew,
			Hash: id, RawHash: id, Arrived: now, Sender: policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM, Domain: "north.example", SignedAt: now, SignatureID: id, Covered: []string{"from"}}}
		m, err := h.store.Inbox.Receive(e, ledger.Source{Mailbox: "support", UIDValidity: 1, UID: uint32(i + 1)}, []byte(id))
		must(t, err)
		s, err := h.store.Show(m.Ticket)
		must(t, err)
		asked := false
		for _, event := range s.History {
			asked = asked || event.Event == "asked"
		}
		if !asked || len(s.Request) < 1000 && unit != "\n" && !strings.Contains(s.Request, "[cut; the whole mail is kept]") {
			t.Errorf("%q: %d bytes are left, history %+v", unit, len(s.Request), s.History)
		}
	}
}
