package tickets

import (
	"fmt"
	"time"

	"countersign/clients"
	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/staff"
)

// wish is what one agent wishes of a ticket's class, until a second person agrees.
type wish struct {
	Class    policy.Class `json:"class"`
	Agent    string       `json:"agent"`
	Reason   string       `json:"reason"`
	At       time.Time    `json:"at"`
	Until    time.Time    `json:"until"`
	Revision int          `json:"revision"`
	Epoch    int          `json:"epoch,omitempty"`
}

func (w *wish) policy() *policy.Wish {
	if w == nil {
		return nil
	}
	return &policy.Wish{Class: w.Class, Agent: w.Agent, Revision: w.Revision, Epoch: w.Epoch, Until: w.Until}
}

// Wish is a wish as agents see it.
type Wish struct {
	Class  policy.Class `json:"class"`
	Agent  string       `json:"agent"`
	Reason string       `json:"reason"`
	Until  time.Time    `json:"until"`
}

// wished gives the ticket's wish, nil where it stands no longer.
func (t Ticket) wished(now time.Time, e epoch) *Wish {
	w := t.Wish
	if w == nil || w.Revision != t.Revision || w.Epoch != e.Number || !now.Before(w.Until) || t.State.Over() || t.State == policy.StateDisputed {
		return nil
	}
	return &Wish{Class: w.Class, Agent: w.Agent, Reason: w.Reason, Until: w.Until}
}

// read says which class a text asks for; nothing where this store reads none.
func (s *Store) read(subject, text string) *asksRecord {
	if s.opt.Classify == nil {
		return nil
	}
	return recordAsks(s.opt.Classify(subject, text))
}

// wish keeps that an agent wants the ticket to have a class that is not privileged,
// though its words surely ask for more. One wish stands; it is not prolonged by being said again.
func (s *Store) wish(tx kv.Tx, t *Ticket, e EditRequest, agent staff.Agent, now epoch) error {
	if w := t.wished(s.Now(), now); w != nil && w.Agent == agent.ID && w.Class == e.Class {
		return fmt.Errorf("%w: you wished that already; until %s a second agent or a lead can agree, by the same command", ErrNotAllowed, w.Until.Format(time.RFC3339))
	}
	t.Wish = &wish{Class: e.Class, Agent: agent.ID, Reason: why(e.Reason), At: s.Now(), Until: s.Now().Add(policy.WishLife), Revision: t.Revision, Epoch: now.Number}
	asks := t.Asks.asks()
	words := "The words read as " + string(asks.Class)
	if !asks.Sure() {
		words = "What the contact wrote asked for more"
	}
	return s.record(tx, t, Event{Event: "class wished", Reason: policy.CodeSecondPerson, Text: fmt.Sprintf(
		"%s wishes %s -> %s: %s. %s, so a second agent or a lead must agree until %s.",
		agent.ID, t.Class, e.Class, t.Wish.Reason, words, t.Wish.Until.Format("2006-01-02 15:04 UTC"))})
}

// agrees reports whether the edit may agree with a wish of somebody else: for that
// an agent need not work on the ticket.
func (e EditRequest) agrees(t Ticket, a staff.Agent) bool {
	return e.Request == "" && e.Service == nil && t.Wish != nil && t.Wish.Agent != a.ID && t.Wish.Class == e.Class
}

// looked notes that an agent has said the class which the ticket has.
func (s *Store) looked(tx kv.Tx, t *Ticket, agent staff.Agent, e EditRequest) error {
	t.Looked, t.Wish = agent.ID, nil
	t.lookedAtMore(agent.ID)
	if err := s.correct(tx, *t, agent.ID, "", why(e.Reason)); err != nil {
		return err
	}
	if err := s.record(tx, t, Event{Event: "class stands", Text: agent.ID + " looked: it is " + string(t.Class)}); err != nil {
		return err
	}
	if !t.unheard() {
		return nil
	}
	t.Until = s.Now().Add(s.life(*t))
	return s.askPermitted(tx, t)
}

// askPermitted asks the contact about a revision of which they were not asked yet,
// unless they may not ask for its class: their answer could give nothing.
func (s *Store) askPermitted(tx kv.Tx, t *Ticket) error {
	c, _, err := clients.Get(tx, t.Contact)
	if err != nil {
		return err
	}
	if !s.mayAsk(c, *t) { //rule:8 what-they-may-not-ask-asks-nobody TestEditUnpermitted/to-another-class
		t.Until = time.Time{}
		return s.record(tx, t, Event{Event: "nobody asked", Reason: policy.CodeNoPermission, Text: fmt.Sprintf(
			"The contact may not ask for %s, so they are not asked. An administrator's import gives that (its column permissions), or contact set --permissions.", t.Class)})
	}
	if err := s.setTimers(tx, *t); err != nil {
		return err
	}
	return s.ask(tx, t, policy.NoticeConfirm)
}

// unheard reports whether the contact was never asked about a request that takes
// their answer: they may not ask for that, or a person should look first.
func (t Ticket) unheard() bool {
	return t.Until.IsZero() && t.Class != policy.Question && !t.State.Over() && t.State != policy.StateDisputed
}

// asked is what was read of the ticket's request. Who looked at it has settled
// what was in doubt.
func (t Ticket) asked() *policy.Asks {
	if t.Asks == nil {
		return nil
	}
	a := t.Asks.asks()
	if t.Looked != "" {
		a.Look, a.Why = false, ""
	}
	if a.Matches == nil {
		a.Matches = []policy.Match{}
	}
	return &a
}

// mailRead is kept of what was read of a mail; nothing of what was not.
func mailRead(a policy.Asks) *readMail {
	if a.Class == "" {
		return nil
	}
	return &readMail{Class: a.Class, Score: a.Score}
}

// own reports whether a contact's own mail is what the ticket asks for: it opened
// it, or became part of it.
func (t Ticket) own() bool { return t.OpenedBy == "" || t.Mail != nil }

// mail is what was read of the mail that opened the ticket.
func (t Ticket) mail() policy.Asks {
	if t.Mail == nil {
		return policy.Asks{}
	}
	return policy.Asks{Class: t.Mail.Class, Score: t.Mail.Score}
}

// firstRead is what was read of the request, and of which words: of a contact's
// own mail as it was, else of the request as it is.
func (t Ticket) firstRead() (a policy.Asks, text string) {
	switch {
	case t.Mail == nil:
		return t.Asks.asks(), t.Request
	case t.Mail.Text == "":
		return t.mail(), t.Request
	}
	return t.mail(), t.Mail.Text
}

// correction is a class that an agent has set where another was read: what a
// reader of classes can learn from. There is one of a ticket, its latest.
type correction struct {
	Ticket   string       `json:"ticket"`
	Revision int          `json:"revision"`
	Subject  string       `json:"subject"`
	Text     string       `json:"text"`
	Read     policy.Class `json:"read"`
	Score    float64      `json:"score"`
	Class    policy.Class `json:"class"`
	Own      bool         `json:"own,omitempty"` // the contact's own mail opened the ticket
	Agent    string       `json:"agent"`
	Agreed   string       `json:"agreed,omitempty"` // the second person
	Reason   string       `json:"reason,omitempty"`
	At       time.Time    `json:"at"`
}

// correct keeps that the ticket has another class than was read of its words, or
// forgets it where it has that one again.
func (s *Store) correct(tx kv.Tx, t Ticket, agent, agreed, reason string) error {
	read, text := t.firstRead()
	if read.Class == "" {
		return nil
	}
	key := kv.Numbered(correctedPrefix, t.ID)
	if read.Class == t.Class {
		return tx.Delete(key)
	}
	// who says the same again takes nobody's reason away
	if c, ok, err := kv.Load[correction](tx, key); err != nil || ok && c.Class == t.Class && c.Revision == t.Revision {
		return err
	}
	return kv.Save(tx, key, correction{Ticket: t.ID, Revision: t.Revision, Subject: token.Blot(t.Subject), Text: token.Blot(text),
		Read: read.Class, Score: read.Score, Class: t.Class, Own: t.own(), Agent: agent, Agreed: agreed, Reason: reason, At: s.Now()})
}

// Corrected is a correction as it is given away: nobody's address or name is in it
// but what the words say.
type Corrected struct {
	ID      string       `json:"id"` // of the ticket
	Subject string       `json:"subject"`
	Text    string       `json:"text"`
	Class   policy.Class `json:"class"` // as corrected
	Was     policy.Class `json:"was"`   // as it was read
	At      time.Time    `json:"at"`
}

// Corrections calls fn for every class that an agent has corrected since then.
func (s *Store) Corrections(since time.Time, fn func(Corrected) error) error {
	return kv.Pages(s.kv, correctedPrefix, func(c correction) error {
		if c.At.Before(since) {
			return nil
		}
		return fn(Corrected{ID: c.Ticket, Subject: c.Subject, Text: c.Text, Class: c.Class, Was: c.Read, At: c.At})
	})
}

// maxReason bounds why a class is lowered, in characters.
const maxReason = 500

// reclassed says in the history what became of the class.
func reclassed(was policy.Class, t Ticket, r policy.Relabelled, w *wish, reason string) string {
	if was == t.Class {
		return ""
	}
	text := fmt.Sprintf("; class %s -> %s", was, t.Class)
	if r.Wisher != "" {
		text += fmt.Sprintf(", wished by %s (%s)", w.Agent, w.Reason)
	}
	if reason != "" {
		text += ": " + reason
	}
	return text
}

// why is an agent's reason as it is kept.
func why(reason string) string { return token.Blot(clean.Line(reason, maxReason)) }
