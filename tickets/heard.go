package tickets

import (
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
)

// heard is what is known of who reads an address on file: when a mail of ours to it
// last came back, when a person last wrote from there, and when a machine did.
type heard struct {
	Failed  time.Time `json:"failed,omitzero"`
	Said    string    `json:"said,omitempty"` // by the server that had it
	Person  time.Time `json:"person,omitzero"`
	Machine time.Time `json:"machine,omitzero"`
}

// hear notes who wrote from an address on file. What is neither proved nor holds
// our secret could be anybody's, and says nothing.
func (s *Store) hear(tx kv.Tx, f policy.Facts) error {
	if f.Person.ID == "" || f.Duplicate || len(f.Refusals) > 0 || !f.Sender.Proves(false) && f.Binding.LiveToken == nil {
		return nil
	}
	if f.Kind.Machine() && f.Kind != policy.KindAutoReply {
		return nil
	}
	h, _, err := kv.Load[heard](tx, heardPrefix+f.From)
	if err != nil {
		return err
	}
	known := &h.Person
	if f.Kind.Machine() {
		known = &h.Machine
	}
	if now := s.Now(); known.IsZero() || now.Sub(*known) >= provableEvery || known == &h.Person && !h.Failed.Before(*known) {
		*known = now
		return kv.Save(tx, heardPrefix+f.From, h)
	}
	return nil
}

// failed notes that a mail of ours to an address did not arrive.
func (s *Store) failed(tx kv.Tx, addr, said string) error {
	h, _, err := kv.Load[heard](tx, heardPrefix+addr)
	if err != nil {
		return err
	}
	h.Failed, h.Said = s.Now(), oneLine(token.HideIn(said))
	return kv.Save(tx, heardPrefix+addr, h)
}

// heardOf adds what is known of who reads an address.
func heardOf(r kv.Reader, m *clients.MailFacts) error {
	h, _, err := kv.Load[heard](r, heardPrefix+m.Address)
	if err != nil {
		return err
	}
	if h.Failed.After(h.Person) {
		m.Failed, m.Said = h.Failed, h.Said
	}
	if h.Person.IsZero() {
		m.Automatic = h.Machine
	}
	return nil
}
