package inbound

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"countersign/inbound/reply"
	"countersign/inbound/sender"
	"countersign/internal/rawmail"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/policy/classify"
)

// Desk is what understanding a message needs to know of ourselves.
type Desk struct {
	Own    reply.Own
	Trust  sender.Trust
	Limits rawmail.Limits

	// Standing says what may come of a message, before DNS is asked, and whether its
	// words are read for a class; nil: that is not known. Hurry says that others stand in line
	// behind the message, Places how many of them could be judged in its place; 0: one.
	Standing func(policy.Evidence) (s policy.Standing, reads bool)
	Hurry    bool
	Places   int
}

// Checker says who sent a message. *sender.Checker does.
type Checker interface {
	Check(context.Context, sender.Request) policy.Sender
}

// bindingFields are the fields in which a token may stand. A signature covers
// some of the first four; the others say to whom a server delivered.
var bindingFields = []string{"to", "cc", "in-reply-to", "references", "delivered-to", "x-original-to", "envelope-to"}

// Bounds of what is kept of one message.
const (
	maxMarks      = 64
	maxRecipients = 100
	maxCarried    = 24
)

// Prepare reads the table of words and the model of classes, some ten milliseconds,
// if nothing was understood yet. Understand does so, too.
func Prepare() { reply.Prepare(); classify.Prepare() }

// Understand establishes everything about one message that doesn't need the
// store. It asks DNS only where the answer can matter: not for a message that
// is refused or that a machine wrote.
func Understand(ctx context.Context, check Checker, desk Desk, raw []byte, arrived time.Time) policy.Evidence {
	e := understand(ctx, check, desk, raw, arrived)
	if len(e.Refusals) > 0 {
		e.Carried = token.FindIn(raw, maxCarried) //rule:6.4 secrets-of-the-set-aside TestCarried
	}
	return e
}

func understand(ctx context.Context, check Checker, desk Desk, raw []byte, arrived time.Time) policy.Evidence {
	e := policy.Evidence{RawHash: hashOf(raw), Size: int64(len(raw)), Arrived: arrived.UTC()}
	e.Hash = e.RawHash
	m, refusals := rawmail.Scan(raw, desk.Limits)
	e.Refusals = refusals
	if m == nil {
		return e
	}
	e.Hash = m.Hash()
	if id := m.Get("message-id"); len(id) <= 998 {
		e.MessageID = trimID(id)
	}
	from, bad := m.From()
	e.From = from
	r, ok := reply.Reading{}, false
	if len(refusals) == 0 {
		r = reply.Read(m, desk.Own)
	} else if r, ok = reply.Machine(m, desk.Own); !ok {
		return e
	}
	e.Refusals = r.Refusals
	e.Kind, e.KindWhy, e.Text, e.Subject, e.Answer, e.Bounce = r.Kind, r.KindWhy, r.Text, r.Subject, r.Answer, r.Bounce
	if bad != nil && !e.Kind.Machine() {
		e.Refusals = append(e.Refusals, *bad)
	}
	marks(&e, m, r.Sure+"\n"+m.Get("subject"))
	if len(e.Refusals) > 0 || e.Kind.Machine() {
		return e
	}
	e.Inquiry, e.Locks = inquiry(e.Subject, r), r.Locks()
	e.Nameless, e.Line = saysNothing(e.Subject), lineOf(e.Text)
	request := sender.Request{Message: m, From: from, Arrived: arrived, Trust: desk.Trust, Hurry: desk.Hurry, Places: desk.Places}
	reads := true
	if desk.Standing != nil {
		request.Standing, reads = desk.Standing(e)
	}
	e.Sender = check.Check(ctx, request)
	if reads && e.Sender.Proves(false) { // of all others nothing comes that has a class
		e.Asks = asksOf(e.Subject, r)
	}
	return e
}

// marks finds everything in the header that may tie the message to a ticket. A
// reference ties only where it stands in sure, what every reader finds in the
// Subject, as written or decoded; one that only some find beside it makes two.
func marks(e *policy.Evidence, m *rawmail.Message, sure string) {
	for _, field := range bindingFields {
		for _, value := range m.Values(field) {
			for _, t := range token.Find(value) {
				if len(e.Tokens) < maxMarks {
					e.Tokens = append(e.Tokens, policy.Mark{Value: t, Field: field})
				}
			}
		}
	}
	references := token.FindReferences(sure)
	if len(references) > 0 {
		references = append(references, token.FindReferences(e.Subject)...)
	}
	for i, r := range references {
		if !slices.Contains(references[:i], r) {
			e.References = append(e.References, policy.Mark{Value: r, Field: "subject"})
		}
	}
	e.Numbers = token.FindNumbers(e.Subject)
	for _, field := range []string{"in-reply-to", "references"} {
		for _, value := range m.Values(field) {
			e.Threads = append(e.Threads, messageIDs(value)...)
		}
	}
	e.Threads = e.Threads[max(0, len(e.Threads)-maxMarks):] // the newest stand last, RFC 5322 section 3.6.4
	for _, field := range []string{"to", "cc"} {
		for _, value := range m.Values(field) {
			// Of a list that is broken somewhere, what could be read counts.
			addrs, _ := rawmail.Addresses(value, maxRecipients)
			for _, a := range addrs {
				e.Recipients = append(e.Recipients, policy.Mark{Value: a, Field: field})
			}
		}
	}
}

// messageIDs gives what stands between angle brackets.
func messageIDs(value string) (ids []string) {
	start := -1
	for i := range len(value) {
		switch value[i] {
		case '<':
			start = i + 1
		case '>':
			if start >= 0 && i > start && i-start <= 998 {
				ids = append(ids, value[start:i])
			}
			start = -1
		}
	}
	return ids
}

// trimID takes the first Message-ID of a value, without its brackets.
func trimID(value string) string {
	if ids := messageIDs(value); len(ids) > 0 {
		return ids[0]
	}
	return value
}

// Unread is the evidence of a message that could not be read as a whole, with
// the reason. What there is of it is hashed, so that it is known again.
func Unread(raw []byte, arrived time.Time, why policy.Reason) policy.Evidence {
	return policy.Evidence{RawHash: hashOf(raw), Hash: hashOf(raw), Arrived: arrived.UTC(), Refusals: []policy.Reason{why},
		Carried: token.FindIn(raw, maxCarried)}
}

func hashOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Hashes are those by which a message is known again: of it as it is, and of it
// from its first field that is no trace field.
func Hashes(raw []byte) []string {
	hashes := []string{hashOf(raw)}
	if m, _ := rawmail.Scan(raw, rawmail.DefaultLimits()); m != nil {
		hashes = append(hashes, m.Hash())
	}
	return hashes
}
