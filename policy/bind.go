package policy

import (
	"slices"
	"strings"
	"time"
)

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
	Contact  string    // who was asked
	Address  string    // on file then, to which it went
	Language string    // of who was asked
	Asked    bool      // the message is from Address, or from one that is on file now for who was asked
	Revision int       // of the request that it quoted
	Class    Class     // for which that revision asked
	Lifts    bool      // it asks whether the stop of the client shall end, not for the request
	Unlocks  bool      // it asks whether the lock of the client shall be opened; it Approves, too
	Approves bool      // it asks whether a second person agrees to the request
	By       string    // the delegation by which they were asked that in another's place; empty: on their own account
	First    time.Time // since when our questions went to that address; zero: always
	Sent     time.Time
	Expires  time.Time
	Bare     bool // it names no ticket: whoever answers it, be that signed or not, means the mail that it answers
	Names    bool // a line that answers it becomes its ticket's subject
	Tells    bool // it asks nothing: its token opens nothing, and carries a no
	Objects  bool // whoever got it may object by a no, to a change of the file or to what is done about a lost mailbox
	Late     bool // its address left the file so long ago that nobody objects from there any longer
	Spent    bool // a yes or no that counted has used its token
	Void     bool // the request was edited or the contact's address changed since; for a yes
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
	// Mixed says that a reference of another ticket stands beside LiveToken,
	// signed or not: where nothing is signed, a yes can't be told apart.
	Mixed bool
	// Heard are the notices that the signature names by token or reference. A no
	// is heard by them for ever, whatever became of them for a yes: they may be
	// spent, void or expired, or of several tickets.
	Heard []Notice
	// Approvals are, in the same way, the questions for an approval that it names.
	Approvals []Notice
	Reasons   []Reason // why it isn't bound more strongly
}

// Bind ties a message to a ticket. A mark counts only where the one counted
// signature covers it, so an old signed message can't be aimed at another
// ticket by adding a header field.
func Bind(e Evidence, n Names) Binding {
	b := Binding{Bound: BoundNone}
	b.Heard, b.Approvals = heard(e, n)
	if n.TwoReferences { //rule:6.4 two-references-are-none TestBind/two-references
		b.because(CodeTwoReferences)
		return b.thread(n)
	}
	live, state := liveTokens(e, n)
	if notice, ok := one(live); ok {
		b.LiveToken, b.Mixed = &notice.Notice, otherReference(e, n, notice.Notice.Ticket, false)
	}
	counted := live[:0:0]
	stale := false
	for _, t := range live {
		switch {
		case !tokenCovered(e, t, n.References): //rule:6.4 a-mark-counts-where-signed TestBind/token-delivered-to-only
		case madeBefore(e, t.Notice): //rule:6.4 old-signature-binds-nothing TestBind/signed-before-the-notice
			stale = true
		default:
			counted = append(counted, t)
		}
	}
	if notice, ok := one(counted); ok && !otherReference(e, n, notice.Notice.Ticket, true) { //rule:6.4 reference-of-another-unbinds part=2 TestTwoTickets/token-under-reference-live
		b.Bound, b.LiveToken = BoundToken, &notice.Notice
		return b.to(notice.Notice)
	}
	switch {
	case len(counted) > 0:
		b.because(CodeTwoTickets)
		return b.thread(n)
	case stale:
		b.because(CodeSignatureBeforeNotice)
	case len(live) > 0 && e.Sender.Result == ResultPass:
		b.because(CodeTokenUnsigned)
	case state != "":
		b.because(state)
	}
	for _, r := range n.References {
		switch {
		case !e.Sender.Covers(r.Field) || madeBefore(e, r.Notice): //rule:6.4 reference-counts-where-signed TestBind/nothing-binding-signed
		case otherToken(e, n, r.Notice.Ticket): //rule:6.8 token-of-another-unbinds TestTwoTickets/spent-token-in-to-under-live-reference
			b.Reasons = []Reason{Because(CodeTwoTickets)}
			return b.thread(n)
		case !r.Notice.Void: //rule:6.4 void-reference-binds-nothing =true TestBind/void
			b.Bound = BoundReference
			return b.to(r.Notice)
		case len(b.Reasons) == 0:
			b.because(r.Notice.voided())
		}
	}
	return b.thread(n)
}

// to ties the message to a notice.
func (b Binding) to(n Notice) Binding {
	b.Ticket, b.Notice = n.Ticket, &n
	return b
}

// otherReference reports whether a reference, a signed one if that is asked,
// names another ticket than a token does, whether or not we know it.
func otherReference(e Evidence, n Names, ticket string, signed bool) bool {
	counts := func(field string) bool { return !signed || e.Sender.Covers(field) }
	return slices.ContainsFunc(n.References, func(r Named) bool { return r.Notice.Ticket != ticket && counts(r.Field) }) ||
		slices.ContainsFunc(e.References, func(m Mark) bool { return !strings.HasPrefix(m.Value, ticket+"-") && counts(m.Field) })
}

// otherToken reports whether the message was signed as an answer to another
// ticket than its reference names, be that question answered or dead. What
// stands in References alone is the thread's past.
func otherToken(e Evidence, n Names, ticket string) bool {
	return slices.ContainsFunc(n.Tokens, func(t Named) bool {
		return t.Notice.Ticket != ticket && t.Field != "references" && tokenCovered(e, t, nil)
	})
}

// heard gives the notices by which a no is heard. The earlier ones of the thread
// (References) stand in only where nothing else in the message is signed: who
// says no to a mail says it to that one. A no to the question of a lift is one
// to its ticket, which is disputed; one to the question for an approval is no dispute.
func heard(e Evidence, n Names) (out, approvals []Notice) {
	var direct, past []Named
	for _, m := range slices.Concat(n.Tokens, n.References) {
		signed := m.Notice.Bare || tokenCovered(e, m, nil) || m.Field == "subject" && e.Sender.Covers(m.Field) //rule:6.8 bare-is-heard-unsigned =tokenCovered(e,m,nil) TestBareNotice/own
		switch {
		case !signed || madeBefore(e, m.Notice): //rule:6.8 a-no-is-heard-where-signed TestNoWithDeadToken/unsigned
		case m.Field == "references": //rule:6.8 the-past-takes-no-no TestTwoTickets/token-of-the-past
			past = append(past, m)
		default:
			direct = append(direct, m)
		}
	}
	if len(direct) == 0 {
		direct = past
	}
	for _, m := range direct {
		to := &out
		if m.Notice.Approves { //rule:6.8 a-refusal-is-no-dispute TestApproving/no-to-a-void-one-of-who-may-ask-for-it
			to = &approvals
		}
		if !slices.ContainsFunc(*to, func(have Notice) bool { return have.ID == m.Notice.ID }) {
			*to = append(*to, m.Notice)
		}
	}
	// The sender's own questions first: another's beside them takes no no away.
	slices.SortStableFunc(out, func(a, b Notice) int {
		switch {
		case a.Asked == b.Asked:
			return 0
		case a.Asked: //rule:6.8 own-questions-first tickets.TestHeardWhoever/beside-a-dead-token-of-another-client
			return -1
		}
		return 1
	})
	return out, approvals
}

// voided says what is wrong with a question that no longer stands.
func (n Notice) voided() Code {
	switch {
	case n.Unlocks:
		return CodeLockOver
	case n.Approves:
		return CodeApprovalOver
	}
	return CodeTokenSuperseded
}

// liveTokens are the tokens that may still be answered, and what is wrong with
// the others if there are none.
func liveTokens(e Evidence, n Names) (live []Named, state Code) {
	for _, t := range n.Tokens {
		switch {
		case t.Notice.Tells:
		case t.Notice.Void: //rule:6.4 void-is-dead TestBind/void
			state = t.Notice.voided()
		case t.Notice.Spent: //rule:6.4 spent-is-dead TestBind/spent
			state = CodeTokenSpent
		case e.Arrived.After(t.Notice.Expires): //rule:6.4 expired-is-dead TestBind/expired
			state = CodeTokenExpired
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
		if r.Notice.Ticket == t.Notice.Ticket && r.Notice.Lifts == t.Notice.Lifts && r.Notice.Approves == t.Notice.Approves &&
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
		if m.Notice.Ticket != marks[0].Notice.Ticket { //rule:6.8 two-tickets-are-none TestBind/two-tickets-signed
			return Named{}, false
		}
	}
	if len(marks) == 0 {
		return Named{}, false
	}
	return marks[0], true
}

func (b *Binding) because(code Code) { b.Reasons = append(b.Reasons, Because(code)) }

// thread files the message under the first ticket that anything in it names,
// what is signed before what is not.
func (b Binding) thread(n Names) Binding {
	b.Bound = BoundThread
	switch {
	case len(b.Heard) > 0:
		b.Ticket = b.Heard[0].Ticket
	case len(n.Tokens) > 0:
		b.Ticket = n.Tokens[0].Notice.Ticket
	case len(n.References) > 0:
		b.Ticket = n.References[0].Notice.Ticket
	case len(n.Threads) > 0:
		b.Ticket = n.Threads[0]
	default:
		b.Bound = BoundNone
	}
	return b
}
