package tickets

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// apply carries a decision out.
func (s *Store) apply(tx kv.Tx, m *Message, f policy.Facts, d policy.Decision) error {
	m.Claim, m.Facts = isClaim(f, d), bounded(masked(f))
	if d.Ticket == "" && !d.Has(policy.EffectOpen) && !d.Has(policy.EffectLock) || m.Claim {
		m.Facts = small(m.Facts)
		if dropped(d) {
			m.Facts.Subject, m.Facts.KindWhy, m.Facts.Inquiry = "", "", policy.Inquiry{} //rule:6.14 of-dropped-mail-no-word-stays TestDropped
		}
		d.Reasons = policy.Decide(m.Facts).Reasons
	}
	m.At, m.Outcome, m.Verdict, m.Reasons, m.Ticket, m.Decision = s.Now(), d.Outcome, d.Verdict, d.Reasons, d.Ticket, d
	file := true
	if !m.Source.Observe {
		switch {
		case m.Claim:
			var err error
			if file, err = s.claim(tx, m); err != nil {
				return err
			}
		case m.Ticket != "" || d.Has(policy.EffectOpen) || d.Has(policy.EffectLock):
			if err := s.carryOut(tx, m, f, d); err != nil {
				return err
			}
		}
		if err := errors.Join(s.learn(tx, f), s.hear(tx, f)); err != nil {
			return err
		}
		if f.Kind == policy.KindBounce {
			if err := s.bounced(tx, m, f); err != nil {
				return err
			}
		}
		if d.Outcome == policy.SetAside {
			if err := s.exposed(tx, m, f.Carried); err != nil {
				return err
			}
		}
	}
	if d.Outcome == policy.OutcomeDefer {
		if err := s.deferAgain(tx, m); err != nil {
			return err
		}
		if !m.Source.Observe {
			if err := s.hold(tx, m, f.Evidence); err != nil { //rule:6.8 deferred-no-holds ! TestNoPending/to-confirmed
				return err
			}
		}
	}
	if m.Ticket != "" && file {
		if err := tx.Put(filed(m.Ticket, m.ID), []byte(m.ID)); err != nil {
			return err
		}
	}
	if d.Outcome != policy.OutcomeDefer {
		if err := errors.Join(s.letGo(tx, m), s.finish(tx, m, f)); err != nil {
			return err
		}
	}
	if err := ledger.SeePlace(tx, m.Source, m.ID); err != nil {
		return err
	}
	if err := s.name(tx, m, m.Facts.MessageID); err != nil {
		return err
	}
	if err := ledger.EndAttempts(tx, m.Source); err != nil {
		return err
	}
	if err := kv.Save(tx, kv.Numbered(messagePrefix, m.ID), m); err != nil {
		return err
	}
	return s.log(tx, "message", m.ID, messageLeaf{m.Source, f.Hash, recordDecision(d)})
}

// filed is the key under which a message is found by its ticket.
func filed(ticket, message string) string { return kv.Numbered(filedPrefix+ticket+"/", message) }

// finish writes the marks by which a final message is known again, and the
// to-do for IMAP.
func (s *Store) finish(tx kv.Tx, m *Message, f policy.Facts) error {
	m.Next = time.Time{}
	if err := s.expireLater(tx, m); err != nil {
		return err
	}
	if !f.Duplicate { //rule:6.11 bytes-are-marked TestAppliedOnce
		if err := ledger.SeeHash(tx, f.Hash, m.ID); err != nil {
			return err
		}
	}
	if m.Decision.Counts() { //rule:6.11 signature-is-marked TestAppliedOnce
		for _, id := range f.Sender.SignatureIDs() {
			if err := ledger.SeeSignature(tx, id, m.ID); err != nil {
				return err
			}
		}
	}
	if m.Source.Observe || m.Source.UID == 0 {
		return nil
	}
	return addTodo(tx, m, f)
}

// prove adds a proof to the current revision and raises the state with it. It is of
// now, unless it says when it came.
func (s *Store) prove(t *Ticket, p policy.Proof) policy.Proof {
	p.Revision = t.Revision
	if p.At.IsZero() {
		p.At = s.Now()
	}
	t.Proved = t.Proved || p.Kind != policy.ProofApproval || p.Agent == "" // a lead's word is none of the customer's
	p.Expires = p.At.Add(cmp.Or(s.rules().Demand(t.Class, policy.Matter{}).Life, policy.ProofLife))
	if p.Kind == policy.ProofCode {
		p.Expires = p.At.Add(policy.CodeLife) //rule:6.5 code-lasts-half-an-hour TestCodeProves
	}
	if p.Kind != policy.ProofApproval && p.Kind != policy.ProofExternal && (p.Kind != policy.ProofCode || !t.Class.Privileged()) { // those are no answer of the contact
		t.Afresh, t.Reasked, t.Obstacles = "", false, nil
	}
	t.Proofs = slices.DeleteFunc(t.Proofs, func(old policy.Proof) bool {
		return old.Kind == p.Kind && old.Checker == p.Checker && (old.Kind != policy.ProofApproval || old.Agent == p.Agent && old.Contact == p.Contact)
	})
	t.Proofs = append(t.Proofs, p)
	switch {
	case t.State.Over() || t.State == policy.StateDisputed:
	case p.Kind == policy.ProofReply:
		t.State = policy.StateConfirmed
	case p.Kind == policy.ProofSender && t.State == policy.StateUnconfirmed:
		t.State = policy.StateAuthenticated
	}
	return p
}

// openedByMail makes the ticket that a contact's own message opens, with the
// class that was read in it. The facts are those that are kept: what the message
// quotes of a notice is no agent's to see.
func (s *Store) openedByMail(tx kv.Tx, f policy.Facts) (Ticket, error) {
	c, _, err := clients.Get(tx, f.Person.ID)
	if err != nil {
		return Ticket{}, err
	}
	subject := f.Subject
	if subject == "" {
		subject = "(no subject)"
	}
	asks := recordAsks(f.Asks)
	if asks != nil && !f.Person.May && !asks.Look {
		asks.Look, asks.Why = true, "The contact may not ask for that, so nobody was asked."
	}
	if asks != nil && asks.Class.Privileged() && f.Inquires() && !asks.Look {
		asks.Look, asks.Why = true, "They ask whether a ticket is ours; the words may be somebody else's, so nobody was asked."
	}
	return s.create(tx, Ticket{Client: c.Client, Contact: c.ID, Subject: oneLine(subject), Request: s.firstWords(f.Text),
		Class: f.Asks.OfMail(), Service: c.ServiceIn(s.Now(), f.Subject, f.Text), Channel: policy.Email, Asks: asks, Mail: mailRead(f.Asks), Nameless: f.Nameless}, f.MessageID)
}

// dropped reports whether the mailbox drops such mail.
func dropped(d policy.Decision) bool { return d.Because(policy.CodeDropped) }

// addTodo notes that the message is to be moved or marked on IMAP. Mail of a
// person that is on no ticket, or only counted there, stays where people look,
// since nobody else was told of it; but for a forgery, which is nobody's, and what
// the mailbox drops.
func addTodo(tx kv.Tx, m *Message, f policy.Facts) error {
	first := m
	if f.Duplicate { // of one that stayed, as after a change of UIDVALIDITY
		id, err := ledger.OfHash(tx, f.Hash)
		if err != nil {
			return err
		}
		if known, ok, err := kv.Load[Message](tx, kv.Numbered(messagePrefix, id)); err != nil {
			return err
		} else if ok {
			first = &known
		}
	}
	found, err := tx.Get(filed(first.Ticket, first.ID))
	if err != nil {
		return err
	}
	return ledger.AddTodo(tx, m.Source, string(m.Outcome), first.Outcome == policy.Applied && found == nil && first.Verdict != policy.Rejected && !dropped(first.Decision))
}
