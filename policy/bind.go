package policy

import "time"

// Bound says how a message is tied to a ticket.
type Bound string

// The ways in which a message is tied to a ticket, strongest first.
const (
	BoundToken     Bound = "token"
	BoundReference Bound = "signed-reference"
	BoundThread    Bound = "thread"
	BoundNone      Bound = "none"
)

// Skew is how far two clocks may be apart before a time counts as wrong.
const Skew = 5 * time.Minute

// Notice is what the store knows of a notice that a message names.
type Notice struct {
	ID       string
	Ticket   string
	Contact  string // who was asked
	Revision int    // of the request that it quoted
	Lifts    bool   // it asks whether the stop of the client shall end, not for the request
	Sent     time.Time
	Expires  time.Time
	Spent    bool // a yes or no that counted has used its token
	Void     bool // the request was edited or the contact's address changed since
}

// Named is a mark of a message and the notice that it names.
type Named struct {
	Mark
	Notice Notice
}

// Names is everything in a message that names a ticket, as the store resolved it.
type Names struct {
	Tokens     []Named
	References []Named
	Threads    []string // tickets named by Message-ID or number, proving nothing
	// TwoReferences: the Subject holds two different references, known or not.
	TwoReferences bool
}

// Binding is how a message is tied to a ticket.
type Binding struct {
	Bound  Bound
	Ticket string
	Notice *Notice // whose token or reference did it; nil for thread and none
	// LiveToken says that a live token of Ticket is somewhere in the message,
	// whether or not a signature covers it. Somebody reads that mailbox.
	LiveToken *Notice
	// SignedToken says that the signature covers a token of Ticket, though it
	// binds nothing: it may no longer be answered, or the message names other
	// questions, too. A no is heard all the same.
	SignedToken *Notice
	Reasons     []Reason // why it isn't bound more strongly
}

// Bind ties a message to a ticket. A mark counts only where the one counted
// signature covers it, so an old signed message can't be aimed at another
// ticket by adding a header field.
func Bind(e Evidence, n Names) Binding {
	b := Binding{Bound: BoundNone}
	if n.TwoReferences {
		b.because("two_references")
		return b.thread(e, n)
	}
	live, state := liveTokens(e, n)
	if notice, ok := one(live); ok {
		b.LiveToken = &notice.Notice
	}
	counted := live[:0:0]
	stale := false
	for _, t := range live {
		switch {
		case !tokenCovered(e, t, n.References):
		case madeBefore(e, t.Notice):
			stale = true
		default:
			counted = append(counted, t)
		}
	}
	if notice, ok := one(counted); ok {
		b.Bound, b.Ticket, b.Notice, b.LiveToken = BoundToken, notice.Notice.Ticket, &notice.Notice, &notice.Notice
		return b
	}
	switch {
	case len(counted) > 0:
		b.because("two_tickets")
		return b.thread(e, n)
	case stale:
		b.because("signature_before_notice")
	case len(live) > 0 && e.Sender.Result == ResultPass:
		b.because("token_unsigned")
	case state != "":
		b.because(state)
	}
	for _, r := range n.References {
		if !r.Notice.Void && e.Sender.Covers(r.Field) && !madeBefore(e, r.Notice) {
			b.Bound, b.Ticket, b.Notice = BoundReference, r.Notice.Ticket, &r.Notice
			return b
		}
	}
	return b.thread(e, n)
}

// liveTokens are the tokens that may still be answered, and what is wrong with
// the others if there are none.
func liveTokens(e Evidence, n Names) (live []Named, state string) {
	for _, t := range n.Tokens {
		switch {
		case t.Notice.Void:
			state = "token_superseded"
		case t.Notice.Spent:
			state = "token_spent"
		case e.Arrived.After(t.Notice.Expires):
			state = "token_expired"
		default:
			live = append(live, t)
		}
	}
	return live, state
}

// tokenCovered reports whether the signature covers the token itself or a
// reference of the same question, one that still stands, so of the same revision.
func tokenCovered(e Evidence, t Named, refs []Named) bool {
	switch t.Field {
	case "to", "cc", "in-reply-to", "references":
		if e.Sender.Covers(t.Field) {
			return true
		}
	}
	for _, r := range refs {
		if r.Notice.Ticket == t.Notice.Ticket && r.Notice.Lifts == t.Notice.Lifts &&
			!r.Notice.Void && r.Notice.Contact == t.Notice.Contact && e.Sender.Covers(r.Field) {
			return true
		}
	}
	return false
}

// madeBefore reports whether the signature is older than the notice, which it
// then can't be an answer to.
func madeBefore(e Evidence, n Notice) bool {
	return !e.Sender.SignedAt.IsZero() && e.Sender.SignedAt.Before(n.Sent.Add(-Skew))
}

// one gives the first of the marks if all name the same ticket.
func one(marks []Named) (Named, bool) {
	for _, m := range marks {
		if m.Notice.Ticket != marks[0].Notice.Ticket {
			return Named{}, false
		}
	}
	if len(marks) == 0 {
		return Named{}, false
	}
	return marks[0], true
}

func (b *Binding) because(code string) { b.Reasons = append(b.Reasons, Because(code)) }

// signed notes the token of the ticket that the signature covers.
func (b Binding) signed(e Evidence, n Names) Binding {
	for i, t := range n.Tokens {
		if t.Notice.Ticket == b.Ticket && !t.Notice.Lifts && tokenCovered(e, t, nil) && !madeBefore(e, t.Notice) {
			b.SignedToken = &n.Tokens[i].Notice
		}
	}
	return b
}

// thread files the message under the first ticket that anything in it names.
func (b Binding) thread(e Evidence, n Names) Binding {
	for _, list := range [][]Named{n.Tokens, n.References} {
		for _, m := range list {
			b.Bound, b.Ticket = BoundThread, m.Notice.Ticket
			return b.signed(e, n)
		}
	}
	for _, t := range n.Threads {
		b.Bound, b.Ticket = BoundThread, t
		return b
	}
	return b
}
