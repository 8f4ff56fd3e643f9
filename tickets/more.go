package tickets

import (
	"fmt"

	"countersign/internal/kv"
	"countersign/policy"
)

// more is that a message on the ticket asks for more than the ticket is for, until
// an agent says its class. Of several it is the gravest.
type more struct {
	Message   string     `json:"message"`
	Signature string     `json:"signature,omitempty"` // sent again, it is nothing new
	Asks      asksRecord `json:"asks"`
	Looked    string     `json:"looked,omitempty"` // the agent who has said the class since
}

// More is that as agents see it.
type More struct {
	Message string         `json:"message"`
	Class   policy.Class   `json:"class"`
	Score   float64        `json:"score"`
	Matches []policy.Match `json:"matches"`
}

// asksMore gives what a person should look at, nil if there is nothing, or the
// ticket has become as much.
func (t Ticket) asksMore() *More {
	if t.More == nil || t.More.Looked != "" || !t.Class.Below(t.More.Asks.Class) {
		return nil
	}
	a := t.More.Asks.asks()
	if a.Matches == nil {
		a.Matches = []policy.Match{}
	}
	return &More{Message: t.More.Message, Class: a.Class, Score: a.Score, Matches: a.Matches}
}

// lookedAtMore notes that an agent has said the class since.
func (t *Ticket) lookedAtMore(agent string) {
	if t.More != nil {
		t.More.Looked = agent
	}
}

// lookFor marks the ticket of a message that asks for more. The class stays: only
// an agent raises it.
func (s *Store) lookFor(tx kv.Tx, w *work, _ policy.Effect) error {
	f := w.m.Facts // as kept, without secrets
	asks := recordAsks(f.Asks)
	if asks == nil || w.t.More != nil && f.Sender.SignatureID != "" && w.t.More.Signature == f.Sender.SignatureID {
		return nil
	}
	if open := w.t.asksMore(); open == nil || open.Class.Below(asks.Class) {
		w.t.More = &more{Message: w.m.ID, Signature: f.Sender.SignatureID, Asks: *asks}
	}
	rests := ""
	if len(asks.Matches) > 0 {
		rests = fmt.Sprintf(" (%s: %q)", asks.Matches[0].Rule, asks.Matches[0].Text)
	}
	return s.record(tx, &w.t, Event{Event: "asks for more", Reason: policy.CodeAsksMore,
		Text: fmt.Sprintf("Message %s asks for %s%s, and the ticket's class is %s; a person should look.", w.m.ID, asks.Class, rests, w.t.Class)})
}

// joinFor files a message with the ticket that the decision names. What it asks
// for beyond that must not be overlooked there.
func (s *Store) joinFor(tx kv.Tx, w *work, e policy.Effect) error {
	if w.t.Class.Privileged() || !w.t.Class.Below(w.f.Asks.OfMail()) {
		return nil
	}
	return s.lookFor(tx, w, e)
}
