package tickets

import (
	"encoding/json"
	"fmt"
	"time"

	"countersign/clients"
	"countersign/internal/audit"
	"countersign/internal/kv"
	"countersign/policy"
)

// log appends to the audit log, in the transaction of what it is about.
func (s *Store) log(tx kv.Tx, kind, subject string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = s.audit.Append(tx, audit.Entry{At: s.Now(), Kind: kind, Subject: subject, Data: b})
	return err
}

// Shown is a ticket as agents see it. Names and addresses are ours, from the
// directory, never from a header.
type Shown struct {
	Ticket string `json:"ticket"`
	Whom
	Subject       string           `json:"subject"`
	Request       string           `json:"request"`
	Revision      int              `json:"revision"`
	Class         policy.Class     `json:"class"`
	Service       string           `json:"service,omitempty"`
	Channel       policy.Channel   `json:"channel"`
	State         policy.State     `json:"state"`
	Proof         policy.Word      `json:"proof"` // of the request as it is
	Authenticated bool             `json:"authenticated"`
	Confirmed     bool             `json:"confirmed"`
	Proofs        []policy.Proof   `json:"proofs"`
	Checks        []ShownCheck     `json:"checks,omitempty"`    // of the contact by other systems, for this revision
	Barred        []policy.Reason  `json:"barred,omitempty"`    // its client is stopped or locked, so nothing of it is done
	Lock          *ShownLock       `json:"lock,omitempty"`      // of its client, of which it tells
	Obstacles     []policy.Reason  `json:"obstacles,omitempty"` // why there is no proof yet
	Waits         []Waiting        `json:"waits,omitempty"`     // mails of ours that a limit keeps
	Cools         []policy.Cooling `json:"cools,omitempty"`     // what proves nothing of it yet, and until when
	History       []Event          `json:"history,omitempty"`
	Approvals     []ShownApproval  `json:"approvals,omitempty"`
	Lost          bool             `json:"lost_mailbox,omitempty"` // somebody says that the contact lost their mailbox
	Assignee      string           `json:"assignee"`
	Left          string           `json:"assignee_disabled,omitempty"` // who had it, and was disabled since
	Queue         string           `json:"queue"`
	OpenedBy      string           `json:"opened_by,omitempty"`
	Priority      string           `json:"priority,omitempty"`
	Category      string           `json:"category,omitempty"`
	Opened        time.Time        `json:"opened"`
	Until         time.Time        `json:"until,omitzero"`
	Unasked       bool             `json:"unasked,omitempty"` // put back, and no question of ours stands
	Asks          *policy.Asks     `json:"asks,omitempty"`    // the class that was read of the request as it is
	More          *More            `json:"more,omitempty"`    // a later message asks for more than the ticket is for
	Wish          *Wish            `json:"wish,omitempty"`    // an agent's, to which a second person has not agreed
	UsedBy        string           `json:"used_by,omitempty"`
	Done          *ShownDone       `json:"done,omitempty"`   // what became of its allow
	Owes          string           `json:"owes,omitempty"`   // the agent who was allowed to, and has not said what was done
	Change        string           `json:"change,omitempty"` // of the file, which its allow was used for or which it tells of
}

func (s *Store) show(r kv.Reader, t Ticket) (Shown, error) {
	now := s.Now()
	t, err := t.counts(r)
	if err != nil {
		return Shown{}, err
	}
	e, err := epochNow(r)
	if err != nil {
		return Shown{}, err
	}
	t, left, err := t.staffed(r)
	if err != nil {
		return Shown{}, err
	}
	out := Shown{Ticket: t.ID, Subject: t.Subject, Request: t.Request,
		Revision: t.Revision, Class: t.Class, Service: t.Service, Channel: t.Channel, State: t.State, Assignee: t.Assignee, Left: left, Queue: t.Queue,
		OpenedBy: t.OpenedBy, Priority: t.Priority, Category: t.Category, Opened: t.Opened, Until: t.Until, UsedBy: t.UsedBy, Unasked: t.unasked() || t.unheard() || t.stale(e) && t.State == policy.StateUnconfirmed,
		Authenticated: t.live(policy.ProofSender) && t.State != policy.StateDisputed,
		Confirmed:     t.live(policy.ProofReply) && t.State != policy.StateDisputed,
		Asks:          t.asked(), More: t.asksMore(), Wish: t.wished(now, e), Change: t.changed(), Lost: t.Lost, Checks: t.shownChecks()}
	if out.Done = t.Done.shown(); t.owes() {
		out.Owes = t.allowance().Agent
	}
	a, err := s.weighed(r, t)
	if err != nil {
		return out, err
	}
	out.Proof, out.Proofs = a.Word(), countUntil(a)
	out.Whom, err = whom(r, t)
	return out, err
}

// countUntil gives the proofs of the revision, each with until when it counts.
func countUntil(a policy.Action) []policy.Proof {
	out := []policy.Proof{}
	for _, p := range a.Proofs {
		if p.Revision == a.Ticket.Revision {
			p.Expires, p.Giver, p.Lead = a.Expires(p), policy.Giver{}, policy.Lead{}
			out = append(out, p)
		}
	}
	return out
}

// whom looks up whom the ticket is for.
func whom(r kv.Reader, t Ticket) (w Whom, err error) {
	w.Client, w.Contact = t.Client, t.Contact
	c, ok, err := clients.Get(r, t.Contact)
	if err != nil || !ok {
		return w, err
	}
	w.ContactName = c.Name
	if len(c.Addresses) > 0 {
		w.Contact = c.Addresses[0]
	}
	client, _, err := clients.GetClient(r, t.Client)
	w.ClientName = client.Name
	return w, err
}

// Show gives a ticket with its history.
func (s *Store) Show(id string) (out Shown, err error) {
	err = s.kv.View(func(v kv.View) error {
		t, err := load(v, id)
		if err != nil {
			return err
		}
		if out, err = s.show(v, t); err != nil {
			return err
		}
		if out.Cools, err = s.coolsOf(v, t); err != nil {
			return err
		}
		if out.Approvals, err = s.approvalsOf(v, t); err != nil {
			return err
		}
		if out.Barred, err = s.barring(v, t); err != nil {
			return err
		}
		if t.Lock {
			l, _, err := s.shownLock(v, t.Client)
			if err != nil {
				return err
			}
			out.Lock = &l
		}
		if out.Waits, err = s.waitsOf(v, t); err != nil {
			return err
		}
		if !out.Confirmed && !t.State.Over() && t.State != policy.StateDisputed && t.Class != policy.Question {
			if out.Obstacles, err = s.obstacles(v, t); err != nil {
				return err
			}
		}
		if out.History, err = history(v, t.ID); err == nil {
			out.History, err = withClaims(v, t.ID, out.History)
		}
		return err
	})
	return out, err
}

// List calls fn for every ticket, in the state if one is given.
func (s *Store) List(state policy.State, fn func(Shown) error) error {
	return kv.Pages(s.kv, ticketPrefix, func(t Ticket) error {
		var out Shown
		err := s.kv.View(func(v kv.View) (err error) {
			out, err = s.show(v, t)
			return err
		})
		if err != nil || state != "" && out.State != state {
			return err
		}
		return fn(out)
	})
}

// Explanation is why something is as it is: of a ticket, of a message, or of a receipt.
type Explanation struct {
	Ticket   *Shown      `json:"ticket,omitempty"`
	Messages []Explained `json:"messages,omitempty"`
	Receipt  *Receipt    `json:"receipt,omitempty"`
	Genuine  bool        `json:"genuine,omitempty"` // the receipt's signature is ours
	Change   string      `json:"change,omitempty"`  // of the file, which the receipt was used for
	Done     *ShownDone  `json:"done,omitempty"`    // what came of the receipt
	// Decisions are the answers to authorize that it had last, or the one that the
	// receipt is of, with what that rests on.
	Decisions []Decided `json:"decisions,omitempty"`
}

// Explain explains a ticket (T-1), a message (its record m-..., or all that have
// a Message-ID), or a receipt (d-...).
func (s *Store) Explain(id string) (e Explanation, err error) {
	if r, ok, err := s.receipt(id); err != nil || ok {
		if err != nil {
			return e, err
		}
		e = Explanation{Receipt: &r, Genuine: s.Log.genuine(r)}
		return e, s.kv.View(func(v kv.View) error {
			t, err := load(v, r.Ticket)
			if t.Change != nil && t.Change.Receipt == r.ID {
				e.Change = t.changed()
			}
			if t.Done != nil && t.Done.Receipt == r.ID {
				e.Done = t.Done.shown()
			}
			if r.Event == 0 || err != nil { // it is older than what is stored of answers
				return err
			}
			one, ok, err := s.decidedAt(v, r.Ticket, r.Event, true)
			if ok {
				e.Decisions = []Decided{one}
			}
			return err
		})
	}
	if all, err := s.Inbox.messages(id); err != nil || len(all) > 0 {
		for _, m := range all {
			e.Messages = append(e.Messages, m.explained())
		}
		return e, err
	}
	shown, err := s.Show(id)
	if err != nil {
		return e, fmt.Errorf("%w: no ticket, message or receipt %q", ErrNoTicket, id)
	}
	e.Ticket = &shown
	err = s.kv.View(func(v kv.View) error {
		if e.Decisions, err = s.decidedOn(v, shown.Ticket); err != nil {
			return err
		}
		return v.Scan(filedPrefix+shown.Ticket+"/", "", func(_ string, id []byte) error {
			m, ok, err := kv.Load[Message](v, kv.Numbered(messagePrefix, string(id)))
			if ok && m.Ticket == shown.Ticket {
				e.Messages = append(e.Messages, m.explained())
			}
			return err
		})
	})
	return e, err
}

func (s *Store) receipt(id string) (r Receipt, ok bool, err error) {
	err = s.kv.View(func(v kv.View) error {
		r, ok, err = kv.Load[Receipt](v, receiptPrefix+id)
		return err
	})
	return r, ok, err
}
