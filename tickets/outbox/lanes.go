package outbox

import (
	"net/url"
	"strings"
)

// Origins say to whose account a notice goes. Each has budgets of its own, so
// that no question waits behind what others make us send.
const (
	FromMail     = "mail"     // what the contact's own mail makes us ask
	FromSecurity = "security" // what tells of an answer, so that nothing else takes its places
	// FromNarrowing is that of what tells of a change that widened nothing: what tells
	// of one that did never waits behind it.
	FromNarrowing = "narrowing"
	// FromCourtesy is that of what is dropped over a limit: it takes no place that a
	// question could have.
	FromCourtesy = "courtesy"
	timers       = "timers:"
)

// FromAgent is the origin of what an agent makes us ask.
func FromAgent(id string) string { return "agent:" + id }

// FromTimers is that of what time does to the tickets of an agent, or with no id
// to those of nobody.
func FromTimers(id string) string { return timers + id }

// ToStaff is that of what an agent is told.
func ToStaff(id string) string { return "staff:" + id }

// apart reports whether the origin has its places whatever the others take.
func apart(origin string) bool {
	return origin == FromSecurity || origin == FromNarrowing || origin == FromCourtesy //rule:6.10 courtesy-counts-apart =origin!=FromCourtesy&&(origin==FromSecurity||origin==FromNarrowing) tickets.TestCourtesyLeavesRoom
}

// courtesy reports whether the notice may be dropped: questions go before it.
func (o Outgoing) courtesy() bool { return o.Origin == FromCourtesy }

// A queued notice stands under queue/<lane>/<when>/<id>. Lanes are served in
// turn, so that no flood in one keeps another waiting.

// lane names where the notice queues: with the others of its agent, or with those
// that the contact's own mail brought about.
func (o Outgoing) lane() string {
	if o.Origin == FromMail || apart(o.Origin) || o.Origin == timers {
		return strings.TrimSuffix(o.Origin, ":") + "::" + url.PathEscape(o.Contact)
	}
	return o.Origin
}
