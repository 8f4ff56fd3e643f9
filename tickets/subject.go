package tickets

import (
	"fmt"

	"countersign/internal/kv"
	"countersign/policy"
)

// nameFor gives a ticket whose subject says nothing the one that its contact answered
// our mail about that with.
func (s *Store) nameFor(tx kv.Tx, w *work, _ policy.Effect) error {
	was := w.t.Subject
	w.t.Subject, w.t.Nameless = oneLine(w.m.Facts.Line), false // as kept, without secrets
	return s.record(tx, &w.t, Event{Event: "named", Reason: policy.CodeNamed, Text: fmt.Sprintf("Message %s names it %q; it was %q.", w.m.ID, w.t.Subject, was)})
}
