package tickets

import (
	"encoding/json"
	"slices"

	"countersign/internal/kv"
	"countersign/policy"
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

// word gives the word of a ticket's request.
func (s *Store) word(r kv.Reader, t Ticket) (policy.Word, error) {
	a, err := s.weighed(r, t)
	if err != nil {
		return "", err
	}
	return a.Word(), nil
}

// weighed gives of what weigh would gather what the word of a ticket's request
// depends on, and until when its proofs count.
func (s *Store) weighed(r kv.Reader, t Ticket) (policy.Action, error) {
	a, err := s.proofs(r, t)
	if err != nil {
		return a, err
	}
	for _, o := range t.Obstacles {
		if o.Code == policy.CodeDNSTemperror && o.Revision == t.Revision {
			a.Obstacles = append(a.Obstacles, policy.Because(o.Code))
		}
	}
	if a.Demands().Approval() {
		err = s.weighApproval(r, t, &a)
	}
	return a, err
}

// proofs gives what was proved of a ticket and what the rules ask for, as the
// directory is now.
func (s *Store) proofs(r kv.Reader, t Ticket) (policy.Action, error) {
	a := policy.Action{Now: s.Now(), Class: t.Class, Channel: policy.Email, Ticket: t.facts(), OpenedBy: t.OpenedBy, Edited: t.Edited,
		Proofs: slices.Clone(t.Proofs), TokenClasses: s.opt.TokenClasses, Rules: s.rules()}
	var err error
	if a.Matter, err = matterOf(r, t); err != nil {
		return a, err
	}
	return a, s.weighProofs(r, t, &a)
}
