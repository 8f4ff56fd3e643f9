package tickets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/approvals"
)

// standing is who may agree to what a ticket asks for, as the directory is.
type standing struct {
	ask []clients.Contact // who may be asked, the primary contact first
	// people is how many count as people who may approve: also who could lately, or
	// whoever wants a lead to decide would take it from the others first.
	people  int
	blocked string    // why some of them can't be asked
	clears  time.Time // when the first of that ends; zero: not by itself
	begins  time.Time // when the first delegation of theirs begins to count; zero: none does
}

// leads is in the place of how many contacts leads have to agree, as too few may.
func (st standing) leads(needs policy.Second) int { return max(0, needs.Contacts-st.people) } //rule:6.5 lead-only-where-nobody-else =needs.Contacts TestLeadStandsIn/another-may

// places is in the place of how many a lead may agree: of who seems to be away, too.
func (st standing) places(needs policy.Second, away int) int {
	return min(needs.Contacts, st.leads(needs)+away)
}

// maxApprovers is how many are asked for one approval.
const maxApprovers = 32

// standing looks through the ticket's client for who may approve.
func (s *Store) standing(v kv.View, t Ticket) (st standing, err error) {
	requester, _, err := clients.Get(v, t.Contact)
	if err != nil {
		return st, err
	}
	var there []clients.Contact
	err = clients.EachOf(v, t.Client, func(c clients.Contact, err error) {
		if err == nil && (c.ID == t.Contact || c.Client != t.Client) {
			return
		}
		one := hurdle{there: true, why: "the record of a contact can't be read"}
		if err == nil {
			if one, err = s.hurdle(v, t, c, requester); err != nil {
				one = hurdle{there: true, why: clean.Line(err.Error(), maxSubject)}
			}
		}
		if one.there {
			there = append(there, c)
		}
		switch {
		case !one.there:
		case one.why == "":
			st.ask = append(st.ask, c)
		default:
			if st.blocked == "" {
				st.blocked = one.why
			}
			if !one.until.IsZero() && (st.clears.IsZero() || one.until.Before(st.clears)) {
				st.clears = one.until
			}
		}
	})
	st.people = s.people(there)
	if err == nil {
		var shut bool
		if shut, err = s.shutTo(v, t, requester); shut { //rule:8 locked-asks-no-approver TestLockAsksNoApprover
			st.ask = nil
			st.blocked = "the client is locked, so nobody is asked"
		}
	}
	slices.SortStableFunc(st.ask, func(a, b clients.Contact) int {
		return cmp.Compare(rank(a), rank(b))
	})
	return st, err
}

// people counts contacts, those who have shared a mailbox for long as one.
func (s *Store) people(contacts []clients.Contact) int {
	var apart []clients.Contact
	for _, c := range contacts {
		one := func(other clients.Contact) bool {
			since, shared := shareMailbox(c, other)
			return shared && (since.IsZero() || !s.Now().Before(since.Add(s.opt.Cooling)))
		}
		if !slices.ContainsFunc(apart, one) {
			apart = append(apart, c)
		}
	}
	return len(apart)
}

// away counts those of who may be asked who seem to be away.
func (s *Store) away(st standing, a approvals.Approval) int {
	ids, gone := a.Away(), []clients.Contact(nil)
	for _, c := range st.ask {
		if slices.Contains(ids, c.ID) {
			gone = append(gone, c)
		}
	}
	return s.people(gone)
}

func rank(c clients.Contact) int {
	if c.Role == clients.Primary {
		return 0
	}
	return 1
}

// hurdle says whether a contact counts as one who may approve, and what is in the
// way of asking them, until when.
type hurdle struct {
	there bool
	why   string
	until time.Time
}

func (s *Store) hurdle(r kv.Reader, t Ticket, c, requester clients.Contact) (hurdle, error) {
	now, who := s.Now(), clean.Name(c.Name, 60)
	if who == "" {
		who = c.ID
	}
	if since, shared := shareMailbox(c, requester); shared {
		if until := since.Add(s.opt.Cooling); !since.IsZero() && now.Before(until) {
			return hurdle{true, who + " came to share a mailbox with who asks, so no lead stands in before " + moment(until), until}, nil
		}
		return hurdle{}, nil
	}
	if c.Status == clients.Removed || !c.MayApprove(t.Service, now) {
		lost := c.ApprovedUntil(t.Service, now, s.opt.Cooling)
		if lost.IsZero() {
			return hurdle{}, nil
		}
		until := lost.Add(s.opt.Cooling)
		return hurdle{true, who + " could approve until " + moment(lost) + ", so no lead stands in before " + moment(until), until}, nil //rule:6.5 nobody-clears-the-way =hurdle{},nil TestLeadStandsIn/approver-removed
	}
	if len(c.Addresses) == 0 {
		return hurdle{true, who + " has no address on file", time.Time{}}, nil
	}
	if staffs, until, err := s.becameStaffs(r, c.Addresses[0]); err != nil || staffs {
		return hurdle{until.IsZero() || now.Before(until), "the address of " + who + " is one of staff", until}, err
	}
	if !c.May(clients.Approve, now, t.Service) {
		return hurdle{true, who + " may approve for some services alone, and the ticket names none", time.Time{}}, nil
	}
	cools, err := s.cools(r, c, append(firstOf(c), got{what: string(clients.Approve), since: c.Got(string(clients.Approve), t.Service, now)})...)
	if err != nil || len(cools) == 0 {
		return hurdle{there: true}, err
	}
	until := slices.MaxFunc(cools, func(a, b policy.Cooling) int { return a.Until.Compare(b.Until) }).Until
	return hurdle{true, "what " + who + " may, or their address, is new and cools until " + moment(until), until}, nil
}

// becameStaffs reports whether an address has come to be one of staff, and until
// when whoever has it still counts as there; zero: as long as it is.
func (s *Store) becameStaffs(r kv.Reader, addr string) (is bool, until time.Time, err error) {
	if is, err = s.desk().IsStaff(r, addr); err != nil || !is {
		return is, until, err
	}
	id, err := onfile.Agent(r, addr)
	if err != nil || id == "" {
		return true, until, err
	}
	a, ok, err := staff.Get(r, id)
	if ok && !a.Added.IsZero() {
		until = a.Added.Add(s.opt.Cooling)
	}
	return true, until, err
}

// onePerson reports whether two contacts share a mailbox: then they are no two
// people, whatever names they have.
func onePerson(a, b clients.Contact) bool {
	_, shared := shareMailbox(a, b)
	return shared
}

// boxesOf gives the mailboxes to which the addresses of a contact lead.
func boxesOf(c clients.Contact) (boxes []string) {
	for _, addr := range c.Addresses {
		boxes = append(boxes, onfile.Mailbox(addr))
	}
	return boxes
}

// shareMailbox says since when two contacts share a mailbox; zero: always.
func shareMailbox(a, b clients.Contact) (since time.Time, shared bool) {
	for _, x := range a.Addresses {
		for _, y := range b.Addresses {
			if onfile.Mailbox(x) != onfile.Mailbox(y) { //rule:6.5 a-mailbox-is-one-person =true TestLeadStandsIn/same-mailbox
				continue
			}
			both := a.Since[x]
			if b.Since[y].After(both) {
				both = b.Since[y]
			}
			if !shared || both.Before(since) {
				since, shared = both, true
			}
		}
	}
	return since, shared
}

// leadOf is what the directory says now of an agent who approves.
func (s *Store) leadOf(r kv.Reader, t Ticket, id string) (policy.Lead, error) {
	a, ok, err := staff.Get(r, id)
	return policy.Lead{Leads: ok && a.Has(staff.RoleLead, s.Now()),
		Wrote: id == t.OpenedBy || slices.Contains(t.Edited, id)}, err
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// asker names who asks, in a mail to somebody of the same client.
func asker(r kv.Reader, t Ticket) (string, error) {
	c, _, err := clients.Get(r, t.Contact)
	if err != nil {
		return "", err
	}
	client, _, err := clients.GetClient(r, t.Client)
	return fmt.Sprintf("%s of %s", cmp.Or(strings.TrimSpace(c.Name), "A contact"), cmp.Or(client.Name, t.Client)), err
}
