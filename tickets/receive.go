package tickets

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// Source says where a message came from.
type Source struct {
	Mailbox     string `json:"mailbox"`
	UIDValidity uint32 `json:"uidvalidity"`
	Turn        uint32 `json:"turn,omitempty"` // how often UIDs were given out anew under that number
	UID         uint32 `json:"uid"`
	Observe     bool   `json:"observe,omitempty"` // only the verdict and the marks are written
}

// key is the name of the source in keys.
func (src Source) key() string {
	turn := ""
	if src.Turn > 0 {
		turn = fmt.Sprintf(".%d", src.Turn)
	}
	return src.Mailbox + "/" + kv.Seq(uint64(src.UIDValidity)) + turn + "/" + kv.Seq(uint64(src.UID))
}

// Message is the record of one message of one mailbox: what it came to, and
// everything that the decision was made from.
type Message struct {
	ID       string          `json:"id"` // m-17
	Source   Source          `json:"source"`
	At       time.Time       `json:"at"`
	Outcome  policy.Outcome  `json:"outcome"`
	Verdict  policy.Verdict  `json:"verdict"`
	Reasons  []policy.Reason `json:"reasons"`
	Ticket   string          `json:"ticket,omitempty"`
	Claim    bool            `json:"claim,omitempty"` // it only says that it is about the ticket
	Blob     string          `json:"blob,omitempty"`  // where its bytes are kept
	Loose    bool            `json:"loose,omitempty"` // they prove nothing
	Facts    policy.Facts    `json:"facts"`
	Decision policy.Decision `json:"decision"`

	Released  string `json:"released,omitempty"`  // agent who read what was set aside
	Discarded string `json:"discarded,omitempty"` // agent who took it off the list

	// While deferred: how often DNS was asked, since when, and when next.
	Tries int       `json:"tries,omitempty"`
	Since time.Time `json:"since,omitzero"`
	Next  time.Time `json:"next,omitzero"`
	Holds []string  `json:"holds,omitempty"` // tickets to which it may be a no
}

// MessageID is the Message-ID that the sender gave, without brackets.
func (m Message) MessageID() string { return m.Facts.MessageID }

// Judge says what a message would come to now, changing nothing.
// With again, it is taken for one that was not seen before.
func (s *Store) Judge(e policy.Evidence, again bool) (f policy.Facts, d policy.Decision, err error) {
	err = s.kv.View(func(v kv.View) error {
		f, err = s.facts(v, e, "")
		return err
	})
	if again {
		f.Duplicate, f.SignatureUsed = false, false
	}
	return f, policy.Decide(f), err
}

// JudgeFor is Judge for people who may not know which codes are right: a message
// that is not the asked person's own is judged as if every token and code in it
// were wrong, and what it is bound to is left out.
func (s *Store) JudgeFor(e policy.Evidence, again bool) (policy.Facts, policy.Decision, error) {
	f, d, err := s.Judge(e, again)
	if err != nil || f.Own() {
		return f, d, err
	}
	e.Tokens, e.References = nil, slices.Clone(e.References)
	for i := range e.References { // two different ones stay two
		e.References[i].Value += "?"
	}
	f, d, err = s.Judge(e, again)
	f.Binding = policy.Binding{Bound: policy.BoundNone}
	return f, d, err
}

// Received gives the record of the message at src, if it has one.
func (s *Store) Received(src Source) (m Message, ok bool, err error) {
	err = s.kv.View(func(v kv.View) error {
		m, ok, err = received(v, src)
		return err
	})
	return m, ok, err
}

func received(r kv.Reader, src Source) (Message, bool, error) {
	id, err := r.Get("seen/uid/" + src.key())
	if err != nil || id == nil {
		return Message{}, false, err
	}
	m, ok, err := kv.Load[Message](r, numbered("msg", string(id)))
	if err == nil && !ok { // it was kept long enough, and is not judged again
		return forgotten(string(id), src), true, nil
	}
	return m, ok, err
}

// Receive applies one message, once: its record, its seen-marks, the ticket and
// its history, notices and the to-do for IMAP commit together. A message that
// has a final record is left as it is. blob names its kept bytes; where they
// must be kept and aren't, nothing happens and the error is ErrNeedsBytes.
func (s *Store) Receive(e policy.Evidence, src Source, blob string) (m Message, err error) {
	if err := s.opt.Watch.Check(); err != nil {
		return m, err
	}
	disk, size := s.diskHasRoom(e), s.sizeOf(blob, e)
	err = s.group.Update(func(tx kv.Tx) error {
		var known bool
		if m, known, err = received(tx, src); err != nil || known && m.Outcome != policy.OutcomeDefer {
			return err
		}
		f, err := s.facts(tx, e, m.ID)
		if err != nil {
			return err
		}
		f.GaveUp = known && !s.Now().Before(m.Since.Add(s.opt.DNSWait))
		d := policy.Decide(f)
		// What waits and holds our token may be the no of whom we asked: it has room.
		if ours := d.Outcome == policy.OutcomeDefer && f.Binding.Ticket != "" && !f.Claimed; blob == "" && m.Blob == "" && loose(d) && !ours {
			if f.NoRoom, err = s.noRoom(tx, e, d, disk); err != nil {
				return err
			}
			d = policy.Decide(f)
		}
		if blob == "" && m.Blob == "" && needsBytes(d) && !(f.NoRoom && loose(d)) {
			return ErrNeedsBytes
		}
		if !known {
			n, err := kv.Counter(tx, "counter/msg")
			if err != nil {
				return err
			}
			m = Message{ID: fmt.Sprintf("m-%d", n), Source: src, Since: s.Now()}
		} else if err := tx.Delete(deferKey(m)); err != nil {
			return err
		}
		if err := s.keep(tx, &m, d, blob, size); err != nil {
			return err
		}
		return s.apply(tx, &m, f, d)
	})
	return m, err
}

// needsBytes reports whether a message's bytes must outlive IMAP.
func needsBytes(d policy.Decision) bool {
	return d.Outcome == policy.SetAside || d.Outcome == policy.OutcomeDefer ||
		len(d.Proofs) > 0 || d.Dispute || len(d.Also) > 0 || d.UnprovedNo || d.Lift || d.Open
}

// apply carries a decision out.
func (s *Store) apply(tx kv.Tx, m *Message, f policy.Facts, d policy.Decision) error {
	m.Claim, m.Facts = isClaim(f, d), bounded(masked(f))
	if d.Ticket == "" && !d.Open || m.Claim {
		m.Facts = small(m.Facts)
		d.Reasons = policy.Decide(m.Facts).Reasons
	}
	m.At, m.Outcome, m.Verdict, m.Reasons, m.Ticket, m.Decision = s.Now(), d.Outcome, d.Verdict, d.Reasons, d.Ticket, d
	file := true
	if !m.Source.Observe {
		if d.Open {
			t, err := s.openedByMail(tx, m.Facts)
			if err != nil {
				return err
			}
			m.Ticket = t.ID
			if d.Ask != "" {
				if err := tx.Put("wrote/"+t.Contact, []byte(t.ID)); err != nil {
					return err
				}
			}
		}
		switch {
		case m.Claim:
			var err error
			if file, err = s.claim(tx, m); err != nil {
				return err
			}
		case m.Ticket != "":
			if err := s.applyTicket(tx, m, f, d); err != nil {
				return err
			}
		}
		if err := s.learn(tx, f); err != nil {
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
			if err := s.hold(tx, m, f.Evidence); err != nil {
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
		if err := errors.Join(s.letGo(tx, m), s.settle(tx, m, f)); err != nil {
			return err
		}
	}
	if err := tx.Put("seen/uid/"+m.Source.key(), []byte(m.ID)); err != nil {
		return err
	}
	if err := s.name(tx, m, m.Facts.MessageID); err != nil {
		return err
	}
	if err := tx.Delete("attempt/" + m.Source.key()); err != nil {
		return err
	}
	if err := kv.Save(tx, numbered("msg", m.ID), m); err != nil {
		return err
	}
	return s.log(tx, "message", m.ID, struct {
		Source   Source          `json:"source"`
		Hash     string          `json:"hash"`
		Decision policy.Decision `json:"decision"`
	}{m.Source, f.Hash, d})
}

// filed is the key under which a message is found by its ticket.
func filed(ticket, message string) string { return numbered("filed/"+ticket, message) }

// settle writes the marks by which a final message is known again, and the
// to-do for IMAP.
func (s *Store) settle(tx kv.Tx, m *Message, f policy.Facts) error {
	m.Next = time.Time{}
	if err := s.expireLater(tx, m); err != nil {
		return err
	}
	if !f.Duplicate {
		if err := tx.Put("seen/hash/"+f.Hash, []byte(m.ID)); err != nil {
			return err
		}
	}
	if counts(m.Decision) {
		for _, id := range f.Sender.SignatureIDs() {
			if err := tx.Put("seen/sig/"+id, []byte(m.ID)); err != nil {
				return err
			}
		}
	}
	if m.Source.Observe || m.Source.UID == 0 {
		return nil
	}
	return addTodo(tx, m, f)
}

// applyTicket writes what the message does to its ticket.
func (s *Store) applyTicket(tx kv.Tx, m *Message, f policy.Facts, d policy.Decision) error {
	t, err := load(tx, m.Ticket)
	if err != nil {
		return err
	}
	e, err := epochNow(tx)
	if err != nil {
		return err
	}
	acted, proved := t.actedSince(d.Revision), t.Proved // before this message: that a no shows who said it is no yes
	for _, kind := range d.Proofs {
		s.prove(&t, policy.Proof{Kind: kind, Message: f.Hash, Contact: f.Person.ID, Address: f.From, Epoch: e.Number})
	}
	if d.Spend {
		err = s.spend(tx, &t, f.Person.ID, d.Lift || f.Binding.Notice != nil && f.Binding.Notice.Lifts)
	}
	if d.UnprovedNo && err == nil {
		t.Proofs, t.State, t.Asked, t.Afresh, t.Reasked = nil, policy.StateUnconfirmed, nil, "", false
		if err = s.void(tx, &t); err == nil {
			err = s.inform(tx, &t, "unproved_no")
		}
	}
	if d.Lift && err == nil {
		err = s.lifted(tx, &t)
	}
	if d.Dispute && err == nil {
		t.Proved = proved
		err = s.dispute(tx, &t, d.Revision, acted)
	}
	for _, id := range d.Also {
		if err == nil {
			err = s.disputeAlso(tx, id, f.Binding.Heard, m.ID)
		}
	}
	if d.Ask != "" && err == nil {
		err = s.inform(tx, &t, d.Ask)
	}
	if err != nil {
		return err
	}
	if d.Verdict != policy.Deferred {
		code := d.Reason()
		text := "message " + m.ID + ":"
		for i, r := range d.Reasons {
			if i == 0 || r.Code == "look_alike" { // whom it could be taken for is for whoever reads the ticket
				text += " " + r.Text
			}
		}
		if err := s.record(tx, &t, Event{Event: "message " + string(d.Verdict), Reason: code, Text: text}); err != nil {
			return err
		}
		if before := len(d.Proofs); before > 0 {
			if err := s.record(tx, &t, Event{Event: string(t.State), Reason: code, Text: "The ticket is " + string(t.State) + "."}); err != nil {
				return err
			}
		}
	} else {
		t.waitsForDNS(s.Now())
	}
	return save(tx, t)
}

// prove adds a proof to the current revision and raises the state with it.
func (s *Store) prove(t *Ticket, p policy.Proof) {
	p.Revision, p.At, t.Proved = t.Revision, s.Now(), true
	t.Afresh, t.Reasked, t.Obstacles = "", false, nil
	p.Expires = p.At.Add(policy.ProofLife)
	t.Proofs = slices.DeleteFunc(t.Proofs, func(old policy.Proof) bool { return old.Kind == p.Kind })
	t.Proofs = append(t.Proofs, p)
	switch {
	case t.State.Over() || t.State == policy.StateDisputed:
	case p.Kind == policy.ProofReply:
		t.State = policy.StateConfirmed
	case p.Kind == policy.ProofSender && t.State == policy.StateUnconfirmed:
		t.State = policy.StateAuthenticated
	}
}

// openedByMail makes the ticket that a contact's own message opens. A message
// doesn't say its class: it is a question until an agent edits it, which asks
// for confirmation. The facts are those that are kept: what the message quotes
// of a notice is no agent's to see.
func (s *Store) openedByMail(tx kv.Tx, f policy.Facts) (Ticket, error) {
	c, _, err := clients.Get(tx, f.Person.ID)
	if err != nil {
		return Ticket{}, err
	}
	subject := f.Subject
	if subject == "" {
		subject = "(no subject)"
	}
	return s.create(tx, Ticket{Client: c.Client, Contact: c.ID, Subject: oneLine(subject), Request: s.firstWords(f.Text),
		Class: policy.Question, Channel: policy.Email}, f.MessageID)
}

// bounded cuts the facts to what fits beside other values of a record.
func bounded(f policy.Facts) policy.Facts {
	f.Tokens, f.References, f.Carried, f.Bounce = nil, nil, nil, policy.Bounce{}
	f.Text = cut(f.Text, 16<<10)
	if b, err := json.Marshal(f); err != nil || len(b) > 48<<10 {
		f.Threads, f.Recipients, f.Sender.Records, f.Text = nil, nil, nil, cut(f.Text, 4<<10)
	}
	return f
}
