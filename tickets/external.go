package tickets

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// Said is what another system says of a check of a person. Its signature is
// genuine, which was found out before.
type Said struct {
	Checker   string // which system, as it is configured
	Event     string // what is the same when it is sent again
	Hash      string // SHA-256 of the whole, in hexadecimal
	Reference string // as StartCheck gave it
	Contact   string // whom they checked, by an address on file or an id; empty: they don't say
	Passed    bool
	Failed    bool
	Word      string // what it came to, in their words, as they are configured
	At        time.Time
}

// Heard is what became of it.
type Heard struct {
	Checker string          `json:"checker"`
	Ticket  string          `json:"ticket,omitempty"` // empty: it is of no check of ours, or says nothing of one
	Result  policy.Code     `json:"result,omitempty"` // external_passed alone is a yes
	Reasons []policy.Reason `json:"reasons"`
	Until   time.Time       `json:"until,omitzero"`   // how long the proof lasts
	Repeat  bool            `json:"repeat,omitempty"` // it was judged before
}

// externalLeaf is of the kind "external" in the audit log: what was judged, and what
// it came to.
type externalLeaf struct {
	Checker    string       `json:"checker"`
	Hash       string       `json:"hash"`
	Said       string       `json:"said"`
	Now        time.Time    `json:"now"`
	State      policy.State `json:"state"`
	Current    bool         `json:"current,omitempty"`
	Barred     policy.Code  `json:"barred,omitempty"`
	Named      bool         `json:"named,omitempty"`
	Passed     bool         `json:"passed,omitempty"`
	Failed     bool         `json:"failed,omitempty"`
	Asked      time.Time    `json:"asked,omitzero"`
	At         time.Time    `json:"at"`
	Last       time.Time    `json:"last,omitzero"`
	LastFailed bool         `json:"last_failed,omitempty"`
	Result     policy.Code  `json:"result"`
}

func (l externalLeaf) facts() policy.External {
	return policy.External{Now: l.Now, State: l.State, Current: l.Current, Barred: l.Barred, Named: l.Named, Passed: l.Passed, Failed: l.Failed,
		Asked: l.Asked, At: l.At, Last: l.Last, LastFailed: l.LastFailed}
}

// maxHeard bounds how much of what other systems say is in a ticket's history. That
// a check was passed or failed is there in any case.
const maxHeard = 50

// markLife is how long what was judged is known again: longer than anybody sends it
// again by themselves.
const markLife = 30 * 24 * time.Hour

// Hear judges what another system says, and gives or takes back the proof: all in
// one transaction. What is of no check of ours leaves nothing behind.
func (s *Store) Hear(in Said) (out Heard, err error) {
	if err := s.mayWrite(); err != nil {
		return out, err
	}
	out = Heard{Checker: in.Checker, Reasons: []policy.Reason{}}
	ref, ours := s.readReference(in.Checker, in.Reference)
	if !ours || !in.Passed && !in.Failed { //rule:6.1 reference-is-ours =!in.Passed&&!in.Failed TestHearForeign
		return out, nil
	}
	err = s.group.Update(func(tx kv.Tx) error {
		out = Heard{Checker: in.Checker, Reasons: []policy.Reason{}}
		t, err := load(tx, ref.ticket)
		if errors.Is(err, ErrNoTicket) { // it was opened after the copy was made that this store goes on from
			return nil
		}
		if err != nil {
			return err
		}
		out.Ticket = t.ID
		if out.Repeat, err = s.seenExternal(tx, in); err != nil || out.Repeat {
			return err
		}
		return s.hearOne(tx, &t, ref, in, &out)
	})
	return out, err
}

// hearOne carries out what policy says of it.
func (s *Store) hearOne(tx kv.Tx, t *Ticket, ref reference, in Said, out *Heard) error {
	leaf, c, err := s.facing(tx, *t, ref, in)
	if err != nil {
		return err
	}
	leaf.Result = leaf.facts().Judge()
	out.Result, out.Reasons = leaf.Result, []policy.Reason{policy.Because(leaf.Result)}
	tells := fmt.Sprintf("%s says %q, at %s", in.Checker, in.Word, moment(in.At))
	kept := t.Heard < maxHeard
	switch leaf.Result {
	case policy.CodeExternalPassed:
		p := s.prove(t, policy.Proof{Kind: policy.ProofExternal, At: in.At, Message: in.Hash, Contact: t.Contact, Epoch: c.Epoch, Checker: in.Checker})
		out.Until, kept = p.Expires, true
	case policy.CodeExternalFailed:
		before := len(t.Proofs)
		t.Proofs = slices.DeleteFunc(slices.Clone(t.Proofs), func(p policy.Proof) bool { return p.Kind == policy.ProofExternal && p.Checker == in.Checker }) //rule:6.8 external-takes-back TestHear/failed-after-all
		if len(t.Proofs) < before {
			tells, kept = tells+"; what it had proved counts no longer", true
		}
	}
	if c != nil && leaf.Result != policy.CodeExternalSuperseded && leaf.Result != policy.CodeExternalUndated {
		c.At, c.Failed, c.Result = in.At, leaf.Result == policy.CodeExternalFailed, leaf.Result
	}
	if kept {
		t.Heard++
		if err := s.record(tx, t, Event{Event: "external check", Reason: leaf.Result, Text: tells + ". " + policy.Because(leaf.Result).Text}); err != nil {
			return err
		}
	}
	return errors.Join(s.log(tx, "external", t.ID, leaf), save(tx, *t))
}

// facing gathers what policy must know, and gives the check that it is of; nil where
// that counts no longer.
func (s *Store) facing(r kv.Reader, t Ticket, ref reference, in Said) (leaf externalLeaf, c *personCheck, err error) {
	e, err := epochNow(r)
	if err != nil {
		return leaf, nil, err
	}
	leaf = externalLeaf{Checker: in.Checker, Hash: in.Hash, Said: in.Word, Now: s.Now(), State: t.State, Passed: in.Passed, Failed: in.Failed, At: in.At}
	i := slices.IndexFunc(t.Checks, func(c personCheck) bool { return c.Checker == in.Checker && c.Asked.Equal(ref.asked) })
	leaf.Current = i >= 0 && ref.revision == t.Revision && t.Checks[i].Epoch == e.Number && !t.stale(e) //rule:7 check-of-before-a-restore =i>=0&&ref.revision==t.Revision TestHear/restored
	if leaf.Current {
		c = &t.Checks[i]
		leaf.Asked, leaf.Last, leaf.LastFailed = c.Asked, c.At, c.Failed
	}
	contact, ok, err := clients.Get(r, t.Contact)
	if err != nil {
		return leaf, nil, err
	}
	giver, err := s.giver(r, t, contact, ok, "")
	leaf.Barred, leaf.Named = giver.Bars(t.facts(), leaf.Now), isNamed(contact, in.Contact)
	return leaf, c, err
}

// isNamed reports whether who is a contact's id, or an address on file of theirs.
func isNamed(c clients.Contact, who string) bool {
	if who == "" || who == c.ID {
		return true
	}
	addr, err := canonical(who)
	return err == nil && c.OnFile(addr)
}

// seenExternal reports whether an event was judged before, and notes that it is now.
func (s *Store) seenExternal(tx kv.Tx, in Said) (bool, error) {
	mac := hmac.New(sha256.New, []byte(in.Checker)) // a name and an event can be joined in one way only
	mac.Write([]byte(in.Event))
	hash := hex.EncodeToString(mac.Sum(nil))
	seen, err := tx.Get(externalPrefix + hash)
	if err != nil || seen != nil { //rule:6.11 an-event-counts-once =err!=nil TestHear/sent-again
		return seen != nil, err
	}
	return false, errors.Join(tx.Put(externalPrefix+hash, []byte{1}), tx.Put(externalDue+kv.Due(s.Now().Add(markLife))+"/"+hash, []byte(hash)))
}

// forgetExternal forgets what nobody sends again.
func (s *Store) forgetExternal() error {
	keys, err := s.passed(externalDue)
	for batch := range slices.Chunk(keys, 25) {
		err = errors.Join(err, s.group.Update(func(tx kv.Tx) error {
			var errs []error
			for _, key := range batch {
				hash, err := tx.Get(key)
				errs = append(errs, err, tx.Delete(externalPrefix+string(hash)), tx.Delete(key))
			}
			return errors.Join(errs...)
		}))
	}
	return err
}
