package policy

import (
	"maps"
	"slices"
	"time"
)

// Kind says what sort of message something is. Only KindNew and KindReply
// can prove anything; the zero value proves nothing.
type Kind string

// The kinds of mail (RFC 3834, 3464, 8098, 5546, 2919).
const (
	KindNew       Kind = "new"
	KindReply     Kind = "reply"
	KindAutoReply Kind = "auto-reply"
	KindBounce    Kind = "bounce"
	KindReceipt   Kind = "receipt"
	KindCalendar  Kind = "calendar"
	KindList      Kind = "list"
	KindLoop      Kind = "loop"
)

// Machine reports whether a machine wrote the message, or nobody told us that
// a person did. Such a message is never taken as consent and never answered.
func (k Kind) Machine() bool { return k != KindNew && k != KindReply } //rule:6.7 machines-prove-nothing =false TestDecide/auto-reply

// Intent is what the own words of a reply say. The zero value is no answer.
type Intent string

// The three readings of a reply.
const (
	Yes     Intent = "yes"
	No      Intent = "no"
	Unclear Intent = "unclear"
)

// Result is a result of sender authentication in the words of RFC 8601
// section 2.7. The zero value counts as none.
type Result string

// The results of RFC 8601.
const (
	ResultNone      Result = "none"
	ResultPass      Result = "pass"
	ResultFail      Result = "fail"
	ResultPolicy    Result = "policy"
	ResultNeutral   Result = "neutral"
	ResultTempError Result = "temperror"
	ResultPermError Result = "permerror"
)

// Method names what vouched for the sender.
type Method string

// What can vouch for a sender.
const (
	ByDKIM   Method = "dkim"   // a signature that this program verified itself
	BySPF    Method = "spf"    // the border's SPF result: it vouches for a server, not for a person
	ByBorder Method = "border" // dkim or dmarc in the border's trusted Authentication-Results
	ByARC    Method = "arc"    // an allow-listed sealer's ARC chain (RFC 8617)
)

// Reason is a stable code and one plain sentence for people. Its names in JSON,
// and those of Signature, Proof and Cooling, are of the API: what is stored has
// records of its own.
type Reason struct {
	Code Code   `json:"code"`
	Text string `json:"text"`
}

// Signature is one DKIM signature and what became of it: its domain and its
// result are one value, so that they can't be paired wrongly.
type Signature struct {
	Domain   string `json:"domain"`
	Selector string `json:"selector"`
	Result   Result `json:"result"`
	Reason   Code   `json:"reason"` // reason code, empty on pass
}

// Record is one DNS answer that was seen while judging, kept as evidence.
type Record struct {
	Name  string
	Type  string
	Value string // empty with an error
	Error string
	TTL   uint32 // seconds
	AD    bool   // the resolver says that DNSSEC proved it
}

// Sender is what is known about who sent a message: the result of section 5 of
// the design for the one From address. Result pass by SPF is the weak
// "pass (spf)"; ask Proves, never Result.
type Sender struct {
	Result Result
	By     Method // what vouched; empty unless Result is pass
	Domain string // the domain that vouched
	DKIM   []Signature
	SPF    Result
	DMARC  Result
	Policy string // the domain's DMARC policy: none, quarantine, reject; empty without a record
	ARC    Result

	// Exclusive says that a word of the border (ByBorder, ByARC) counts for
	// privileged classes too: only this daemon can write the mailbox.
	Exclusive bool
	// Covered names, in lower case, the header fields that the counted
	// signature covers.
	Covered []string
	// SignatureID identifies the counted signature: SHA-256 (hex) over the
	// From address, d=, s= and b=.
	SignatureID string
	// AlsoSigned identifies, in the same way, the other signatures by which the
	// message could count: whoever passes a copy on may take the counted one off.
	AlsoSigned []string
	// SignedAt is t= of the counted signature, or else the Date that it
	// covers; zero if it says neither.
	SignedAt time.Time
	// PutOff says that DNS was not waited for, since other mail had used up the
	// time for that: the message is to be judged again soon.
	PutOff bool
	// Shown are the canonical addresses in the name beside the From address,
	// which anybody can type and some mail programs show instead of it.
	Shown   []string
	Reasons []Reason // why the result isn't pass, most telling first
	Records []Record
}

// Proves reports whether the sending domain itself vouches for the From
// address. SPF never does; the border's word does for a privileged class only
// where nobody but us can write the mailbox.
func (s Sender) Proves(privileged bool) bool {
	if s.Result != ResultPass { //rule:6.2 only-a-pass-proves TestProves
		return false
	}
	switch s.By {
	case ByDKIM:
		return true
	case ByBorder, ByARC:
		return s.Exclusive || !privileged //rule:6.3 shared-mailbox-proves-nothing-privileged part=2 TestDecide/border-small-class
	}
	return false
}

// SignatureIDs identifies the message by every signature that it could count by.
func (s Sender) SignatureIDs() (ids []string) {
	if s.SignatureID != "" {
		ids = append(ids, s.SignatureID)
	}
	return append(ids, s.AlsoSigned...)
}

// Covers reports whether the counted signature covers the header field.
func (s Sender) Covers(field string) bool { return slices.Contains(s.Covered, field) }

// Mark is something in a header field that may bind a message to a ticket.
type Mark struct {
	Value string
	Field string // lower-case field name in which it stands
}

// Answer is the intent of the own text of a reply.
type Answer struct {
	Intent Intent // for a contact of whom no language decides
	// ByLanguage holds the readings where languages disagree on the line;
	// there the contact's own language decides.
	ByLanguage map[string]Intent
	// Cancels says that the no is nothing but an order to cancel.
	Cancels bool
	// By says by what it was read, for people: no rule looks at it.
	By Reading
	// Weight is how much the words are like a denial, where that is By.
	Weight float64
}

// Reading is by what an answer was read. The zero value is nothing.
type Reading string

// By what an answer is read.
const (
	ByList     Reading = "list"     // a line made of listed words
	ByPattern  Reading = "pattern"  // a denial that a pattern composes
	ByLikeness Reading = "likeness" // the words are like those of denials
)

// to gives the answer as it is one to questions about those classes: who asked to
// cancel something says no by no order to cancel it. Who was asked about anything
// else does, whatever an edit has made of that since.
func (a Answer) to(classes ...Class) Answer {
	for _, c := range classes {
		if c != Cancellation && c != "" { //rule:6.8 cancel-is-a-no-to-what-was-asked =false TestCancels/edited-to-a-cancellation
			return a
		}
	}
	if a.Cancels { //rule:6.8 cancel-is-no-denial-of-a-cancellation =false TestCancels
		return Answer{Intent: Unclear}
	}
	return a
}

// For gives the intent as a contact of that language means it. Where the
// contact's language doesn't have the words, they are English: every list
// accepts English, and so are our mails where a contact has no language.
func (a Answer) For(language string) Intent {
	for _, l := range []string{language, "en"} {
		if i, ok := a.ByLanguage[l]; ok {
			return i
		}
	}
	return a.Intent
}

// But gives the same answer but for contacts of some languages.
func (a Answer) But(i Intent, languages ...string) Answer {
	if len(languages) > 0 {
		a.ByLanguage = maps.Clone(a.ByLanguage)
		if a.ByLanguage == nil {
			a.ByLanguage = map[string]Intent{}
		}
	}
	for _, l := range languages {
		a.ByLanguage[l] = i
	}
	return a
}

// Evidence is what was established about one message, as values. Everything
// that a decision about the message needs is here or in the store.
type Evidence struct {
	Hash      string // hex SHA-256 from the first field that is no trace field
	RawHash   string // hex SHA-256 of all bytes
	Size      int64  // bytes
	MessageID string
	From      string // canonical ASCII addr-spec; empty if there isn't exactly one
	Subject   string
	Arrived   time.Time // INTERNALDATE, or when the file was judged
	Kind      Kind
	KindWhy   string // what made it so, for people
	Sender    Sender

	// Refusals says why the message can't be understood in exactly one way or
	// is over a limit. One refusal sets the message aside.
	Refusals []Reason

	Tokens     []Mark   // token candidates of To, Cc, In-Reply-To, References, Delivered-To; secret, never stored
	References []Mark   // reference candidates of Subject; secret, never stored
	Carried    []string // token candidates anywhere in a refused message; secret, never stored
	Threads    []string // Message-IDs that In-Reply-To and References name, without brackets
	Numbers    []string // ticket numbers in the Subject, such as T-1042
	Recipients []Mark   // canonical addresses of To and Cc
	Text       string   // the own words, quotes and signature removed, cleaned
	Answer     Answer
	Asks       Asks   // the class read in subject and own words, where the message may open a ticket
	Nameless   bool   // the Subject says nothing of what it is about
	Line       string // the own words, where they are one line by which a ticket could be named
	Locks      bool   // the first own line is the word LOCK
	Inquiry    Inquiry
	Bounce     Bounce
}

// Bounce is what a delivery status notification says of one of our notices.
type Bounce struct {
	ReturnPaths []string // ids found in our per-notice return paths (without what marks them)
	Sent        []string // secrets found in our Reply-To addresses and Message-IDs, of the notice that it returns
	Status      string   // RFC 3463 code, such as 5.2.2
	Diagnostic  string   // the remote server's words, cleaned
	Delayed     bool     // Action: delayed; not a failure
}
