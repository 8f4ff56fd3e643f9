package onfile

import (
	_ "embed"
	"slices"
	"strings"

	"countersign/internal/kv"
)

//go:embed freemail.txt
var freemailText string

var freemail = strings.Fields(strings.Join(slices.DeleteFunc(strings.Split(freemailText, "\n"),
	func(line string) bool { return strings.HasPrefix(line, "#") }), "\n"))

// Desk says which addresses are staff's besides those of the agents: those of
// the desk itself.
type Desk struct {
	Addresses    []string // of the mailboxes, canonical
	ReplyAddress string   // with {token}
	Shared       []string // domains at which contacts have mailboxes, too
}

// IsStaff reports whether mail to the canonical address comes, or may be
// made to come, to somebody of the desk: it is an agent's, also of one who is
// disabled, or the desk's own, or either with something behind a plus (RFC 5233),
// or of the form of a reply address, or at the domain of any of these. A domain
// at which others have mailboxes counts for nothing.
func (d Desk) IsStaff(r kv.Reader, addr string) (bool, error) {
	plain := Mailbox(addr)
	if slices.ContainsFunc(d.Addresses, func(own string) bool { return Mailbox(own) == plain }) || d.reply(addr) {
		return true, nil
	}
	if agent, err := Agent(r, addr); err != nil || agent != "" {
		return agent != "", err
	}
	domain := domainOf(addr)
	if d.everybodys(domain) { //rule:6.5 freemail-is-nobodys TestIsStaff/free-domain
		return false, nil
	}
	if slices.ContainsFunc(append(slices.Clone(d.Addresses), d.ReplyAddress), func(own string) bool { return domainOf(own) == domain }) { //rule:6.5 desks-domain-is-staffs TestIsStaff/mailbox-domain
		return true, nil
	}
	return agentAt(r, domain) //rule:6.5 agents-domain-is-staffs =false,nil TestIsStaff/agents-domain
}

// everybodys reports whether others than staff have mailboxes at the domain: at
// a provider for everybody, or because the configuration says so.
func (d Desk) everybodys(domain string) bool {
	return slices.Contains(freemail, domain) || slices.Contains(d.Shared, domain)
}

// reply reports whether addr has the form of a reply address.
func (d Desk) reply(addr string) bool {
	before, after, ok := strings.Cut(strings.ToLower(d.ReplyAddress), "{token}")
	return ok && len(addr) > len(before)+len(after) && strings.HasPrefix(addr, before) && strings.HasSuffix(addr, after)
}
