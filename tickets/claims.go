package tickets

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// claims counts the messages that named a ticket and proved nothing. Anybody can
// write a number into a subject: a line of history for each would let strangers
// bury what was really said.
type claims struct {
	Count  int                 `json:"count"`
	Last   time.Time           `json:"last"`
	Why    map[policy.Code]int `json:"why"`              // reason codes
	Looked []string            `json:"looked,omitempty"` // whom senders could be taken for
}

// Bounds of what is kept and shown of claims.
const (
	claimsFiled  = 10 // found by their ticket; all are in the list of messages
	claimsLooked = 3
	claimsWhy    = 20
)

func claimsKey(ticket string) string { return kv.Numbered(claimsPrefix, ticket) }

// isClaim reports whether a message only says that it is about its ticket: no
// token of ours is in it, and nothing proves that somebody on file wrote it.
// Whether the code beside the number is right makes no difference: the history
// would tell.
func isClaim(f policy.Facts, d policy.Decision) bool {
	return f.Claimed && d.Outcome != policy.OutcomeDefer && d.Verdict != policy.Authenticated && len(d.Effects) == 0 &&
		(f.Sender.Result != policy.ResultPass || f.Person.ID == "" && len(f.Person.Shared) == 0)
}

// claim counts a message and reports whether it is among the first, which are
// found by the ticket.
func (s *Store) claim(tx kv.Tx, m *Message) (first bool, err error) {
	c, _, err := kv.Load[claims](tx, claimsKey(m.Ticket))
	if err != nil {
		return false, err
	}
	c.Count, c.Last = c.Count+1, s.Now()
	if c.Why == nil {
		c.Why = map[policy.Code]int{}
	}
	if code := m.Decision.Reason(); len(c.Why) < claimsWhy || c.Why[code] > 0 {
		c.Why[code]++
	}
	for _, r := range m.Reasons {
		if r.Code == policy.CodeLookAlike && len(c.Looked) < claimsLooked && !slices.Contains(c.Looked, r.Text) {
			c.Looked = append(c.Looked, r.Text)
		}
	}
	return c.Count <= claimsFiled, kv.Save(tx, claimsKey(m.Ticket), c)
}

// event is the one line of history that claims have.
func (c claims) event() Event {
	var codes []policy.Code
	for code := range c.Why {
		codes = append(codes, code)
	}
	sort.Slice(codes, func(i, j int) bool {
		a, b := codes[i], codes[j]
		return c.Why[a] > c.Why[b] || c.Why[a] == c.Why[b] && a < b
	})
	var why []string
	for _, code := range codes {
		why = append(why, fmt.Sprintf("%s %d", code, c.Why[code]))
	}
	text := fmt.Sprintf("%d messages claimed to be about this ticket and proved nothing; the last at %s: %s.", c.Count, c.Last.Format(time.RFC3339), strings.Join(why, ", "))
	if c.Count == 1 {
		text = fmt.Sprintf("One message claimed to be about this ticket and proved nothing: %s.", strings.Join(why, ", "))
	}
	return Event{At: c.Last, Event: "claimed", Reason: codes[0], Text: strings.Join(append([]string{text}, c.Looked...), " ")}
}

// withClaims puts the line of the claims where it belongs in time.
func withClaims(r kv.Reader, ticket string, events []Event) ([]Event, error) {
	c, ok, err := kv.Load[claims](r, claimsKey(ticket))
	if err != nil || !ok {
		return events, err
	}
	at := len(events)
	for at > 0 && events[at-1].At.After(c.Last) {
		at--
	}
	return slices.Insert(events, at, c.event()), nil
}
