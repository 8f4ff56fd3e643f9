package tickets

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// facts gathers everything that the decision about a message depends on, as the
// store is now. own is the record of the message if it was deferred before.
func (s *Store) facts(r kv.Reader, e policy.Evidence, own string) (f policy.Facts, err error) {
	f.Evidence = e
	if f.Duplicate, err = otherThan(r, e.RawHash, own); err != nil {
		return f, err
	}
	for _, id := range e.Sender.SignatureIDs() {
		by, err := ledger.OfSignature(r, id)
		if err != nil {
			return f, err
		}
		if by == "" || by == own {
			continue
		}
		f.SignatureUsed = true
		m, _, err := kv.Load[Message](r, kv.Numbered(messagePrefix, by))
		if err != nil {
			return f, err
		}
		f.SignatureNo = f.SignatureNo || m.Decision.Denies()
		f.SignatureLock = f.SignatureLock || m.Decision.Has(policy.EffectLock)
	}
	names, err := s.names(r, e)
	if err != nil {
		return f, err
	}
	if names.Threads, err = ownFirst(r, names.Threads, e.From); err != nil {
		return f, err
	}
	f.Binding = policy.Bind(e, names)
	about := matter{class: e.Asks.OfMail(), words: []string{e.Subject, e.Text}}
	var bound Ticket
	if f.Binding.Ticket != "" {
		t, err := load(r, f.Binding.Ticket)
		bound = t
		switch {
		case errors.Is(err, ErrNoTicket):
			f.Binding = policy.Binding{Bound: policy.BoundNone}
		case err != nil:
			return f, err
		default:
			f.Ticket, about = t.facts(), matter{class: t.Class, service: t.Service, requester: t.Contact, delegates: t.Delegates}
			if f.StandsIn, err = s.standsIn(r, t); err != nil {
				return f, err
			}
		}
	}
	f.ToUs, f.ToUsSigned = s.toUs(e)
	whom, err := whoAsked(r, e.From, f.Binding)
	if err != nil {
		return f, err
	}
	var before []policy.Class
	for _, n := range f.Binding.Heard {
		if n.Ticket == f.Ticket.ID {
			before = append(before, n.Class)
		}
	}
	if f.Person, err = s.person(r, e.From, whom, about, f.Binding, before...); err != nil {
		return f, err
	}
	// A mail that only names another client's ticket is no mail about it: it
	// opens one of its own, and what it says is not shown there. But a question
	// that went to the sender was theirs, wherever they belong now.
	asked := func(n policy.Notice) bool { return n.Ticket == f.Binding.Ticket && n.Asked }
	named := slices.Concat(f.Binding.Heard, f.Binding.Approvals)
	theirs, err := belongs(r, f.Person, f.Ticket.Client)
	if err != nil {
		return f, err
	}
	if f.Binding.Bound == policy.BoundThread && f.Binding.LiveToken == nil && !theirs && !slices.ContainsFunc(named, asked) {
		f.Binding, f.Ticket = policy.Binding{Bound: policy.BoundNone, Reasons: f.Binding.Reasons}, policy.Ticket{}
		if f.Person, err = s.person(r, e.From, "", matter{class: e.Asks.OfMail(), words: []string{e.Subject, e.Text}}, f.Binding); err != nil {
			return f, err
		}
	}
	if err := s.inquiry(r, &f, names); err != nil {
		return f, err
	}
	if f.More, err = s.further(r, bound, f); err != nil {
		return f, err
	}
	if f.Expects, err = s.expects(r, f); err != nil {
		return f, err
	}
	if f.Binding.Ticket == "" && f.Person.ID != "" {
		if f.Waits, err = s.waits(r, f); err != nil {
			return f, err
		}
	}
	if f.Binding.Ticket == "" && f.Person.ID != "" {
		f.AsksBack = s.rules().Demand(e.Asks.OfMail(), policy.Matter{Client: f.Person.Client, Contact: f.Person.ID, Addresses: []string{e.From}, Text: e.Subject + "\n" + e.Text}).AsksBack()
	}
	f.Claimed = f.Binding.Ticket != "" && len(names.Tokens) == 0
	wasSent := func(n policy.Named) bool { return n.Notice.Asked }
	f.Standing = policy.StandingOf(f.Person, f.Binding, slices.ContainsFunc(names.Tokens, wasSent) || slices.ContainsFunc(names.References, wasSent))
	if p := &f.Person; p.ID == "" && !p.Staff && len(p.Shared) == 0 && e.From != "" {
		if p.LooksLike, p.Shows, err = clients.TakenFor(r, e.From, e.Sender.Shown); err != nil {
			return f, err
		}
	}
	if !f.Duplicate {
		f.Duplicate, err = copied(r, f, own)
	}
	return f, err
}

// waits gives the sender's ticket that asks whether they wrote to us, "" if
// there is none, or they have answered, or belong to another client since. One of
// which they were not asked waits for mail alone of which nobody is asked.
func (s *Store) waits(r kv.Reader, f policy.Facts) (string, error) {
	id, err := r.Get(wrotePrefix + f.Person.ID)
	if err != nil || id == nil {
		return "", err
	}
	t, err := load(r, string(id))
	until := t.Until
	if t.unheard() && f.Unasked() {
		until = t.Opened.Add(s.life(t))
	}
	if errors.Is(err, ErrNoTicket) || err == nil && (t.Client != f.Person.Client || t.State != policy.StateUnconfirmed || t.Proved || !s.Now().Before(until)) { //rule:6.10 old-mail-waits =true TestOldMailAsksOnce
		return "", nil
	}
	return t.ID, err
}

// copied reports whether the message is a copy, by another way, of one that was
// judged. Who gets the message first could pass it on with trace fields that make
// it nothing, as an empty Return-Path does: where that one was not proved, this
// one may be.
func copied(r kv.Reader, f policy.Facts, own string) (bool, error) {
	known, err := otherThan(r, f.Hash, own)
	if err != nil || !known {
		return false, err
	}
	id, err := ledger.OfHash(r, f.Hash)
	if err != nil {
		return false, err
	}
	first, ok, err := kv.Load[Message](r, kv.Numbered(messagePrefix, id))
	if err != nil || !ok || first.Facts.Sender.Result == policy.ResultPass || first.Decision.Counts() {
		return true, err
	}
	d := policy.Decide(f)
	return !d.Counts() && d.Outcome != policy.OutcomeDefer, nil
}

// otherThan reports whether a message with that hash has come to its end, which
// is not this one itself.
func otherThan(r kv.Reader, hash, own string) (bool, error) {
	id, err := ledger.OfHash(r, hash)
	return id != "" && id != own, err
}

// names resolves every mark of the message.
func (s *Store) names(r kv.Reader, e policy.Evidence) (n policy.Names, err error) {
	if n.Tokens, err = s.named(r, tokenPrefix, e.Tokens, e); err != nil {
		return n, err
	}
	if n.References, err = s.named(r, referencePrefix, e.References, e); err != nil {
		return n, err
	}
	for _, m := range e.References {
		n.TwoReferences = n.TwoReferences || m.Value != e.References[0].Value
	}
	for _, id := range e.Threads {
		ticket, err := s.recall(r, sentMessagePrefix, id)
		if err != nil {
			return n, err
		}
		if ticket != "" && !slices.Contains(n.Threads, ticket) {
			n.Threads = append(n.Threads, ticket)
		}
	}
	for _, number := range e.Numbers {
		if v, err := r.Get(kv.Numbered(ticketPrefix, number)); err != nil {
			return n, err
		} else if v != nil {
			n.Threads = append(n.Threads, number)
		}
	}
	return n, nil
}

// ownFirst puts the first ticket of the sender's own client before all others
// that a message only names: a number in a subject may be anybody's.
func ownFirst(r kv.Reader, threads []string, from string) ([]string, error) {
	if len(threads) < 2 {
		return threads, nil
	}
	all, err := clients.Holders(r, from)
	if err != nil || len(all) == 0 {
		return threads, err
	}
	for i, id := range threads[:min(len(threads), maxNotices)] {
		t, err := load(r, id)
		if errors.Is(err, ErrNoTicket) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(c clients.Contact) bool { return c.Client == t.Client }) {
			return append([]string{id}, slices.Delete(slices.Clone(threads), i, i+1)...), nil
		}
	}
	return threads, nil
}

// named resolves marks of a message. Whether an objection comes late is judged by
// when it arrived: it may have waited for DNS, or for us.
func (s *Store) named(r kv.Reader, prefix string, marks []policy.Mark, e policy.Evidence) (out []policy.Named, err error) {
	at := s.Now()
	if !e.Arrived.IsZero() && e.Arrived.Before(at) {
		at = e.Arrived //rule:6.15 objection-counts-from-its-arrival TestChanged/last-moment-waiting-for-dns
	}
	for _, m := range marks {
		id, err := s.recall(r, prefix, m.Value)
		if id == "" && err == nil && e.Kind == policy.KindAutoReply { // it may answer the return path, RFC 3834 section 4
			id, err = s.recall(r, returnPathPrefix, m.Value)
		}
		if err != nil {
			return nil, err
		}
		if id == "" {
			continue
		}
		n, ok, err := kv.Load[notice](r, noticePrefix+id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		t, err := load(r, n.Ticket)
		if err != nil {
			return nil, err
		}
		facts, err := s.noticeFacts(r, n, t, e.From, at)
		if err != nil {
			return nil, err
		}
		quoted, err := revisionOf(r, t, n.Revision)
		if err != nil {
			return nil, err
		}
		facts.Class = quoted.Class
		out = append(out, policy.Named{Mark: m, Notice: facts})
	}
	return out, nil
}

// toUs reports whether To or Cc names one of our addresses, and whether the
// counted signature covers a field that does.
func (s *Store) toUs(e policy.Evidence) (to, signed bool) {
	for _, m := range e.Recipients {
		if slices.Contains(s.opt.Addresses, m.Value) || s.replyAddress(m.Value) {
			to = true
			signed = signed || e.Sender.Covers(m.Field)
		}
	}
	return to, signed
}

// replyAddress reports whether addr has the form of our reply addresses.
func (s *Store) replyAddress(addr string) bool {
	before, after, ok := strings.Cut(s.opt.ReplyAddress, "{token}")
	return ok && len(addr) > len(before)+len(after) && strings.HasPrefix(addr, before) && strings.HasSuffix(addr, after)
}

// matter is what a message may ask for or answer.
type matter struct {
	class     policy.Class
	service   string   // of the ticket
	words     []string // of a mail that may open one: it is about the service that they name
	requester string   // contact of the ticket
	delegates bool     // it asks them whether another shall approve in their place
}

func (m matter) of(c clients.Contact, now time.Time) string {
	if m.words != nil {
		return c.ServiceIn(now, m.words...)
	}
	return m.service
}

// person looks the address up in the directory. Where several contacts have it
// on file, the one who was asked is meant, and without that none. b is how what they sent is bound,
// before are the classes for which the ticket asked when it was.
func (s *Store) person(r kv.Reader, addr, asked string, about matter, b policy.Binding, before ...policy.Class) (p policy.Person, err error) {
	if addr == "" {
		return p, nil
	}
	if p.Staff, err = s.desk().IsStaff(r, addr); err != nil || p.Staff {
		return p, err
	}
	c, ok, err := clients.Get(r, asked)
	if err == nil && !(ok && slices.Contains(c.Addresses, addr)) {
		c, ok, err = clients.ByAddress(r, addr)
	}
	if shared, is := errors.AsType[*clients.SharedError](err); is {
		for _, c := range shared.Contacts {
			p.Shared = append(p.Shared, c.ID)
		}
		return p, nil
	}
	if err != nil || !ok {
		return p, err
	}
	now, service := s.Now(), about.of(c, s.Now())
	right, asks := string(about.class), []*policy.Notice{b.Notice, b.LiveToken}
	if b.Notice != nil && b.Notice.Lifts {
		right = string(clients.Primary)
	}
	if b.Notice != nil && b.Notice.Approves {
		right = string(clients.Approve)
	}
	may := c.May(clients.Permission(about.class), now, service)
	if about.delegates {
		right, may = string(clients.Approve), c.MaySome(clients.Approve, now)
	}
	inPlace := b.Notice != nil && b.Notice.By != "" && b.Notice.Contact == c.ID
	if inPlace { // the right is another's
		right = ""
	}
	requester, _, err := clients.Get(r, about.requester)
	if err != nil {
		return p, err
	}
	var unlocks bool
	var cools []policy.Cooling
	if b.Notice != nil && b.Notice.Unlocks {
		unlocks, cools, err = s.mayOpen(r, c, addr, asks...)
	} else {
		cools, err = s.coolsFor(r, c, right, service, addr, asks...)
	}
	p = policy.Person{ID: c.ID, Client: c.Client, Language: c.Language, Spoke: s.spoke(c), Removed: c.Status == clients.Removed,
		May: may, MayDeny: slices.ContainsFunc(before, func(was policy.Class) bool { return c.MaySome(clients.Permission(was), now) }), Cooling: len(cools) > 0,
		Approves: c.May(clients.Approve, now, service), Unlocks: unlocks, MayLock: c.Role == clients.Primary, Requester: onePerson(c, requester)}
	if err == nil && inPlace {
		err = s.personInPlace(r, Ticket{Client: c.Client, Contact: about.requester, Class: about.class, Service: service}, b.Notice.By, &p)
	}
	return p, err
}
