package tickets

import (
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// revision is what became of a revision of a request that an edit has ended. It
// stays under revision/<ticket>/<number> for good, since a no to a notice that
// quoted it may come at any time; what the current revision has is in the Ticket.
type revision struct {
	Class   policy.Class `json:"class"`
	Ended   time.Time    `json:"ended"`
	Proofs  proofs       `json:"proofs,omitempty"` // as they were when it ended
	UsedBy  string       `json:"used_by,omitempty"`
	UsedAt  time.Time    `json:"used_at,omitzero"`
	Receipt string       `json:"receipt,omitempty"`
}

func revisionKey(ticket string, n int) string {
	return revisionPrefix + ticket + "/" + kv.Seq(uint64(n))
}

// endRevision keeps what the ticket's revision had, and begins the next one.
func (s *Store) endRevision(tx kv.Tx, t *Ticket) error {
	r := revision{Class: t.Class, Ended: s.Now(), Proofs: t.Proofs, UsedBy: t.UsedBy, UsedAt: t.UsedAt, Receipt: t.Receipt}
	if err := kv.Save(tx, revisionKey(t.ID, t.Revision), r); err != nil {
		return err
	}
	if t.actedSince(t.Revision) {
		t.Acted = t.Revision //rule:6.8 what-an-edit-ends-is-kept TestNoAtAnyTime/to-confirmed-after-an-edit/all
	}
	t.Grave = t.Grave || t.Class.Privileged()
	t.Checks = nil
	t.Revision, t.State, t.Proofs, t.Proved, t.Asked, t.Tells = t.Revision+1, policy.StateUnconfirmed, nil, false, nil, nil
	t.UsedBy, t.UsedAt, t.Receipt, t.Afresh, t.Reasked, t.Further = "", time.Time{}, "", "", false, ""
	return nil
}

// actedSince reports whether that revision or a later one ever had a proof or
// was allowed.
func (t Ticket) actedSince(revision int) bool {
	return t.Acted > 0 && t.Acted >= revision || t.Proved || t.UsedBy != ""
}

// revisionOf gives what the ticket's revision n had, its current one too.
func revisionOf(r kv.Reader, t Ticket, n int) (revision, error) {
	if n == t.Revision {
		return revision{Class: t.Class, Proofs: t.Proofs, UsedBy: t.UsedBy, UsedAt: t.UsedAt, Receipt: t.Receipt}, nil
	}
	old, _, err := kv.Load[revision](r, revisionKey(t.ID, n))
	return old, err
}
