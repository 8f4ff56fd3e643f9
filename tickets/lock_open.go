package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/locks"
)

// Hours for which a lock is opened, and how long it may be answered whether it shall.
const (
	openHours    = 2
	maxOpenHours = 24
	unlockLife   = 24 * time.Hour
)

// UnlockRequest asks to open the lock of a client for some hours, or to end it.
type UnlockRequest struct {
	Client string `json:"client"`
	Agent  string `json:"agent"`
	Reason string `json:"reason"`
	Hours  int    `json:"hours,omitempty"` // 0: as it was asked before, else two
	Good   bool   `json:"for_good,omitempty"`

	alone bool // no contact of the client could be asked
}

func (in UnlockRequest) validate() error {
	err := checkReason(in.Reason, "say why the lock should be opened, and whom you called")
	switch {
	case in.Good && in.Hours != 0:
		err = errors.Join(err, &InvalidError{errors.New("hours: a lock that ends for good has none")})
	case in.Hours < 0 || in.Hours > maxOpenHours:
		err = errors.Join(err, &InvalidError{fmt.Errorf("hours: %d is not between 1 and %d", in.Hours, maxOpenHours)})
	}
	return err
}

// Unlock is a lead's yes to opening the lock of a client for some hours. It takes a
// contact of the client, too: those who may are asked by mail. Only where there is none
// is another lead enough, who agrees in the same way. out says whether it is open then.
func (s *Store) Unlock(by By, in UnlockRequest) (out ShownLock, err error) {
	if err := errors.Join(in.validate(), s.mayWrite()); err != nil { // nobody could be asked
		return out, err
	}
	if in.alone, err = s.nobodyUnlocks(in.Client); err != nil {
		return out, err
	}
	err = s.group.Update(func(tx kv.Tx) error {
		lead, err := s.lockLead(tx, in.Agent)
		if err != nil {
			return err
		}
		client, ok, err := clients.GetClient(tx, in.Client)
		if err != nil || !ok {
			return errors.Join(err, fmt.Errorf("%w: %q", ErrNoClient, in.Client))
		}
		in.Client, by.Agent = client.ID, lead.ID
		if err := s.unlock(tx, in, by); err != nil {
			return err
		}
		out, _, err = s.shownLock(tx, client.ID)
		return err
	})
	if err != nil {
		return out, err
	}
	if out.Last != nil && out.Last.State == "asked" {
		err = s.kv.View(func(v kv.View) (err error) { out.Last.Asked, err = s.askable(v, in.Client); return err })
	}
	return out, err
}

func (s *Store) unlock(tx kv.Tx, in UnlockRequest, by By) error {
	l, ok, err := locks.Of(tx, in.Client)
	if err != nil {
		return err
	}
	e, err := epochNow(tx)
	if err != nil {
		return err
	}
	now, o := s.Now(), l.Last
	switch {
	case !ok || !l.Locks():
		return fmt.Errorf("%w: client %s is not locked", ErrNotAllowed, in.Client)
	case o.Opened(now, e.Number):
		p, err := s.lockNow(tx, l)
		if err != nil {
			return err
		}
		if p.Open(now, e.Number) {
			return fmt.Errorf("%w: the lock of client %s is open until %s; ask again then, or lock it again first (client lock)", ErrNotAllowed, in.Client, moment(o.To))
		}
	case o.Asking(now, e.Number) && o.Has(in.Agent, ""): //rule:6.5 a-lead-agrees-once TestUnlock/same-lead
		return fmt.Errorf("%w: you asked for that at %s already; it takes %s, who has to agree by %s", ErrNotAllowed, moment(o.At), o.Other(), moment(o.Until))
	case o.Asking(now, e.Number):
		if in.Good != o.Good && (in.Good || in.Hours > 0) || in.Hours > 0 && in.Hours != o.Hours { //rule:6.6 what-was-asked-is-opened TestUnlock/other-hours
			return fmt.Errorf("%w: %s was asked for at %s; agree to that, or wait until %s", ErrNotAllowed, howLong(*o), moment(o.At), moment(o.Until))
		}
		return s.agree(tx, l, locks.Said{Agent: in.Agent, Reason: strings.TrimSpace(in.Reason)}, by)
	}
	return s.askToOpen(tx, l, e.Number, in, by)
}

// howLong says for how long a lock is to be opened.
func howLong(o locks.Opening) string {
	switch {
	case o.Good:
		return "the end of the lock"
	case o.Hours == 1:
		return "1 hour"
	}
	return fmt.Sprintf("%d hours", o.Hours)
}

// askToOpen begins the question, to which the lead has said yes.
func (s *Store) askToOpen(tx kv.Tx, l locks.Lock, epoch int, in UnlockRequest, by By) error {
	_, contact, err := s.lockContact(tx, l.Client)
	if err != nil {
		return err
	}
	now := s.Now()
	o := locks.Opening{Hours: in.Hours, Good: in.Good, Alone: in.alone, Epoch: epoch, At: now, Until: now.Add(unlockLife)}
	if o.Hours == 0 && !o.Good {
		o.Hours = openHours
	}
	subject, says := "Shall your locked account be opened?", "Open the lock of your account for "+howLong(o)+"."
	if o.Good {
		subject, says = "Shall the lock of your account end?", "End the lock of your account, so that we make changes for it again as before."
	}
	t, err := s.openLock(tx, l.Client, contact, subject, says, by, clients.Contact{})
	if err != nil {
		return err
	}
	o.Ticket, l.Last = t.ID, &o
	if err := s.record(tx, &t, Event{Event: "unlock asked", Text: in.Agent + " asks for " + howLong(o) + because(in.Reason) + ". It takes " + o.Other() + ", who has to agree by " + moment(o.Until) + "."}); err != nil {
		return err
	}
	if err := errors.Join(setTimer(tx, t, "unlock", o.Until), save(tx, t), s.gather(tx, gathering{Client: l.Client, Ticket: t.ID, Kind: policy.NoticeUnlock, Says: says, Reason: oneLine(in.Reason)})); err != nil {
		return err
	}
	return s.agree(tx, l, locks.Said{Agent: in.Agent, Reason: strings.TrimSpace(in.Reason)}, by)
}

// agree notes a yes. With the second that counts the lock is open, or ends.
func (s *Store) agree(tx kv.Tx, l locks.Lock, said locks.Said, by By) error {
	o, now := l.Last, s.Now()
	said.At = now
	o.Said = append(o.Said, said)
	t, err := load(tx, o.Ticket)
	if err != nil {
		return err
	}
	p, err := s.lockNow(tx, l)
	if err != nil {
		return err
	}
	who := said.Agent
	if who == "" {
		who = "contact " + said.Contact
	}
	leaf := lockedBy{by: by, contact: clients.Contact{ID: said.Contact}, message: said.Message, reason: said.Reason}
	if !o.From.IsZero() || !p.Two(now) {
		return errors.Join(locks.Save(tx, l), s.logLock(tx, l, "agreed", leaf), s.record(tx, &t, Event{Event: "unlock agreed", Text: who + " agreed to " + howLong(*o) + "."}), save(tx, t))
	}
	what, says := "open", "The lock of your account is open until "+moment(now.Add(time.Duration(o.Hours)*time.Hour))+", as two people agreed: "+s.openedBy(o.Said)+"."
	o.From, o.To = now, now.Add(time.Duration(o.Hours)*time.Hour)
	if o.Good {
		what, says = "ended", "The lock of your account has ended, as two people agreed: "+s.openedBy(o.Said)+"."
		o.To, l.Off = now, now
	}
	text := "Two agreed: the lock of client " + l.Client + " is open until " + moment(o.To) + ", then it is shut again by itself."
	if o.Good {
		text = "Two agreed: client " + l.Client + " is not locked any longer."
	} else if err := setTimer(tx, t, "unlock", o.To); err != nil {
		return err
	}
	if err := s.alert(tx, t, policy.NoticeLockNews, text+" "+s.openedBy(o.Said)+"."); err != nil { //rule:8 opening-is-told ! TestUnlock/contact
		return err
	}
	return errors.Join(locks.Save(tx, l), s.logLock(tx, l, what, leaf), s.record(tx, &t, Event{Event: "unlock " + what, Text: text}), save(tx, t),
		s.gather(tx, gathering{Client: l.Client, Ticket: t.ID, Kind: policy.NoticeUnlocked, Says: says}))
}

// openedBy names those who agreed, for the people of the client and for staff.
func (s *Store) openedBy(said []locks.Said) string {
	var who []string
	for _, one := range said {
		name := "our team lead " + one.Agent
		if one.Agent == "" {
			name = "your contact " + one.Contact
		}
		who = append(who, name)
	}
	return strings.Join(who, " and ")
}

// unlockedFor carries out a contact's proved yes.
func (s *Store) unlockedFor(tx kv.Tx, w *work, _ policy.Effect) error {
	l, ok, err := locks.Of(tx, w.t.Client)
	if err != nil {
		return err
	}
	if !ok || l.Last == nil || l.Last.Ticket != w.t.ID || !l.Last.Ended.IsZero() || l.Last.Has("", w.f.Person.ID) {
		return nil
	}
	if err := save(tx, w.t); err != nil {
		return err
	}
	if err := s.agree(tx, l, locks.Said{Contact: w.f.Person.ID, Address: w.f.From, Message: w.m.ID}, By{User: "contact " + w.f.Person.ID}); err != nil {
		return err
	}
	return w.load(tx)
}

// keepLocked carries out a no to opening the lock, or to what tells that it was. What
// was opened is shut, and what was ended is locked again.
func (s *Store) keepLocked(tx kv.Tx, t *Ticket, who string) error {
	l, ok, err := locks.Of(tx, t.Client)
	if err != nil || !ok || l.Last == nil || l.Last.Ticket != t.ID || !l.Last.Ended.IsZero() { //rule:6.8 a-no-is-to-its-opening part=4 TestUnlockDenied/to-an-older-one
		return err
	}
	if err := save(tx, *t); err != nil {
		return err
	}
	if err := s.shut(tx, l, who+" said no", ""); err != nil {
		return err
	}
	*t, err = load(tx, t.ID)
	return err
}

// unlockOver notes that nobody agreed in time, or that the hours are over.
func (s *Store) unlockOver(tx kv.Tx, t *Ticket) error {
	l, ok, err := locks.Of(tx, t.Client)
	if err != nil || !ok || !l.Locks() || l.Last == nil || l.Last.Ticket != t.ID || !l.Last.Ended.IsZero() {
		return err
	}
	o := l.Last
	switch now := s.Now(); {
	case o.From.IsZero() && !now.Before(o.Until):
		return s.shut(tx, l, "nobody agreed to "+howLong(*o)+" in time", "")
	case !o.From.IsZero() && !now.Before(o.To):
		return errors.Join(s.record(tx, t, Event{Event: "locked again", Reason: policy.CodeClientLocked, Text: "The hours are over: client " + t.Client + " is locked as before."}), save(tx, *t))
	}
	return nil
}

// askable gives the contacts who are asked whether the lock shall be opened.
func (s *Store) askable(v kv.View, client string) ([]AskedOpen, error) {
	people, err := s.unlockers(v, client)
	all := []AskedOpen{}
	for _, c := range people {
		all = append(all, AskedOpen{c.ID, c.Name})
	}
	return all, err
}

// nobodyUnlocks reports whether the client has no contact who could be asked, nor had
// lately: who removed them would decide without them.
func (s *Store) nobodyUnlocks(id string) (alone bool, err error) {
	alone = true
	err = s.kv.View(func(v kv.View) error {
		client, ok, err := clients.GetClient(v, id)
		if err != nil || !ok {
			return err // which is said where it is written
		}
		return clients.EachOf(v, client.ID, func(c clients.Contact, err error) {
			switch now := s.Now(); {
			case err == nil && c.Client != client.ID:
			case err != nil, c.Status != clients.Removed && c.Role == clients.Primary, c.MayApprove("", now),
				!c.ApprovedUntil("", now, clients.LeftLife).IsZero(), !c.LedUntil(now, clients.LeftLife).IsZero():
				alone = false //rule:6.5 leads-alone-where-nobody-is-there TestUnlockAlone/removed-lately
			}
		})
	})
	return alone, err
}

// maxUnlockers is how many contacts are asked, and told.
const maxUnlockers = 32

// unlockers gives the contacts whose yes could open the lock now, the primary contact
// first: who cools is not asked, as they could give nothing.
func (s *Store) unlockers(v kv.View, client string) (all []clients.Contact, err error) {
	return s.lockPeople(v, client, func(c clients.Contact) (bool, error) {
		isStaff, err := s.askedIsStaff(v, c)
		if err != nil || isStaff {
			return false, err
		}
		may, cools, err := s.mayOpen(v, c, c.Addresses[0], &policy.Notice{Contact: c.ID, Address: c.Addresses[0], First: c.First.At})
		return may && len(cools) == 0, err
	})
}

// lockPeople gives the people of a client of whom that holds, the primary contact first.
func (s *Store) lockPeople(v kv.View, client string, holds func(clients.Contact) (bool, error)) (all []clients.Contact, err error) {
	var errs []error
	err = clients.EachOf(v, client, func(c clients.Contact, err error) {
		if err != nil || c.Client != client || c.Status == clients.Removed || len(c.Addresses) == 0 {
			errs = append(errs, err)
			return
		}
		is, err := holds(c)
		if errs = append(errs, err); is {
			all = append(all, c)
		}
	})
	slices.SortStableFunc(all, func(a, b clients.Contact) int { return rank(a) - rank(b) })
	return all[:min(len(all), maxUnlockers)], errors.Join(append(errs, err)...)
}
