package tickets

// Every key that this package writes begins with one of these prefixes, and
// nobody else reads or writes under them. What stands under each, and its record,
// is said beside it; a mark has no record, its being there is what counts. <due>
// is a time in milliseconds, written so that keys stand in the order of time.

// Tickets, and what was said and done about each.
const (
	ticketPrefix    = "ticket/"    // ticket/T-<number>: Ticket
	openPrefix      = "open/"      // open/<contact>/<ticket>: a mark, as long as the ticket is not over
	eventPrefix     = "event/"     // event/<ticket>/<number>: Event, its history
	revisionPrefix  = "revision/"  // revision/<ticket>/<number>: revision, one that an edit has ended
	claimsPrefix    = "claims/"    // claims/T-<number>: claims, messages that named it and proved nothing
	pendingPrefix   = "pending/"   // pending/<ticket>: pending, what may be a no to it and waits for DNS
	timerPrefix     = "timer/"     // timer/<due>/<ticket>/<revision>/<reminder, expiry, approval, unsaid, unsaid_lead or unlock>: a mark, to be done then
	receiptPrefix   = "receipt/"   // receipt/<id>: Receipt, of an allow
	actsPrefix      = "acts/"      // acts/<contact>: []act, their requests that were allowed lately
	ticketedPrefix  = "ticketed/"  // ticketed/<client>: the time when its first ticket was opened
	askedPrefix     = "asked/"     // asked/<contact>: the tickets about which they were asked last, the latest first, at most 4
	wrotePrefix     = "wrote/"     // wrote/<contact>: the ticket that asks whether they wrote to us, or shows that somebody may have
	provesPrefix    = "proves/"    // proves/<domain>: provable, whether its mail can be proved
	aboutPrefix     = "about/"     // about/<contact>: toldAbout, when they were last told whether a ticket is ours
	heardPrefix     = "heard/"     // heard/<address>: heard, who reads an address on file
	correctedPrefix = "corrected/" // corrected/T-<number>: correction, the class that an agent has set where another was read
	epochKey        = "epoch"      // epoch, which restore the store is after
)

// Answers to authorize, and what they rest on.
const (
	decisionPrefix = "decision/" // decision/<due>/<ticket>/<number of its event>: decision
	decidedPrefix  = "decided/"  // decided/<ticket>/<number of the event>: the key of its decision
	wordsPrefix    = "words/"    // words/<ticket>/<revision>: what it asks, as it was decided on
	askingPrefix   = "asking/"   // asking/<ticket>/<agent>/<class>/<channel>: asking, the last answer to that question
	againPrefix    = "again/"    // again/<due>/<ticket>/<agent>/<class>/<channel>: a mark, how often it was given again is logged then
)

// A dispute and what follows from it.
const (
	stopPrefix   = "stop/"   // stop/<client>: stop, why nothing privileged is done for it
	followPrefix = "follow/" // follow/<client>: a mark, its stop or lock is to be noted at its addresses
	haltPrefix   = "halt/"   // halt/<address>: the clients whose stop or lock holds that mailbox, too
	gatherPrefix = "gather/" // gather/<ticket>/<kind>: gathering, a notice of a lock whose addressees are still to be found
	afreshPrefix = "afresh/" // afresh/<contact>: <ticket>/<disputes>/<milliseconds>, whose no puts back their other tickets
	resetPrefix  = "reset/"  // reset/<what afresh says>/<ticket>: a mark, it was put back for that no
)

// Notices: what was asked, and by which secret its answer is known.
const (
	noticePrefix      = "notice/"  // notice/<id>: notice
	tokenPrefix       = "token/"   // token/<keyed hash of a token>: the notice that holds it
	referencePrefix   = "ref/"     // ref/<keyed hash of a reference>: the notice that shows it
	returnPathPrefix  = "rp/"      // rp/<keyed hash of what is in a return path>: the notice that was sent with it
	metPrefix         = "met/"     // met/<contact>: the time when a mail about a ticket of somebody else was first written to them
	sentMessagePrefix = "mid/"     // mid/<keyed hash of a Message-ID>: the ticket to which an answer to it belongs
	exposedPrefix     = "exposed/" // exposed/<notice>: the message set aside that shows its secret, which is to be void
)

// What staff have to be told. What leaves is in outbox.
const (
	alertPrefix = "alert/" // alert/<due>/<ticket>/<kind>: alert, to be shared out
	tellPrefix  = "tell/"  // tell/<agent>/<0 if urgent, or 1>/<due>/<ticket>/<kind>: alert, which the agent is told next
)

// Mail that came in. Where it lay, and by what it is known again, is in ledger.
const (
	messagePrefix = "msg/"    // msg/m-<number>: Message
	filedPrefix   = "filed/"  // filed/<ticket>/m-<number>: the message, on its ticket
	namePrefix    = "mbid/"   // mbid/<keyed hash of a Message-ID>: the messages that came with it
	keptPrefix    = "kept/"   // kept/<hash>: kept, how many messages refer to its file
	keptSumKey    = "keptsum" // keptSum, of those that prove nothing
	unkeepPrefix  = "unkeep/" // unkeep/<hash>: a mark, nothing refers to its file any longer
	expirePrefix  = "expire/" // expire/<due>/<message>: the message, whose record goes then
)

// Imports of the directory, which itself is in packages clients and staff.
const (
	importPrefix    = "import/"    // import/i-<number>: Import
	importingPrefix = "importing/" // importing/<kind>/<hash of the file's name>: the import of it that has not ended
)

// Changes of the directory, which people are told of.
const (
	importedPrefix = "imported/" // imported/<import>/<contact, or new/<client>>: imported, what it changed that they have to be told
	tellingPrefix  = "telling/"  // telling/<due>/<ticket>/<kind>: telling, a notice of it to several addresses
	undoPrefix     = "undo/"     // undo/<due>/<ticket>/<before or after>: clients.Contact, as the ticket's change found it and left it
)

// What other systems said of checks of a person, by which it is known again.
const (
	externalPrefix = "external/"     // external/<hash of a system's name and its event>: a mark, that was judged
	externalDue    = "external-due/" // external-due/<due>/<that hash>: the hash, whose mark is forgotten then
)

// What the desk demands: each file of rules that was ever in force.
const (
	policyPrefix = "policy/" // policy/sha256:<hash>: the file itself
	rulingKey    = "ruling"  // ruling, which policy is in force
)

// Counters, from which new ids are taken.
const (
	ticketCounter  = "counter/ticket" // the number of the last ticket
	messageCounter = "counter/msg"    // the number of the last message
	importCounter  = "counter/import" // the number of the last import
)
