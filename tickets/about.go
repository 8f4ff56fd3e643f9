package tickets

import (
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/policy"
)

// toldAbout is when a contact was last told whether a ticket is ours.
type toldAbout struct {
	At time.Time `json:"at"`
}

// toldEvery is how often a contact is told that.
const toldEvery = time.Hour

// inquiry says what the sender of an inquiry may be told, and files it: with one
// of the tickets that it names and they may know of, or as one that opens another.
// A mail that holds a secret of ours is filed as any other, and so is a mere
// question about a colleague's ticket.
func (s *Store) inquiry(r kv.Reader, f *policy.Facts, names policy.Names) (err error) {
	e := f.Evidence
	if !e.Inquiry.Asks || len(e.Inquiry.Numbers) == 0 || f.Person.ID == "" || f.Person.Removed {
		return nil
	}
	c, _, err := clients.Get(r, f.Person.ID)
	if err != nil {
		return err
	}
	if f.About, err = s.about(r, c, e); err != nil || !f.About.Known {
		return err
	}
	proved := e.Sender.Result == "" || e.Sender.Proves(false) // or not yet judged
	b, theirs := f.Binding, f.About.Theirs
	if !proved || len(names.Tokens)+len(names.References) > 0 || b.Ticket != "" && (f.Ticket.Contact == c.ID || slices.Contains(theirs, b.Ticket) || !e.Inquiry.Real) {
		return nil
	}
	about := matter{class: e.Asks.OfMail(), words: []string{e.Subject, e.Text}}
	f.Binding, f.Ticket, f.StandsIn = policy.Binding{Bound: policy.BoundNone, Reasons: b.Reasons}, policy.Ticket{}, false
	if len(theirs) > 0 {
		t, err := load(r, theirs[0])
		if err != nil {
			return err
		}
		f.Binding.Bound, f.Binding.Ticket = policy.BoundThread, t.ID
		f.Ticket = t.facts()
		if f.StandsIn, err = s.standsIn(r, t); err != nil {
			return err
		}
		about = matter{class: t.Class, service: t.Service, requester: t.Contact}
	}
	f.Person, err = s.person(r, e.From, "", about, f.Binding)
	return err
}

// about says what a contact who asks about tickets may be told. Where others have
// the address, too, it says nothing: nobody knows which of them asks.
func (s *Store) about(r kv.Reader, c clients.Contact, e policy.Evidence) (a policy.About, err error) {
	holders, err := clients.Holders(r, e.From)
	if err != nil || len(holders) > 1 || !c.OnFile(e.From) { //rule:6.10 shared-address-is-told-nothing part=2 TestAboutShared
		return a, err
	}
	a.Known = true
	came := c.Got(e.From, "", s.Now())
	cools, err := s.cools(r, c, got{what: e.From, since: came})
	if err != nil {
		return a, err
	}
	a.Cools = len(cools) > 0 && e.From != c.Addresses[0]
	for _, number := range e.Inquiry.Numbers {
		t, is, err := s.mayKnow(r, c, number, e.From)
		if err != nil {
			return a, err
		}
		if is {
			// Who gets our questions has read them, but not those of before they got them.
			if len(cools) > 0 && t.Opened.Before(came) { //rule:6.5 new-first-address-is-told-nothing-old TestAboutOnce/new-first-address
				a.Cools = true
			}
			a.Theirs = append(a.Theirs, number)
		} else {
			a.Others = append(a.Others, number)
		}
	}
	last, _, err := kv.Load[toldAbout](r, aboutPrefix+c.ID)
	if err != nil {
		return a, err
	}
	since, err := epochNow(r)
	now := s.Now()
	a.Soon = now.Before(last.At.Add(toldEvery))
	if since.Number > 0 && now.Before(since.Began.Add(toldEvery)) { //rule:7 perhaps-told-before-a-restore TestAboutOnce/restored
		a.Soon = true
	}
	return a, err
}

// mayKnow reports whether a contact may be told what a ticket asks: it is theirs,
// or of their client and they are who manages its contacts, or may ask for the
// same, or was asked to approve it. What is new to them counts for nothing, nor is
// a question everybody's.
func (s *Store) mayKnow(r kv.Reader, c clients.Contact, number, addr string) (t Ticket, may bool, err error) {
	t, err = load(r, number)
	switch {
	case errors.Is(err, ErrNoTicket):
		return t, false, nil
	case err != nil || t.Client != c.Client: //rule:6.10 other-clients-tickets-are-nobodys TestAbout/of-another-client
		return t, false, err
	case t.Contact == c.ID:
		return t, true, nil
	}
	approval, asked, err := approvalOf(r, t)
	if err != nil {
		return t, false, err
	}
	now := s.Now()
	for right, has := range map[string]bool{
		string(clients.Approve): asked && approval.Has(c.ID) && c.MayApprove(t.Service, now),
		string(clients.Primary): c.Role == clients.Primary,
		string(clients.Manage):  c.May(clients.Manage, now, ""),
		string(t.Class):         t.Class != policy.Question && c.May(clients.Permission(t.Class), now, t.Service),
	} {
		if !has {
			continue
		}
		cools, err := s.coolsFor(r, c, right, t.Service, addr)
		if err != nil || len(cools) == 0 {
			return t, err == nil, err
		}
	}
	return t, false, nil
}

// maxAbout bounds how much is quoted of a request, in bytes.
const maxAbout = 3000

// tellAbout answers who asks about tickets, at the address from which they asked.
// What names no ticket hangs on the one with which their mail is filed.
func (s *Store) tellAbout(tx kv.Tx, w *work, e policy.Effect) error {
	c, _, err := clients.Get(tx, w.f.Person.ID)
	if err != nil {
		return err
	}
	if err := kv.Save(tx, aboutPrefix+c.ID, toldAbout{s.Now()}); err != nil {
		return err
	}
	a := addressee{contact: c, address: w.f.From}
	if e.Ticket == "" || e.Ticket == w.t.ID {
		a.fill = s.aboutLetter(tx, w, w.t)
		return s.informAt(tx, &w.t, e.Notice, a)
	}
	t, err := load(tx, e.Ticket)
	if err != nil {
		return err
	}
	a.fill = s.aboutLetter(tx, w, t)
	return errors.Join(s.informAt(tx, &t, e.Notice, a), save(tx, t))
}

// aboutLetter fills in what the answer says.
func (s *Store) aboutLetter(tx kv.Tx, w *work, t Ticket) func(*Letter) {
	return func(l *Letter) {
		l.Unknown = strings.Join(w.f.About.Others, ", ")
		if l.Kind.Terms().Bare {
			*l = Letter{Kind: l.Kind, To: l.To, ToName: l.ToName, Language: l.Language, At: l.At, Date: l.Date, ReturnPath: l.ReturnPath,
				ReplyTo: s.plainAddress(w.f.Evidence), Unknown: l.Unknown}
			if plainID(w.f.MessageID) {
				l.InReplyTo = w.f.MessageID
			}
			return
		}
		l.Also = strings.Join(slices.DeleteFunc(slices.Clone(w.f.About.Theirs), func(id string) bool { return id == t.ID }), ", ")
		l.At, l.Request = t.Opened, clean.Cut(t.Request, maxAbout)
		l.State, l.ByMail = string(t.State), t.OpenedBy == "" && t.Channel == policy.Email && t.Change == nil
		if c, ok, err := clients.Get(tx, t.Contact); err == nil && ok && t.Contact != w.f.Person.ID {
			l.For = c.Name
		}
	}
}

// plainAddress is that of ours to which a message was sent, else the first.
func (s *Store) plainAddress(e policy.Evidence) string {
	for _, m := range e.Recipients {
		if slices.Contains(s.opt.Addresses, m.Value) {
			return m.Value
		}
	}
	if len(s.opt.Addresses) == 0 {
		return ""
	}
	return s.opt.Addresses[0]
}
