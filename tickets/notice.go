package tickets

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/approvals"
)

// notice is a mail of ours that was queued, as long as an answer may come.
type notice struct {
	ID       string            `json:"id"`
	Kind     policy.NoticeKind `json:"kind"`
	Ticket   string            `json:"ticket"`
	Contact  string            `json:"contact"`
	Agent    string            `json:"agent,omitempty"` // of staff, who was told something instead
	Address  string            `json:"address"`         // on file, to which it went
	Revision int               `json:"revision"`
	First    time.Time         `json:"first,omitzero"` // since when our questions went there; see clients.Turn
	Sent     time.Time         `json:"sent"`
	Expires  time.Time         `json:"expires"`
	Spent    bool              `json:"spent,omitempty"`
	Void     bool              `json:"void,omitempty"`
	Lifts    bool              `json:"lifts,omitempty"`
	Approval string            `json:"approval,omitempty"`   // that it asks for
	By       string            `json:"delegation,omitempty"` // by which it asks for that in another's place
	Epoch    int               `json:"epoch,omitempty"`      // in which it was asked
	Out      string            `json:"out,omitempty"`        // its place in the outbox
	Language string            `json:"language,omitempty"`   // of the contact then
}

// ask queues a notice of the given kind to the first address on file of the
// ticket's contact and notes it in t, which the caller saves. An asking notice
// carries a token and a reference of its own.
func (s *Store) ask(tx kv.Tx, t *Ticket, kind policy.NoticeKind) error {
	return s.askContact(tx, t, t.Contact, kind)
}

// askContact is ask for another contact than the ticket's.
func (s *Store) askContact(tx kv.Tx, t *Ticket, contact string, kind policy.NoticeKind) error {
	if err := s.mayWrite(); err != nil {
		return err
	}
	if kind.Terms().Once && slices.Contains(t.Asked, kind) {
		return nil
	}
	c, ok, err := clients.Get(tx, contact)
	if err != nil || !ok || c.Status == clients.Removed || len(c.Addresses) == 0 { //rule:6.10 nothing-to-who-was-removed part=3 TestAskNobody
		return err
	}
	if contact == t.Contact {
		if shut, err := s.silenced(tx, t, c, kind); err != nil || shut {
			return err
		}
	}
	if kind.Terms().Once {
		t.Asked = append(t.Asked, kind)
	}
	return s.writeNotice(tx, t, kind, addressee{contact: c, address: c.Addresses[0]})
}

// mayWrite says why no notice may be written now.
func (s *Store) mayWrite() error {
	if s.opt.Observing {
		return ErrObserving
	}
	return s.opt.Watch.check() // a token would live too long, or not at all
}

// addressee is to whom and where a notice goes, and what it says beside the
// ticket's own words.
type addressee struct {
	contact clients.Contact
	address string           // one that is theirs
	said    int              // the revision that it tells of; zero: the ticket's own
	life    time.Duration    // how long an answer may come; zero: as long as a token lives
	until   time.Time        // that it names; zero: the end of the ticket's question
	asks    *approvals.Asked // an approver, of
	of      approvals.Approval
	says    string        // stands in the place of the request
	reason  string        // one line
	fill    func(*Letter) // what else it says; nil: nothing
}

// writeNotice queues a notice of the ticket. An asking one carries a token and a
// reference of its own.
func (s *Store) writeNotice(tx kv.Tx, t *Ticket, kind policy.NoticeKind, a addressee) error {
	e, err := epochNow(tx)
	if err != nil {
		return err
	}
	now, c := s.Now(), a.contact
	n := notice{ID: "n-" + token.New()[:12], Kind: kind, Ticket: t.ID, Contact: c.ID, Address: a.address, Language: c.Language, First: c.First.At,
		Revision: cmp.Or(a.said, t.Revision), Sent: now, Expires: now.Add(cmp.Or(a.life, s.life(*t))), Lifts: kind == policy.NoticeLift, Epoch: e.Number}
	if a.asks != nil {
		n.Approval, n.Expires, n.By = a.of.ID, a.of.Until, a.asks.By
		a.asks.Notices = append(a.asks.Notices, n.ID)
	}
	returnPath := token.New()
	l := Letter{Kind: kind, To: n.Address, ToName: c.Name, Language: c.Language, Ticket: t.ID,
		Class: string(t.Class), ClassWords: t.inWords(s.rules()), Request: cmp.Or(a.says, t.Request), Subject: t.Subject,
		Channel: string(t.Channel), AgentName: s.agentName(tx, t.writer()), Until: cmp.Or(a.until, t.Until), At: now, Date: now, Reason: a.reason,
		ReturnPath: token.ReturnPath(s.opt.ReplyAddress, returnPath), InReplyTo: t.Thread}
	if a.fill != nil {
		a.fill(&l)
	}
	secret := token.New()              // of what asks nothing only the Message-ID has one, and it opens nothing
	if kind == policy.NoticeReminder { // it asks again, for no longer
		n.Expires = t.Until
	}
	if kind.Terms().Asks && a.asks == nil {
		if t.Until.Before(n.Expires) {
			t.Until, l.Until = n.Expires, n.Expires
		}
		if !n.Lifts {
			t.Epoch = e.Number // what it is told from now on is told in this one
		}
	}
	if kind.Terms().Asks && a.asks == nil && !n.Lifts && !t.Lock && c.ID == t.Contact {
		if err := noteAsked(tx, c.ID, t.ID); err != nil {
			return err
		}
	}
	if kind.Terms().Asks {
		l.Token = secret
		l.ReplyTo = strings.Replace(s.opt.ReplyAddress, "{token}", secret, 1)
	}
	// What asks nothing is answered, too: a NO to it must be heard, a YES to it
	// confirms nothing.
	if err := s.remember(tx, tokenPrefix, secret, n.ID); err != nil {
		return err
	}
	if a.asks == nil && !kind.Terms().Aside { // an approval looks after its own
		t.Notices = append(t.Notices, n.ID)
	}
	if !kind.Terms().Bare { //rule:6.10 none-names-no-ticket =true TestAbout/of-nobody
		l.Reference = token.Reference(t.ID, token.NewCode())
		if err := s.remember(tx, referencePrefix, l.Reference, n.ID); err != nil {
			return err
		}
	}
	_, domain, _ := strings.Cut(s.opt.ReplyAddress, "@")
	l.MessageID = secret + "@" + domain
	if err := s.remember(tx, sentMessagePrefix, l.MessageID, t.ID); err != nil {
		return err
	}
	if err := s.remember(tx, returnPathPrefix, returnPath, n.ID); err != nil {
		return err
	}
	return s.enqueue(tx, t, n, l)
}

// writer is the agent who wrote the request down, "" where its contact sent it.
func (t *Ticket) writer() string {
	if t.Further != "" {
		return ""
	}
	return t.OpenedBy
}

// inWords says for a customer what kind of thing the ticket asks for, and of which service.
func (t *Ticket) inWords(rules policy.Rules) string {
	words := rules.Demand(t.Class, policy.Matter{}).Words
	if t.Service != "" {
		words += ", of the service " + t.Service
	}
	return words
}

func (s *Store) agentName(tx kv.Tx, id string) string {
	if a, ok, err := staff.Get(tx, id); err == nil && ok {
		return a.ID
	}
	return ""
}

// remember keeps what a secret stands for under its keyed hash, which is another
// under each prefix.
func (s *Store) remember(tx kv.Tx, prefix, secret, id string) error {
	return tx.Put(s.secretKey(prefix, secret), []byte(id))
}

func (s *Store) secretKey(prefix, secret string) string {
	return prefix + hexOf(s.opt.Keys.Hash(strings.TrimSuffix(prefix, "/"), []byte(secret)))
}

// recall gives what a secret stands for, "" if nothing.
func (s *Store) recall(r kv.Reader, prefix, secret string) (string, error) {
	v, err := r.Get(s.secretKey(prefix, secret))
	return string(v), err
}

// void kills every token and reference of the ticket: after an edit, an
// unproved no, a change of the address.
func (s *Store) void(tx kv.Tx, t *Ticket) error {
	return s.eachNotice(tx, t, func(n *notice) { n.Void = true })
}

// spend uses up the tokens of the current revision that one contact was sent
// for one purpose.
func (s *Store) spend(tx kv.Tx, t *Ticket, contact string, lifts bool) error {
	return s.eachNotice(tx, t, func(n *notice) {
		n.Spent = n.Spent || n.Revision == t.Revision && n.Contact == contact && n.Lifts == lifts //rule:6.4 spent-by-an-answer TestTokenDies/spent
	})
}

// retire uses up every token of the ticket. Its references still show who
// wrote: a no has to be heard after the end.
func (s *Store) retire(tx kv.Tx, t *Ticket) error {
	return s.eachNotice(tx, t, func(n *notice) { n.Spent = true })
}

// maxNotices bounds the notices of a ticket that are still looked after; older
// ones have expired or are void by their revision.
const maxNotices = 8

func (s *Store) eachNotice(tx kv.Tx, t *Ticket, change func(*notice)) error {
	for _, id := range t.Notices {
		n, ok, err := kv.Load[notice](tx, noticePrefix+id)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		change(&n)
		if err := kv.Save(tx, noticePrefix+id, n); err != nil {
			return err
		}
		if err := s.withdraw(tx, t, n); err != nil {
			return err
		}
	}
	t.Notices = slices.Clone(t.Notices[max(0, len(t.Notices)-maxNotices):])
	return nil
}

// noticeFacts says what policy must know of the notice now, for a message from that
// address. It is void, too, where
// its address is no longer on file for its contact, or where it asks one who is
// no longer the primary contact whether a stop shall end.
func (s *Store) noticeFacts(r kv.Reader, n notice, t Ticket, from string, now time.Time) (policy.Notice, error) {
	c, ok, err := clients.Get(r, n.Contact)
	if err != nil {
		return policy.Notice{}, err
	}
	e, err := epochNow(r)
	gone := n.Epoch != e.Number || !ok || c.Status == clients.Removed || !slices.Contains(c.Addresses, n.Address) || //rule:7 notice-of-before-a-restore part=1 TestNoticeVoid/sent-before-a-restore
		// it was taken away and came back
		c.Since[n.Address].After(n.Sent) //rule:6.4 address-that-came-back TestNoticeVoid/address-back
	if err == nil {
		var back string
		_, back, err = putsBack(r, t)
		gone = gone || back != "" //rule:6.8 a-no-counts-before-tick TestYesBehindANo
	}
	if n.Lifts && err == nil {
		var primary string
		primary, err = lifter(r, t)
		gone = gone || primary != n.Contact
	}
	if n.Kind == policy.NoticeUnlock && err == nil {
		var may bool
		may, err = s.mayAgree(r, t)
		gone = gone || !may //rule:8 over-is-opened-by-nobody TestUnlockLate/after-the-hours
	}
	if n.Approval != "" && err == nil {
		var of approvals.Approval
		of, err = approvals.Get(r, n.Approval)
		gone = gone || of.State != approvals.Open || of.ID != t.Approval //rule:6.6 approval-of-what-stands =false TestApprovalVoid
	}
	return policy.Notice{ID: n.ID, Ticket: n.Ticket, Contact: n.Contact, Address: n.Address, Revision: n.Revision, First: n.First, Sent: n.Sent,
		Language: cmp.Or(n.Language, c.Language), Asked: from != "" && (n.Address == from || slices.Contains(c.Addresses, from)), Expires: n.Expires,
		Lifts: n.Lifts, Approves: n.Approval != "" || n.Kind == policy.NoticeUnlock, Unlocks: n.Kind == policy.NoticeUnlock, By: n.By, Bare: n.Kind.Terms().Bare, Names: n.Kind == policy.NoticeSubject, Tells: !n.Kind.Terms().Asks, Objects: n.Kind.Terms().Objects, Late: n.Kind.Terms().Objects && !c.OnFile(n.Address) && !c.LeftLately(n.Address, now), Spent: n.Spent, Void: n.Void || n.Revision != t.Revision || gone}, err
}

// inform is ask where what the notice is about stands whether it can be written
// or not: an answer counts, a question ends, also one that came before the mailbox
// was only observed. The ticket says that nobody was told.
func (s *Store) inform(tx kv.Tx, t *Ticket, kind policy.NoticeKind) error {
	return s.informContact(tx, t, t.Contact, kind)
}

// informContact is inform for another contact than the ticket's.
func (s *Store) informContact(tx kv.Tx, t *Ticket, contact string, kind policy.NoticeKind) error {
	return s.unlessUnwritable(tx, t, kind, func() error { return s.askContact(tx, t, contact, kind) })
}

// informAt is inform for one address of a contact, however often the ticket has
// sent that kind.
func (s *Store) informAt(tx kv.Tx, t *Ticket, kind policy.NoticeKind, a addressee) error {
	return s.unlessUnwritable(tx, t, kind, func() error {
		if err := s.mayWrite(); err != nil {
			return err
		}
		return s.writeNotice(tx, t, kind, a)
	})
}

// unlessUnwritable notes in the ticket's history that a notice could not be written.
func (s *Store) unlessUnwritable(tx kv.Tx, t *Ticket, kind policy.NoticeKind, write func() error) error {
	asked, notices, until := t.Asked, t.Notices, t.Until
	err := write()
	if !errors.Is(err, ErrCompose) && !errors.Is(err, ErrObserving) { //rule:6.11 answer-counts-though-untold =true TestAnswerThatCantBeTold
		return err
	}
	t.Asked, t.Notices, t.Until = asked, notices, until
	return s.record(tx, t, Event{Event: "notice not written", Reason: policy.CodeUnwritable,
		Text: "A notice (" + string(kind) + ") could not be written and nobody was told: " + said(err.Error())})
}
