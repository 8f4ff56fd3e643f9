package policy

// NoticeKind says what a mail of ours is for. It is stored, so a name stays.
type NoticeKind string

// The kinds of notices.
const (
	// What asks the address on file.
	NoticeConfirm    NoticeKind = "confirm"     // whether they asked for this
	NoticeClearer    NoticeKind = "clearer"     // again, since the answer was no plain yes or no
	NoticeAnswerHere NoticeKind = "answer_here" // again, since the answer held no secret
	NoticeUnprovedNo NoticeKind = "unproved_no" // again, since a no came that nothing proves
	NoticeReminder   NoticeKind = "reminder"    // again, since none came
	NoticeLift       NoticeKind = "lift"        // whether the stop of the client shall end

	// What asks a second person.
	NoticeApprove         NoticeKind = "approve"          // whether they agree to what another contact asks for
	NoticeApproveClearer  NoticeKind = "approve_clearer"  // again, since the answer was no plain yes or no
	NoticeApproveReminder NoticeKind = "approve_reminder" // again, since none came

	// What asks and tells those who may open the lock of their client.
	NoticeUnlock   NoticeKind = "unlock"   // whether it shall be opened
	NoticeLocked   NoticeKind = "locked"   // that it was locked
	NoticeUnlocked NoticeKind = "unlocked" // that two have opened it

	// What tells the address on file.
	NoticeConfirmed    NoticeKind = "confirmed"     // that their yes was heard
	NoticeDisputed     NoticeKind = "disputed"      // that their no was heard
	NoticeOtherAddress NoticeKind = "other_address" // that the answer came from elsewhere
	NoticeExpired      NoticeKind = "expired"       // that no answer came in time
	NoticeCodeChanged  NoticeKind = "code_changed"  // that a phone or chat code was set or cleared
	NoticeCodeUsed     NoticeKind = "code_used"     // that it was said, and matched
	NoticeCodeLocked   NoticeKind = "code_locked"   // that wrong ones were said until it was locked
	NoticeChangeAsked  NoticeKind = "change_asked"  // that a change of who speaks for the account was asked for
	NoticeChanged      NoticeKind = "changed"       // what was changed of the file; it goes to who left it, too
	NoticeHeld         NoticeKind = "held"          // that a second person has to agree, too
	NoticeRefused      NoticeKind = "refused"       // that a second person did not
	NoticeAgreed       NoticeKind = "agreed"        // that one did
	NoticeAway         NoticeKind = "away"          // that one seems to be away
	NoticeReassigned   NoticeKind = "reassigned"    // that another was asked
	NoticeLost         NoticeKind = "lost"          // that somebody says that they lost the mailbox
	NoticeDone         NoticeKind = "done"          // what was done of what they asked for
	NoticeDoneTold     NoticeKind = "done_told"     // that to a second person
	NoticeDoneLeft     NoticeKind = "done_left"     // that to an address of before it, which may have left the file by it
	NoticeNotDone      NoticeKind = "not_done"      // that it was not done, though we were allowed to

	// What tells who may approve.
	NoticeDelegate      NoticeKind = "delegate"       // that somebody may approve in the place of another
	NoticeDelegateEnded NoticeKind = "delegate_ended" // that they may not any longer

	// What answers who asks about a ticket.
	NoticeAbout     NoticeKind = "about"      // that it is ours, and what it asks
	NoticeAboutNone NoticeKind = "about_none" // that none of theirs has that number

	// What answers a mail whose subject says nothing.
	NoticeSubject NoticeKind = "subject" // that it is here, and that a subject would help

	// What tells staff.
	NoticeUndeliverable NoticeKind = "undeliverable" // that a mail to a contact did not arrive
	NoticeSaidNo        NoticeKind = "said_no"       // that the customer said no
	NoticeStopped       NoticeKind = "stopped"       // that the client is stopped by it
	NoticeCodeGuessed   NoticeKind = "code_guessed"  // that wrong codes were typed until a limit stopped it
	NoticeNotApproved   NoticeKind = "not_approved"  // that an approver said no
	NoticeLeadApproves  NoticeKind = "lead_approves" // that a lead has to approve
	NoticeApproverAway  NoticeKind = "approver_away" // that a machine answered for an approver
	NoticeAnswers       NoticeKind = "answers"       // that a mailbox said to be lost answers
	NoticeUnsaid        NoticeKind = "unsaid"        // that nobody has said what was done, to who was allowed to
	NoticeUnsaidLead    NoticeKind = "unsaid_lead"   // that they still have not
	NoticeLockNews      NoticeKind = "lock_news"     // what was done to the lock of a client
	NoticeSeveral       NoticeKind = "several"       // several of these at once

	// NoticeProbe is a mail to ourselves, to try the way out and back.
	NoticeProbe NoticeKind = "probe"
)

// Recipient says who gets a notice.
type Recipient string

// The recipients of notices.
const (
	ToContact   Recipient = "contact"   // the first address on file of the ticket's contact
	ToPrimary   Recipient = "primary"   // that of the client's primary contact
	ToApprover  Recipient = "approver"  // that of another contact, who may approve
	ToOwners    Recipient = "owners"    // one of those at work on the ticket, or else a lead
	ToHolder    Recipient = "holder"    // who was allowed to do what the ticket asks for, or else a lead
	ToLeads     Recipient = "leads"     // them, and the leads who look after it
	ToDeciders  Recipient = "deciders"  // the leads who look after it, of whom nobody wrote it
	ToOurselves Recipient = "ourselves" // the mailbox itself
)

// Staff reports whether it is a member of staff.
func (r Recipient) Staff() bool {
	return r == ToOwners || r == ToHolder || r == ToLeads || r == ToDeciders
}

// Delivery says how often a notice may arrive, where a server does not say
// whether it has it.
type Delivery string

// The classes of delivery.
const (
	AtLeastOnce Delivery = "A" // sent once more: rather twice than never
	AtMostOnce  Delivery = "B" // not sent again
)

// Account says to whose account a notice goes under the caps.
type Account string

// The accounts. The zero value is that of who causes it: an agent or, by mail,
// the contact.
const (
	OfCause    Account = ""
	OfTimers   Account = "timers"   // time; counted apart for each agent whose ticket it is
	OfSecurity Account = "security" // nobody's, so that nothing else takes its places
	OfStaff    Account = "staff"    // of who gets it, bounded before it is written
)

// Limit is a cap, by its name in the configuration.
type Limit string

// The limits that notices are counted in.
const (
	PerMinute      Limit = "notices_per_minute" // all kinds
	PerTicketDay   Limit = "notices_per_ticket_day"
	PerContactHour Limit = "notices_per_contact_hour"
)

// NoticeTerms is what holds for every notice of a kind.
type NoticeTerms struct {
	To       Recipient
	Text     string   // name of its text
	Delivery Delivery // class A or B
	Asks     bool     // for proof: its token opens something; else it tells
	Once     bool     // a revision of a request gets one at most, at one address
	Replies  bool     // it answers a mail (RFC 3834 section 5: auto-replied), else it comes by itself
	// Security: it tells what was done with an answer, or with one in the
	// contact's name. A revision gets one of each, so they can't flood.
	Security bool
	Objects  bool    // whoever it was sent to may object with a no, whose ticket it is and whatever became of it
	Left     bool    // it goes to an address that left the file, too, as it tells of that
	Urgent   bool    // staff are told at once
	Kept     bool    // nobody may cancel it while it waits
	Aside    bool    // its ticket goes on as if it had not been sent
	Bare     bool    // it names no ticket: it holds no reference, and is answered to our plain address
	Dropped  bool    // over a cap it is not sent, as nothing depends on it; else it waits
	Account  Account // under the caps
	Limits   []Limit // it is counted in
	Line     string  // what it says in a mail that tells of several
}

var (
	every    = []Limit{PerTicketDay, PerContactHour}
	hourOnly = []Limit{PerContactHour}
)

// notices is the table of the kinds.
var notices = map[NoticeKind]NoticeTerms{
	NoticeConfirm:    {To: ToContact, Text: "confirm", Delivery: AtLeastOnce, Asks: true, Limits: every},
	NoticeClearer:    {To: ToContact, Text: "clearer", Delivery: AtLeastOnce, Asks: true, Once: true, Replies: true, Limits: every},
	NoticeAnswerHere: {To: ToContact, Text: "answer_here", Delivery: AtLeastOnce, Asks: true, Once: true, Replies: true, Limits: every},
	NoticeUnprovedNo: {To: ToContact, Text: "unproved_no", Delivery: AtLeastOnce, Asks: true, Replies: true, Limits: every},
	NoticeReminder:   {To: ToContact, Text: "reminder", Delivery: AtLeastOnce, Asks: true, Once: true, Account: OfTimers, Limits: every},
	NoticeLift:       {To: ToPrimary, Text: "lift", Delivery: AtLeastOnce, Asks: true, Limits: every},

	NoticeConfirmed:      {To: ToContact, Text: "confirmed", Delivery: AtMostOnce, Once: true, Replies: true, Security: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeDisputed:       {To: ToContact, Text: "disputed", Delivery: AtMostOnce, Once: true, Replies: true, Security: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeOtherAddress:   {To: ToContact, Text: "other_address", Delivery: AtMostOnce, Once: true, Replies: true, Security: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeApprove:        {To: ToApprover, Text: "approve", Delivery: AtLeastOnce, Asks: true, Limits: every},
	NoticeApproveClearer: {To: ToApprover, Text: "approve_clearer", Delivery: AtLeastOnce, Asks: true, Replies: true, Limits: every},

	NoticeUnlock: {To: ToApprover, Text: "unlock", Delivery: AtLeastOnce, Asks: true, Limits: every},
	// A ticket tells an address once that it was locked, and once that it was opened.
	NoticeLocked:          {To: ToApprover, Text: "locked", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeUnlocked:        {To: ToApprover, Text: "unlocked", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeApproveReminder: {To: ToApprover, Text: "approve_reminder", Delivery: AtLeastOnce, Asks: true, Account: OfTimers, Limits: every},

	NoticeHeld:    {To: ToContact, Text: "held", Delivery: AtMostOnce, Once: true, Replies: true, Security: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeRefused: {To: ToContact, Text: "refused", Delivery: AtMostOnce, Once: true, Replies: true, Security: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	// One for each step of an approval, and nothing depends on any.
	NoticeAgreed:     {To: ToContact, Text: "agreed", Delivery: AtMostOnce, Dropped: true, Account: OfTimers, Limits: every},
	NoticeAway:       {To: ToContact, Text: "away", Delivery: AtMostOnce, Dropped: true, Account: OfTimers, Limits: every},
	NoticeReassigned: {To: ToContact, Text: "reassigned", Delivery: AtMostOnce, Dropped: true, Account: OfTimers, Limits: every},
	// A revision gets one for each address, twice at most.
	NoticeLost:      {To: ToContact, Text: "lost", Delivery: AtLeastOnce, Once: true, Security: true, Kept: true, Account: OfSecurity, Limits: hourOnly, Objects: true},
	NoticeAbout:     {To: ToContact, Text: "about", Delivery: AtMostOnce, Replies: true, Objects: true, Aside: true, Dropped: true, Limits: every},
	NoticeAboutNone: {To: ToContact, Text: "about_none", Delivery: AtMostOnce, Replies: true, Aside: true, Bare: true, Dropped: true, Limits: every},
	NoticeSubject:   {To: ToContact, Text: "subject", Delivery: AtMostOnce, Once: true, Replies: true, Aside: true, Dropped: true, Limits: every},
	NoticeExpired:   {To: ToContact, Text: "expired", Delivery: AtMostOnce, Once: true, Dropped: true, Account: OfTimers, Limits: every},

	NoticeCodeChanged: {To: ToContact, Text: "code_changed", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeCodeUsed:    {To: ToContact, Text: "code_used", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeCodeLocked:  {To: ToContact, Text: "code_locked", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeChangeAsked: {To: ToContact, Text: "change_asked", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeChanged:     {To: ToContact, Text: "changed", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Left: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeDone:        {To: ToContact, Text: "done", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeDoneTold:    {To: ToContact, Text: "done_told", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeDoneLeft:    {To: ToContact, Text: "done_left", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Left: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeNotDone:     {To: ToContact, Text: "not_done", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},

	NoticeDelegate:      {To: ToContact, Text: "delegate", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},
	NoticeDelegateEnded: {To: ToContact, Text: "delegate_ended", Delivery: AtLeastOnce, Once: true, Security: true, Objects: true, Kept: true, Account: OfSecurity, Limits: hourOnly},

	NoticeUndeliverable: {To: ToOwners, Text: "undeliverable", Delivery: AtMostOnce, Kept: true, Account: OfStaff,
		Line: "our mail did not reach the address on file: "},
	NoticeSaidNo: {To: ToLeads, Text: "said_no", Delivery: AtLeastOnce, Urgent: true, Kept: true, Account: OfStaff,
		Line: "the customer said NO."},
	NoticeStopped: {To: ToLeads, Text: "stopped", Delivery: AtLeastOnce, Urgent: true, Kept: true, Account: OfStaff,
		Line: "the customer said NO after a proof; the client is stopped until a lead lifts it."},
	NoticeCodeGuessed: {To: ToLeads, Text: "code_guessed", Delivery: AtLeastOnce, Urgent: true, Kept: true, Account: OfStaff,
		Line: "wrong phone or chat codes were typed until a limit stopped it: "},
	NoticeNotApproved: {To: ToLeads, Text: "not_approved", Delivery: AtLeastOnce, Urgent: true, Kept: true, Account: OfStaff,
		Line: "an approver said NO."},
	NoticeLeadApproves: {To: ToDeciders, Text: "lead_approves", Delivery: AtLeastOnce, Urgent: true, Kept: true, Account: OfStaff,
		Line: "a lead has to approve it."},
	NoticeApproverAway: {To: ToDeciders, Text: "approver_away", Delivery: AtLeastOnce, Urgent: true, Kept: true, Account: OfStaff,
		Line: "an approver seems to be away; a lead may approve, or ask another: "},
	NoticeAnswers: {To: ToLeads, Text: "answers", Delivery: AtLeastOnce, Urgent: true, Kept: true, Account: OfStaff,
		Line: "the mailbox that is said to be lost answers."},
	NoticeUnsaid: {To: ToHolder, Text: "unsaid", Delivery: AtMostOnce, Kept: true, Account: OfStaff,
		Line: "it was allowed to you, and nobody has said what was done: "},
	NoticeUnsaidLead: {To: ToLeads, Text: "unsaid_lead", Delivery: AtLeastOnce, Urgent: true, Kept: true, Account: OfStaff,
		Line: "it was allowed, and nobody has said what was done: "},
	NoticeLockNews: {To: ToLeads, Text: "lock_news", Delivery: AtLeastOnce, Urgent: true, Kept: true, Account: OfStaff,
		Line: "the lock of a client: "},
	// It is as urgent as the most urgent that it tells of, and delivered as that.
	NoticeSeveral: {To: ToOwners, Text: "several", Delivery: AtMostOnce, Kept: true, Account: OfStaff},

	NoticeProbe: {To: ToOurselves, Text: "probe", Delivery: AtMostOnce},
}

// Terms gives what holds for notices of the kind. One that isn't known asks
// nothing, has no text and counts in every limit.
func (k NoticeKind) Terms() NoticeTerms {
	if t, ok := notices[k]; ok {
		return t
	}
	return NoticeTerms{Delivery: AtMostOnce, Limits: every}
}

// NoticeKinds lists every kind.
var NoticeKinds = []NoticeKind{
	NoticeConfirm, NoticeClearer, NoticeAnswerHere, NoticeUnprovedNo, NoticeReminder, NoticeLift,
	NoticeApprove, NoticeApproveClearer, NoticeApproveReminder, NoticeUnlock, NoticeLocked, NoticeUnlocked,
	NoticeConfirmed, NoticeDisputed, NoticeOtherAddress, NoticeExpired,
	NoticeCodeChanged, NoticeCodeUsed, NoticeCodeLocked, NoticeChangeAsked, NoticeChanged, NoticeHeld, NoticeRefused, NoticeAgreed, NoticeAway, NoticeReassigned, NoticeLost,
	NoticeDone, NoticeDoneTold, NoticeDoneLeft, NoticeNotDone,
	NoticeDelegate, NoticeDelegateEnded,
	NoticeAbout, NoticeAboutNone, NoticeSubject,
	NoticeUndeliverable, NoticeSaidNo, NoticeStopped, NoticeCodeGuessed, NoticeNotApproved, NoticeLeadApproves, NoticeApproverAway, NoticeAnswers,
	NoticeUnsaid, NoticeUnsaidLead, NoticeLockNews, NoticeSeveral, NoticeProbe,
}
