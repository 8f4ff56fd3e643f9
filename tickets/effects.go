package tickets

import (
	"fmt"
	"slices"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

// work is one message at work on one ticket.
type work struct {
	m      *Message
	f      policy.Facts
	d      policy.Decision
	t      Ticket
	before Ticket // as it was before the message
	epoch  int
}

// effects says how each kind of effect is carried out. A decision lists its
// effects in the order in which that is done.
var effects = map[policy.EffectKind]func(*Store, kv.Tx, *work, policy.Effect) error{
	policy.EffectOpen: (*Store).openFor,
	policy.EffectJoin: (*Store).joinFor,
	policy.EffectName: (*Store).nameFor,
	policy.EffectNudge: func(s *Store, tx kv.Tx, w *work, _ policy.Effect) error {
		return s.inform(tx, &w.t, policy.NoticeSubject)
	},
	policy.EffectFurther: (*Store).furtherFor,
	policy.EffectLook:    (*Store).lookFor,
	policy.EffectProve: func(s *Store, tx kv.Tx, w *work, e policy.Effect) error {
		p := policy.Proof{Kind: e.Proof, Message: w.f.Hash, Contact: w.f.Person.ID, Address: w.f.From, Epoch: w.epoch}
		if e.Proof == policy.ProofApproval && w.f.Person.For != "" {
			p.For, p.By = w.f.Person.For, w.f.Binding.Notice.By
		}
		s.prove(&w.t, p)
		switch e.Proof {
		case policy.ProofReply:
			if w.t.Delegates {
				return s.delegated(tx, &w.t)
			}
			if w.t.Class == policy.AccountChange {
				if err := s.tellAsked(tx, &w.t, w.f.From); err != nil { //rule:6.5 all-addresses-are-told ! TestChangeAsked
					return err
				}
			}
			return s.seekApproval(tx, &w.t)
		case policy.ProofApproval:
			return s.approved(tx, &w.t, approvals.Given{Contact: w.f.Person.ID, Message: w.m.ID, For: w.f.Person.For})
		}
		return nil
	},
	policy.EffectSpend: func(s *Store, tx kv.Tx, w *work, _ policy.Effect) error {
		if n := w.f.Binding.Notice; n != nil && n.Approves && !n.Unlocks {
			return s.spendApproval(tx, &w.t, w.f.Person.ID)
		}
		return s.spend(tx, &w.t, w.f.Person.ID, w.f.Binding.Notice != nil && w.f.Binding.Notice.Lifts)
	},
	policy.EffectUnprovedNo: (*Store).putBackFor,
	policy.EffectRefuse:     (*Store).refusedFor,
	policy.EffectAnswers: func(s *Store, tx kv.Tx, w *work, _ policy.Effect) error {
		return s.alert(tx, w.t, policy.NoticeAnswers, "")
	},
	policy.EffectAway:      (*Store).awayFor,
	policy.EffectLock:      (*Store).lockFor,
	policy.EffectLockAsked: (*Store).lockAskedFor,
	policy.EffectUnlock:    (*Store).unlockedFor,
	policy.EffectLift:      func(s *Store, tx kv.Tx, w *work, _ policy.Effect) error { return s.lifted(tx, &w.t) },
	policy.EffectDispute: func(s *Store, tx kv.Tx, w *work, e policy.Effect) error {
		// that a no shows who said it is no yes
		w.t.Proved = w.before.Proved //rule:6.8 a-no-is-no-yes TestNoTwice
		return s.dispute(tx, &w.t, e.Revision, w.acted(e.Revision))
	},
	policy.EffectDisputeAlso: func(s *Store, tx kv.Tx, w *work, e policy.Effect) error {
		return s.disputeAlso(tx, e.Ticket, w.f.Binding.Heard, w.m.ID)
	},
	policy.EffectAbout: (*Store).tellAbout,
	policy.EffectNotice: func(s *Store, tx kv.Tx, w *work, e policy.Effect) error {
		if e.Notice.Terms().To == policy.ToApprover {
			return s.askClearer(tx, &w.t, w.f.Person.ID)
		}
		d, err := s.demand(tx, w.t)
		if err != nil || e.Notice == policy.NoticeConfirmed && d.Approval() { // sought tells them who has to agree as well
			return err
		}
		return s.inform(tx, &w.t, e.Notice)
	},
}

// carryOut writes what the message does to its ticket, which it may open.
func (s *Store) carryOut(tx kv.Tx, m *Message, f policy.Facts, d policy.Decision) error {
	e, err := epochNow(tx)
	if err != nil {
		return err
	}
	w := &work{m: m, f: f, d: d, epoch: e.Number}
	if m.Ticket != "" {
		if err := w.load(tx); err != nil {
			return err
		}
	}
	for _, e := range d.Effects {
		carry, ok := effects[e.Kind]
		if !ok {
			return fmt.Errorf("nothing carries out the effect %q", e.Kind)
		}
		if err := carry(s, tx, w, e); err != nil {
			return err
		}
	}
	if err := s.isBack(tx, w); err != nil {
		return err
	}
	if d.Verdict == policy.Deferred {
		w.t.waitsForDNS(s.Now())
		return save(tx, w.t)
	}
	if err := s.tellDecision(tx, w); err != nil {
		return err
	}
	return save(tx, w.t)
}

func (w *work) load(tx kv.Tx) (err error) {
	w.t, err = load(tx, w.m.Ticket)
	w.before = w.t
	return err
}

// acted reports whether a no to that revision comes after something was done. A
// no to what names no ticket denies the mail that was all that the ticket had.
func (w *work) acted(revision int) bool {
	bare, named := false, false
	for _, n := range w.f.Binding.Heard {
		bare = bare || n.Ticket == w.t.ID && n.Bare
		named = named || n.Ticket == w.t.ID && !n.Bare
	}
	if bare && !named { //rule:6.8 denied-mail-stops-no-client TestAboutNo/none-signed
		return w.before.UsedBy != "" || w.before.State == policy.StateConfirmed
	}
	return w.before.actedSince(revision)
}

// tellDecision tells the ticket's history what the message came to.
func (s *Store) tellDecision(tx kv.Tx, w *work) error {
	code := w.d.Reason()
	text := "message " + w.m.ID + ":"
	if w.d.AnswersNothing() && code != policy.CodeUnboundAnswer { // which says more than that nothing binds it
		code = policy.CodeUnboundAnswer
		text += " " + policy.Because(code).Text
	}
	for i, r := range w.d.Reasons {
		if i == 0 || r.Code == policy.CodeLookAlike { // whom it could be taken for is for whoever reads the ticket
			text += " " + r.Text
		}
	}
	if asks := w.f.Asks.OfMail(); w.d.Has(policy.EffectJoin) && asks != w.t.Class {
		text += " Its words ask for " + string(asks) + "." // which the ticket it is filed with says nothing of
	}
	if err := s.record(tx, &w.t, Event{Event: "message " + string(w.d.Verdict), Reason: code, Rule: w.d.Rule, Text: text}); err != nil {
		return err
	}
	if proofs := w.d.Proofs(); len(proofs) == 0 || slices.Contains(proofs, policy.ProofApproval) {
		return nil
	}
	return s.record(tx, &w.t, Event{Event: string(w.t.State), Reason: code, Text: "The ticket is " + string(w.t.State) + "."})
}

// openFor opens the ticket of a contact's own message.
func (s *Store) openFor(tx kv.Tx, w *work, _ policy.Effect) error {
	t, err := s.openedByMail(tx, w.m.Facts)
	if err != nil {
		return err
	}
	w.m.Ticket = t.ID
	if err := w.load(tx); err != nil {
		return err
	}
	if !w.d.Has(policy.EffectNotice) {
		doubted := w.d.Verdict != policy.Authenticated
		if t.Class.Privileged() || doubted && t.Class != policy.Question { // the contact is not asked, so there is no end of the question
			w.t.Until = time.Time{}
		}
		if !doubted || w.f.Waits != "" { // a question that stands keeps its place
			return nil
		}
		return tx.Put(wrotePrefix+t.Contact, []byte(t.ID))
	}
	if t.Class != policy.Question {
		if err := s.setTimers(tx, t); err != nil {
			return err
		}
	}
	if w.d.Verdict == policy.Authenticated { // nobody doubts that they wrote it
		return s.record(tx, &w.t, Event{Event: "asked back", Reason: policy.CodeAskedBack, Text: policy.Because(policy.CodeAskedBack).Text})
	}
	return tx.Put(wrotePrefix+t.Contact, []byte(t.ID))
}

// putBackFor asks afresh after a no that nothing proves.
func (s *Store) putBackFor(tx kv.Tx, w *work, _ policy.Effect) error {
	t := &w.t
	t.Proofs, t.Checks, t.State, t.Asked, t.Afresh, t.Reasked = nil, nil, policy.StateUnconfirmed, nil, "", false
	if err := s.voidApproval(tx, t, policy.CodeUnprovedNo); err != nil {
		return err
	}
	if err := s.void(tx, t); err != nil { //rule:6.8 unproved-no-voids-the-notices ! TestUnprovedNo
		return err
	}
	return s.inform(tx, t, policy.NoticeUnprovedNo)
}
