package tickets

import (
	"encoding/json"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// Proof is the message's word: what is known of who sent it.
func (m Message) Proof() policy.Word { return policy.WordOf(m.Facts, m.Decision) }

// Explained is a message as explain shows it, with its word.
type Explained struct {
	Message
	Proof policy.Word
}

func (m Message) explained() Explained { return Explained{m.guarded(), m.Proof()} }

type explainedRecord struct {
	messageRecord
	Proof policy.Word `json:"proof"`
}

// MarshalJSON writes the record of the message, and its word.
func (e Explained) MarshalJSON() ([]byte, error) {
	return json.Marshal(explainedRecord{e.record(), e.Proof})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *Explained) UnmarshalJSON(b []byte) error {
	var r explainedRecord
	if err := json.Unmarshal(b, &r); err != nil {
		return err
	}
	e.Proof = r.Proof
	return json.Unmarshal(b, &e.Message)
}

// word gives the word of a ticket's request, judged as authorize judges it.
func (s *Store) word(r kv.Reader, t Ticket) (policy.Word, error) {
	a, err := s.weigh(r, t, AuthorizeRequest{Class: t.Class, Channel: policy.Email}, staff.Agent{})
	return a.Word(), err
}
