package policy

// Verdict is what a message comes to.
type Verdict string

// The verdicts. Only Authenticated says who wrote; whether it is a yes, Decision.Confirmed says.
const (
	Authenticated   Verdict = "authenticated"
	Unauthenticated Verdict = "unauthenticated"
	Rejected        Verdict = "rejected"
	Deferred        Verdict = "deferred"
	Ignored         Verdict = "ignored"
)

// Outcome is where a message ended.
type Outcome string

// The outcomes. Every message has exactly one of the first three in the end.
const (
	Applied        Outcome = "applied"
	OutcomeIgnored Outcome = "ignored"
	SetAside       Outcome = "set-aside"
	OutcomeDefer   Outcome = "deferred"
)

// State is where a ticket stands.
type State string

// The states of a ticket.
const (
	StateUnconfirmed   State = "unconfirmed"
	StateAuthenticated State = "authenticated"
	StateConfirmed     State = "confirmed"
	StateDisputed      State = "disputed"
	StateExpired       State = "expired"
	StateClosed        State = "closed"
)

// Over reports whether nothing more can be proved on a ticket in this state.
func (s State) Over() bool { return s == StateExpired || s == StateClosed }

// Person is what the directory says of the From address, as the ticket's (or a
// new ticket's) class sees it.
type Person struct {
	ID        string // of the contact; empty if the address is not on file
	Client    string
	Language  string
	Removed   bool
	Staff     bool     // the address belongs to a member of staff
	Spoke     []string // languages that were theirs until lately
	May       bool     // has the permission for the class
	MayDeny   bool     // or for one that the ticket asked for when a notice went out that the message names
	Cooling   bool     // came on file or was widened so recently that it proves nothing privileged
	Approves  bool     // may approve what the ticket asks for
	For       string   // in whose place they were asked for that; empty: on their own account
	MayLock   bool     // is the primary contact of their client, who may lock it
	Unlocks   bool     // may open the lock of their client: is the primary contact, or may approve
	Requester bool     // has a mailbox of the ticket's contact, so is no second person

	// Shared are the contacts who have the address, where there are several and
	// nothing says which of them wrote: then ID is empty.
	Shared []string

	// For an address that is not on file: the one on file that it could be taken
	// for, and the one that the name beside it shows.
	LooksLike string
	Shows     string
}

// Means is what the person means by an answer. Where their language was changed
// lately, it is a no if it would have been one before, and else a yes only if it
// would have been one, too.
func (p Person) Means(a Answer) Intent {
	i := a.For(p.Language)
	for _, l := range p.Spoke {
		switch was := a.For(l); {
		case was == i || i == No:
		case was == No:
			i = No
		default:
			i = Unclear
		}
	}
	return i
}

// Standing says what may come of a message, from what is known of it without
// asking DNS: the less that is, the less it is waited for.
type Standing int

// The standings. The zero value is waited for longest.
const (
	Asked    Standing = iota // it holds a secret of ours and is from whom that was sent to
	Known                    // from an address on file or of staff, or with a live token from elsewhere
	Stranger                 // from nobody we know, about no question of ours: it proves nothing, whoever sent it
)

// StandingOf tells the standing of a message from this person. asked tells
// whether that is whom one of our notices that it names was sent to.
func StandingOf(p Person, b Binding, asked bool) Standing {
	switch {
	case asked && !p.Staff:
		return Asked
	case p.ID == "" && !p.Staff && b.LiveToken == nil:
		return Stranger
	}
	return Known
}

// Ticket is what a decision needs to know of the ticket that a message is bound to.
type Ticket struct {
	ID       string
	Client   string
	Contact  string
	Class    Class
	State    State
	Revision int
	Nameless bool // its subject says nothing, and nobody has given it another
	Lost     bool // somebody says that its contact lost their mailbox: two leads agree, or nobody
}

// Facts is everything that a decision about one message depends on.
type Facts struct {
	Evidence
	Standing      Standing
	Duplicate     bool // the same bytes were handled before
	SignatureUsed bool // the counted signature was counted before, on other bytes
	SignatureNo   bool // and was heard as a no
	SignatureLock bool // or as a LOCK
	Person        Person
	Binding       Binding
	Claimed       bool     // no token of ours names the ticket
	Ticket        Ticket   // of Binding.Ticket
	StandsIn      bool     // the proof token stands in for reply in the ticket's class
	AsksBack      bool     // the rules of the desk ask for more than a proved mail of what this one would open
	ToUs          bool     // To or Cc names the mailbox's address
	ToUsSigned    bool     // and the counted signature covers that field
	Waits         string   // the sender's ticket that asks whether they wrote to us, or for mail of which nobody is asked shows such
	More          Further  // what decides of it that the ticket's contact asks for more
	Expects       Expected // the sender's ticket that waits for their yes or no, where they say that
	About         About    // what the sender of an inquiry may be told
	GaveUp        bool     // DNS has been asked as long as it may be
	Drops         bool     // the mailbox drops mail of unknown senders
	NoRoom        bool     // for the bytes of what proves nothing
}

// Own reports whether the message is a proved one of the very person who was
// asked. How any other is bound is nobody's to know: by the difference, who may
// have mail judged could try codes until one is right.
func (f Facts) Own() bool {
	asked := f.Ticket.Contact
	if n := f.Binding.Notice; n != nil {
		asked = n.Contact
	}
	return f.Sender.Result == ResultPass && f.Person.ID != "" && f.Person.ID == asked
}

// Decision is what a message comes to and what follows from it. The zero value
// changes nothing.
type Decision struct {
	Verdict Verdict
	Outcome Outcome
	Rule    string   // the name of the rule that settled the matter
	Reasons []Reason // the first settled the matter
	Ticket  string   // where the message is filed; empty: nowhere, or with the one that it opens
	Effects []Effect // in the order in which they are carried out
}
