package tickets

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// A decision is an answer to authorize with everything that it rests on, so that it
// can be computed again. Nothing changes it: its hash is in the history of its
// ticket, in the audit log and, if it is a yes, in the receipt.
type decision struct {
	Ticket string       `json:"ticket"`
	Policy string       `json:"policy,omitempty"` // rules in force; empty: built in
	Facts  actionRecord `json:"facts"`
	Answer answerGiven  `json:"answer"`
}

// asking is the last answer to one question of one agent. The same answer that rests
// on the same facts is counted for a while, and not written down again: a script that
// asks in a loop fills no disk.
type asking struct {
	Same    string    `json:"same"`              // hash of the answer and what it rests on, but for the time
	At      time.Time `json:"at"`                // when it was written down
	Again   int       `json:"again,omitempty"`   // how often it was given since, and that was not logged yet
	Last    time.Time `json:"last,omitzero"`     // the last time
	Receipt string    `json:"receipt,omitempty"` // of a yes
}

// countedFor is how long the same answer is counted.
const countedFor = 10 * time.Minute

func (a AuthorizeRequest) key(ticket string) string {
	return ticket + "/" + a.Agent + "/" + string(a.Class) + "/" + string(a.Channel)
}

// answered writes down an answer and what it rests on, in the history, in the audit
// log and as a decision. The caller saves the ticket.
func (s *Store) answered(tx kv.Tx, t *Ticket, d decision, e Event) (hash string, err error) {
	if d.Facts.Text, err = keepWords(tx, *t, d.Facts.Text); err != nil {
		return "", err
	}
	b, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	e.Decision = sha(b) //rule:6.12 decision-is-in-the-log TestDecisionsComputedAgain TestReceiptNamesItsDecision
	if err := s.record(tx, t, e); err != nil {
		return "", err
	}
	key := decisionPrefix + kv.Due(d.Facts.Now) + "/" + t.ID + "/" + kv.Seq(t.Events)
	return e.Decision, errors.Join(tx.Put(key, b), tx.Put(decidedKey(t.ID, t.Events), []byte(key)))
}

func decidedKey(ticket string, event uint64) string {
	return decidedPrefix + ticket + "/" + kv.Seq(event)
}

// keepWords keeps the words of a ticket's revision once, whatever is decided on it.
// It gives those that are to be kept with the decision, as they are others.
func keepWords(tx kv.Tx, t Ticket, text string) (own string, err error) {
	key := wordsKey(t.ID, t.Revision)
	kept, err := tx.Get(key)
	switch {
	case err != nil || string(kept) == text:
		return "", err
	case kept == nil:
		return "", tx.Put(key, []byte(text)) //rule:6.12 words-are-kept ="",nil TestPolicyDiff
	}
	return text, nil
}

func wordsKey(ticket string, revision int) string {
	return wordsPrefix + ticket + "/" + kv.Seq(uint64(revision))
}

// action gives what the decision rests on.
func (d decision) action(r kv.Reader) (policy.Action, error) {
	text, err := r.Get(wordsKey(d.Ticket, d.Facts.Ticket.Revision))
	return d.Facts.action(string(text), d.Policy), err
}

// same is the hash of the answer and what it rests on, whenever it is given.
func (d decision) same() (string, error) {
	d.Facts.Now = time.Time{}
	b, err := json.Marshal(d)
	return sha(b), err
}

// again gives what was answered to the question before, and whether this is the same
// answer, so soon that it is only counted.
func (s *Store) again(r kv.Reader, t Ticket, a AuthorizeRequest, d decision) (was asking, same bool, err error) {
	was, ok, err := kv.Load[asking](r, askingPrefix+a.key(t.ID))
	if err != nil || !ok || d.Answer.AskNow {
		return was, false, err
	}
	now, err := d.same()
	since := s.Now().Sub(was.At)
	return was, now == was.Same && since >= 0 && since < countedFor, err //rule:6.12 another-answer-is-written-down part=1 TestSameAnswerIsCounted
}

// countAgain counts an answer that was given before. When the time is over, Tick
// writes down how often.
func (s *Store) countAgain(tx kv.Tx, t Ticket, a AuthorizeRequest, was asking) error {
	was.Again, was.Last = was.Again+1, s.Now()
	return errors.Join(kv.Save(tx, askingPrefix+a.key(t.ID), was),
		tx.Put(againPrefix+kv.Due(was.At.Add(countedFor))+"/"+a.key(t.ID), []byte{1}))
}

// sayAgain writes down how often the last answer was given again, if it was.
func (s *Store) sayAgain(tx kv.Tx, t *Ticket, question string, was *asking) error {
	if was.Again == 0 {
		return nil
	}
	part := strings.Split(question, "/")
	if len(part) != 4 {
		return fmt.Errorf("%q is no question", question)
	}
	text := fmt.Sprintf("%s asked for %s by %s %d times more until %s and was answered the same.", part[1], part[2], part[3], was.Again, moment(was.Last))
	was.Again = 0
	return s.record(tx, t, Event{Event: "authorize again", Text: text})
}

// logAgain writes down how often answers were given again whose time is over.
func (s *Store) logAgain() error {
	keys, err := s.passed(againPrefix)
	errs := []error{err}
	for _, key := range keys {
		errs = append(errs, s.group.Update(func(tx kv.Tx) error {
			_, question, _ := strings.Cut(strings.TrimPrefix(key, againPrefix), "/")
			was, ok, err := kv.Load[asking](tx, askingPrefix+question)
			if err != nil || !ok || was.Again == 0 {
				return errors.Join(err, tx.Delete(key))
			}
			id, _, _ := strings.Cut(question, "/")
			t, err := load(tx, id)
			if err != nil {
				return err
			}
			return errors.Join(s.sayAgain(tx, &t, question, &was), save(tx, t), kv.Save(tx, askingPrefix+question, was), tx.Delete(key))
		}))
	}
	return errors.Join(errs...)
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hexOf(sum[:])
}
