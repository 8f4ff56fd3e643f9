package tickets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/outbox"
)

// mayUse judges whether an account-change ticket's allow may be used for a change of
// the file, before that is written. Whatever authorize would ask is asked again: it
// must be that agent's receipt still, and nothing may have come against it since.
// Where no ticket is named there is none to judge.
func (s *Store) mayUse(tx kv.Tx, by By, ticket, agent string) (t Ticket, err error) {
	if ticket == "" {
		return t, nil
	}
	a, err := s.worker(tx, by, agent)
	if err != nil {
		return t, err
	}
	if t, err = s.current(tx, ticket); err != nil {
		return t, err
	}
	_, d, err := s.judge(tx, t, AuthorizeRequest{Ticket: t.ID, Class: policy.AccountChange, Agent: a.ID, Channel: policy.Email}, a)
	switch {
	case err != nil:
		return t, err
	case t.Change != nil: //rule:6.5 one-ticket-one-change TestWidening/used-before
		return t, fmt.Errorf("%w: %s was used for a change at %s; each change takes a ticket of its own", ErrNotAllowed, t.ID, t.Change.At.Format("2006-01-02 15:04 UTC"))
	case d.Decision != policy.Allow: //rule:6.5 widening-is-judged-again TestWidening/disputed
		return t, fmt.Errorf("%w: %s does not allow that now: %s", ErrNotAllowed, t.ID, texts(d.Reasons))
	case !d.Repeat: //rule:6.5 widening-needs-its-receipt TestWidening/not-asked
		return t, fmt.Errorf("%w: nobody was allowed to do that yet; ask first: countersign authorize %s %s --agent %s", ErrNotAllowed, t.ID, policy.AccountChange, a.ID)
	}
	t.by = a.ID
	return t, nil
}

// useTicket uses that allow up. A ticket does for one change, and for what its
// request says as it was confirmed.
func (s *Store) useTicket(tx kv.Tx, w written, what string) (t Ticket, err error) {
	if t = w.ticket; t.Client != w.next.Client { //rule:6.5 ticket-of-the-same-client TestWidening/another-client
		return t, fmt.Errorf("%w: %s is a ticket of client %s, and the contact is of %s", ErrNotAllowed, t.ID, t.Client, w.next.Client)
	}
	if t.Lost && !w.readdresses(t) { //rule:6.5 lost-mailbox-moves-no-other TestLostChanges
		return t, fmt.Errorf("%w: %s is for the lost mailbox of contact %s: it changes their addresses, and nothing else", ErrNotAllowed, t.ID, t.Contact)
	}
	if err := w.quoted(t); err != nil {
		return t, err
	}
	agent, err := activeAgent(tx, t.by)
	if err != nil {
		return t, err
	}
	if w.beyond(t.Request) && !s.leads(agent) {
		return t, fmt.Errorf("%w: the request of %s does not say all of that; for a name, a language, a time zone and what is taken away it takes a lead", ErrNotAllowed, t.ID)
	}
	t.Change = &change{Contact: w.next.ID, What: oneLine(what), At: s.Now(), By: t.by, Receipt: t.Receipt}
	return t, s.record(tx, &t, Event{Event: "file changed", Text: fmt.Sprintf("%s changed the file by %s: %s", t.by, t.Receipt, t.Change.What)})
}

// readdresses reports whether nothing is changed but the addresses of the ticket's
// own contact. No contact asked for what leads agree to where a mailbox is lost.
func (w written) readdresses(t Ticket) bool {
	a := w.old
	a.Addresses = w.next.Addresses
	return w.next.ID == t.Contact && written{old: a, next: w.next}.unchanged()
}

// quoted demands that what is done is what was asked and confirmed: an address that
// is new stands in the request behind the word add, one that is newly the first behind
// that or the word first, a permission and the role of a primary contact as they are
// written, and so does an address of a contact who is not the ticket's own. An address
// alone says nothing: it may be named to be taken off.
func (w written) quoted(t Ticket) error {
	for _, a := range w.next.Addresses {
		if !w.old.OnFile(a) && !saysTo(t.Request, "add", a) { //rule:6.6 new-address-was-quoted TestWidening/address-to-go
			return fmt.Errorf("%w: the request of %s, as it was confirmed, does not say \"add %s\"; it has to, in these words", ErrNotAllowed, t.ID, hideAddress(a))
		}
	}
	if first := w.next.Addresses[0]; (len(w.old.Addresses) == 0 || w.old.Addresses[0] != first) && !saysTo(t.Request, "add", first) && !saysTo(t.Request, "first", first) { //rule:6.6 first-address-was-quoted TestWidening/first-to-go
		return fmt.Errorf("%w: the request of %s, as it was confirmed, does not say \"first %s\", in these words, to which our mail would go; say which address does, with first", ErrNotAllowed, t.ID, hideAddress(first))
	}
	if r := w.next.Role; r == clients.Primary && w.old.Role != r && !r.NamedIn(t.Request) { //rule:6.6 role-was-quoted TestWidening/primary-not-named
		return fmt.Errorf("%w: the request of %s, as it was confirmed, does not say \"role %s\"; it has to, in these words", ErrNotAllowed, t.ID, r)
	}
	for _, p := range w.given() {
		if !p.NamedIn(t.Request) { //rule:6.6 permission-was-quoted TestWidening/another-permission
			return fmt.Errorf("%w: the request of %s, as it was confirmed, does not say \"permission %s\"; it has to, in these words", ErrNotAllowed, t.ID, p)
		}
	}
	own := t.Contact == w.next.ID || len(w.old.Addresses) == 0                                             // or new
	if !own && !slices.ContainsFunc(w.old.Addresses, func(a string) bool { return names(t.Request, a) }) { //rule:6.6 another-contact-was-quoted TestWidening/another-contact
		return fmt.Errorf("%w: %s was asked by another contact, and its request names no address of %s", ErrNotAllowed, t.ID, w.next.ID)
	}
	return nil
}

// beyond reports whether more is changed than a ticket has to be named for, and
// than its request says.
func (w written) beyond(request string) bool {
	a, b := w.old, w.next
	if a.ID == "" || a.Status == clients.Removed { // they are new, and the ticket is for that
		return false
	}
	return a.Name != b.Name || a.Language != b.Language || a.Zone != b.Zone ||
		a.Role != b.Role && !b.Role.NamedIn(request) ||
		slices.ContainsFunc(a.Addresses, func(addr string) bool { return !b.OnFile(addr) && !names(request, addr) }) ||
		slices.ContainsFunc(a.Permissions, func(p clients.Permission) bool {
			return !slices.Contains(b.Permissions, p) && !p.NamedIn(request)
		})
}

// given gives the permissions that the contact did not have so. Without a list a
// primary contact may everything: who takes theirs away gives that.
func (w written) given() (all []clients.Permission) {
	for _, p := range w.next.Permissions {
		if !slices.Contains(w.old.Permissions, p) {
			all = append(all, p)
		}
	}
	if len(w.next.Permissions) == 0 && len(w.old.Permissions) > 0 && w.next.Role == clients.Primary { //rule:6.6 no-list-is-all =false TestWidening/list-taken-away
		all = append(all, clients.All)
	}
	return all
}

// saysTo reports whether a text has the word right before the address, and no word
// before that says not to: "add ada@north.example".
func saysTo(text, word, addr string) bool {
	words := strings.Fields(strings.ToLower(text))
	for i, w := range words {
		w = strings.TrimLeft(w, `<"'`)
		if end := strings.IndexAny(w, `<>()[]{},;:"`); end >= 0 {
			w = w[:end]
		}
		if i == 0 || strings.TrimLeft(words[i-1], `"'(`) != word || !names(w, addr) {
			continue
		}
		if i == 1 || !isNot(words[i-2]) { //rule:6.6 not-to-add-is-not-to part=2 TestSaysTo
			return true
		}
	}
	return false
}

// isNot reports whether a word in small letters says that what it is before is not so.
func isNot(word string) bool {
	return slices.Contains([]string{"not", "never", "cannot", "without"}, word) || strings.HasSuffix(strings.ReplaceAll(word, "\u2019", "'"), "n't")
}

// names reports whether the address stands in a text, whole.
func names(text, addr string) bool {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`<>()[]{},;:"`, r) }) {
		for _, w := range []string{word, strings.TrimRight(word, ".!?'")} {
			if a, err := canonical(strings.TrimLeft(w, "'")); err == nil && a == addr {
				return true
			}
		}
	}
	return false
}

// mayNarrow demands that a lead or above writes, or root, and gives who it is: that is
// asked also where nothing would change, or the answer would show the contact.
func (s *Store) mayNarrow(r kv.Reader, by By, agent string) (By, error) {
	if agent == "" && by.Agent == "" && by.Owner {
		return by, nil
	}
	a, err := s.worker(r, by, agent)
	if err != nil {
		return by, err
	}
	if !s.leads(a) { //rule:8 narrowing-takes-a-lead TestWhoMayChange/agent-narrows
		return by, fmt.Errorf("%w: %s may not change a contact without a ticket; it takes a lead", ErrNotAllowed, a.ID)
	}
	by.Agent = a.ID
	return by, nil
}

// known demands that who writes is an active agent, or root.
func (s *Store) known(r kv.Reader, by By, agent string) error {
	if agent == "" && by.Agent == "" && by.Owner {
		return nil
	}
	_, err := s.worker(r, by, agent)
	return err
}

// How often a day, in UTC, a contact and the contacts of a client are changed without
// a ticket of theirs. Each is told, and no flood of that may keep anything from
// being told in time.
const (
	contactNarrowings = 10
	clientNarrowings  = 50
)

// narrow opens the ticket of a change that widens nothing.
func (s *Store) narrow(tx kv.Tx, by By, w written, what string) (t Ticket, err error) {
	for _, c := range []struct {
		of, key string
		most    int
	}{
		{"contact " + w.next.ID, "narrowed/contact/" + w.next.ID, contactNarrowings},
		{"client " + w.next.Client, "narrowed/client/" + w.next.Client, clientNarrowings},
	} {
		full, err := outbox.CountDay(tx, s.Now(), c.key, c.most)
		if err != nil {
			return t, err
		}
		if !full.IsZero() { //rule:6.10 narrowings-are-bounded TestNarrowingsAreBounded
			return t, fmt.Errorf("%w: %s was changed %d times without a ticket today, and no more is allowed; wait until %s, or name a ticket", ErrNotAllowed, c.of, c.most, full.UTC().Format("2006-01-02 15:04 UTC"))
		}
	}
	t, err = s.openChange(tx, w.next, "A contact of your account was changed", what, by, true)
	if err == nil {
		t.Change.Narrows = true
	}
	return t, err
}

// worker is the agent who writes, in whose name only root and the daemon's user may.
func (s *Store) worker(r kv.Reader, by By, agent string) (staff.Agent, error) {
	if agent != "" && agent != by.Agent && !by.Owner {
		return staff.Agent{}, fmt.Errorf("%w: %s is not %s", ErrNotAllowed, by, agent)
	}
	return activeAgent(r, cmp.Or(agent, by.Agent))
}

// leads reports whether the agent is a lead or above, and counts already.
func (s *Store) leads(a staff.Agent) bool {
	return a.Has(staff.RoleLead, s.Now())
}

// administers reports whether it is an administrator who writes.
func (s *Store) administers(r kv.Reader, by By, agent string) (bool, error) {
	if agent == "" && by.Agent == "" {
		return by.Owner, nil
	}
	a, err := s.worker(r, by, agent)
	return err == nil && a.Has(staff.RoleAdmin, s.Now()), err
}

func texts(reasons []policy.Reason) string {
	var all []string
	for _, r := range reasons {
		all = append(all, r.Text)
	}
	return strings.Join(all, " ")
}
