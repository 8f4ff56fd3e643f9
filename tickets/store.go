// Package tickets keeps tickets, and is the one place where everything that must
// change together with them does: history, notices and what waits to leave,
// seen-marks, to-dos for IMAP, the directory and the audit log.
//
// Whatever one message changes is one transaction of the store beneath: after
// a crash all of it is there or none is. What a message comes to and what an
// agent may do is decided by package policy, inside that transaction, on the
// ticket as it then is.
//
// What belongs to one owner alone is with that owner: where we are in each mailbox
// in package ledger, what waits to leave in package outbox, people in packages
// clients and staff. Sending notices is the work of package mailer, reading mail
// that of package inbound.
package tickets

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"countersign/internal/audit"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
	"countersign/tickets/outbox"
)

// Errors that callers branch on.
var (
	ErrNoTicket   = errors.New("no such ticket")
	ErrNoContact  = errors.New("no such contact")
	ErrNoAgent    = errors.New("no such agent")
	ErrNotAllowed = errors.New("not allowed")
	ErrCompose    = errors.New("the notice can't be written")
	// ErrHead reports an allow that must not leave: an older copy of the store
	// would not be known as one, and would allow the same again.
	ErrHead = errors.New("the head of the audit log can't be kept")
	// ErrObserving says that no mailbox is acted on, so nobody could answer.
	ErrObserving = errors.New("every mailbox is only observed (mode = \"observe\"): nothing is opened or sent")
)

// A Letter is a notice before it has bytes.
type Letter struct {
	Kind                                      policy.NoticeKind
	To, ToName, Language                      string
	Ticket, Reference, Token                  string
	Class, ClassWords                         string
	Request, Subject, Channel, AgentName      string
	Until, At                                 time.Time
	MessageID, InReplyTo, ReplyTo, ReturnPath string
	Date                                      time.Time
	Reason                                    string

	// For who asks about a ticket: numbers of other tickets that are theirs, and of
	// none of theirs; where it stands, for whom it was opened if that is another,
	// and whether by a mail.
	Also, Unknown, State, For string
	ByMail                    bool

	Confirmed time.Time // when the contact agreed to what was done; zero: they did not
	Because   string    // why it goes to an address that is not on file
}

// Options say how a Store works. All durations must be positive.
type Options struct {
	Now     func() time.Time
	Keys    keys.Keys
	Compose func(Letter) ([]byte, error) // final bytes; depends on the letter alone
	// Fits says why a request is too long for every notice to quote it whole;
	// nil: none is.
	Fits func(request string) error
	// Classify says which class of request a subject and a text ask for; nil: what
	// agents write is not read. Mail brings what was read of it.
	Classify func(subject, text string) policy.Asks
	// Speaks says whether there are texts in a language; nil: in all.
	Speaks       func(language string) bool
	ReplyAddress string   // with {token}
	Addresses    []string // canonical addresses of the mailboxes
	Drops        []string // names of mailboxes that drop mail of unknown senders
	// SharedDomains are those at which staff and contacts have mailboxes.
	SharedDomains []string
	TokenLife     time.Duration
	Reminder      time.Duration
	Cooling       time.Duration
	DNSWait       time.Duration
	TokenClasses  []policy.Class
	Checkers      []string     // names of the systems whose check of a person counts
	Rules         policy.Rules // that stand at first; see SetRules
	PerMinute     int          // notices, all together
	PerHour       int          // notices, to a contact, of one origin
	PerDay        int          // notices, of a ticket, of one origin
	Watch         *Watch       // of the daemon's clock; nil: none
	// KeepHead keeps the head of the audit log outside the store, before an
	// allow leaves; nil: it is kept nowhere.
	KeepHead  func() error
	Observing bool   // no mailbox is acted on: nothing is opened or sent
	Blobs     Blobs  // nil: of no message the bytes can be kept, as in a World
	Loose     *Loose // bounds of what is kept of messages that prove nothing; nil: none
	// Wrote is told of every record of the directory that was written, after
	// the commit; nil: nobody.
	Wrote func(by By, why string, w Written)
	// Waits is told, once in a run of the program, of every notice that waits for a
	// limit, and again where it comes to wait until another time; of those that a
	// full minute keeps, of one. nil: nobody.
	Waits func(o outbox.Outgoing, w outbox.Wait)
}

// Store is the state of the desk.
type Store struct {
	Ledger    *ledger.Ledger // where we are in each mailbox
	Inbox     *Inbox         // mail that came in
	Outbox    *Outbox        // mail that waits to leave
	Directory *Directory     // clients, contacts and agents
	Log       *Log           // the audit log, for who keeps its head

	kv    kv.Store
	group *kv.Committer
	opt   Options
	audit *audit.Log
	out   *outbox.Outbox

	saidWaits waits
	ruled     atomic.Pointer[policy.Rules]
}

// New gives a Store over s.
func New(s kv.Store, opt Options) *Store {
	group := kv.NewCommitter(s)
	store := &Store{Ledger: ledger.New(s, group), kv: s, group: group, opt: opt, audit: audit.New(opt.Keys.Signer())}
	store.SetRules(opt.Rules)
	store.out = outbox.New(outbox.Settings{Now: store.Now, Keys: opt.Keys, Limits: outbox.Limits{PerMinute: opt.PerMinute, PerHour: opt.PerHour, PerDay: opt.PerDay}})
	store.Inbox, store.Outbox, store.Directory, store.Log = &Inbox{store}, &Outbox{store}, &Directory{s: store}, &Log{store}
	return store
}

// Close ends the committing of groups; what was committed stays. The engine is
// closed by who opened it.
func (s *Store) Close() { s.group.Close() }

// Now is the time as the store sees it, in UTC and whole milliseconds.
func (s *Store) Now() time.Time { return s.opt.Now().UTC().Truncate(time.Millisecond) }

// KV is the engine beneath, to be looked at: whoever writes does so by a method
// of Store, so that it is in the audit log.
func (s *Store) KV() kv.Viewer { return s.kv }

// Ticket is who, for which client, one exact request, and where it stands.
type Ticket struct {
	ID       string              `json:"ticket"`
	Client   string              `json:"client"`
	Contact  string              `json:"contact"` // id
	Subject  string              `json:"subject"`
	Request  string              `json:"request"`
	Revision int                 `json:"revision"`
	Class    policy.Class        `json:"class"`
	Service  string              `json:"service,omitempty"` // that it is about; empty: none in particular
	Channel  policy.Channel      `json:"channel"`
	State    policy.State        `json:"state"`
	Priority string              `json:"priority,omitempty"`
	Category string              `json:"category,omitempty"`
	OpenedBy string              `json:"opened_by,omitempty"` // agent; empty: the contact
	Edited   []string            `json:"edited,omitempty"`    // agents
	Disputes int                 `json:"disputes,omitempty"`  // how often; a closed ticket can be disputed anew
	Thread   string              `json:"thread,omitempty"`    // Message-ID that all its notices answer
	Opened   time.Time           `json:"opened"`
	Until    time.Time           `json:"until,omitzero"` // the question is open so long
	Proofs   proofs              `json:"proofs,omitempty"`
	Notices  []string            `json:"notices,omitempty"` // ids of notices that ask
	Asked    []policy.NoticeKind `json:"asked,omitempty"`   // kinds of notices sent for this revision
	Tells    *tells              `json:"tells,omitempty"`   // others that this revision was confirmed
	Proved   bool                `json:"proved,omitempty"`  // this revision had a proof, even if it was taken away since
	Acted    int                 `json:"acted,omitempty"`   // the latest earlier revision that had a proof or was allowed
	Grave    bool                `json:"grave,omitempty"`   // an earlier revision asked for a privileged class
	Afresh   policy.Code         `json:"afresh,omitempty"`  // why it was put back, as a reason code, until it is answered again
	Reasked  bool                `json:"reasked,omitempty"` // it was asked again since
	UsedBy   string              `json:"used_by,omitempty"`
	UsedAt   time.Time           `json:"used_at,omitzero"`
	UsedIn   int                 `json:"used_in,omitempty"` // epoch
	Epoch    int                 `json:"epoch,omitempty"`   // in which the contact was asked last
	Receipt  string              `json:"receipt,omitempty"`
	Allowed  *allowance          `json:"allowed,omitempty"`  // the latest allow of a privileged class, also of an earlier revision
	Before   []allowance         `json:"before,omitempty"`   // those of revisions that an edit has ended, of which nobody had said anything
	Done     *done               `json:"done,omitempty"`     // what came of that
	Approval string              `json:"approval,omitempty"` // of this revision as it was confirmed last
	Lost     bool                `json:"lost,omitempty"`     // somebody says that the contact lost their mailbox
	// Delegates says that it asks its contact whether another shall approve in their
	// place; see package delegates.
	Delegates bool   `json:"delegates,omitempty"`
	Assignee  string `json:"assignee,omitempty"`
	Queue     string `json:"queue,omitempty"`
	Events    uint64 `json:"events"` // how many events its history has
	// Obstacles are why there is no proof yet.
	Obstacles []obstacle    `json:"obstacles,omitempty"`
	Asks      *asksRecord   `json:"asks,omitempty"`     // what was read of the request as it is
	Mail      *readMail     `json:"mail,omitempty"`     // what was read of the contact's own mail that opened it
	More      *more         `json:"more,omitempty"`     // a later message asks for more
	Nameless  bool          `json:"nameless,omitempty"` // its subject says nothing, and nobody has given it another
	Looked    string        `json:"looked,omitempty"`   // the agent who said its class
	Further   string        `json:"further,omitempty"`  // the contact's message by which it became what it is
	Wish      *wish         `json:"wish,omitempty"`     // that its class be lowered
	Checks    []personCheck `json:"checks,omitempty"`   // of the contact by other systems, for this revision
	Heard     int           `json:"heard,omitempty"`    // how much of what those said is in the history
	Lock      bool          `json:"lock,omitempty"`     // it tells of the lock of its client, or asks to open it
	Change    *change       `json:"change,omitempty"`   // of the file, which its allow was used for or which it tells of

	by string // the agent at work on it now, to whose account a notice goes
}

// Event is one thing that happened to a ticket.
type Event struct {
	At     time.Time   `json:"at"`
	Event  string      `json:"event"`
	Reason policy.Code `json:"reason,omitempty"`
	Rule   string      `json:"rule,omitempty"` // of package policy, which settled it
	Text   string      `json:"text"`
	// Decision is the hash of what an answer to authorize rests on, as it is stored.
	Decision string `json:"decision,omitempty"`
}

func (t Ticket) facts() policy.Ticket {
	return policy.Ticket{ID: t.ID, Client: t.Client, Contact: t.Contact, Class: t.Class, State: t.State, Revision: t.Revision, Nameless: t.Nameless, Lost: t.Lost}
}

// live reports whether the ticket has a proof of that kind for its revision.
func (t Ticket) live(kind policy.ProofKind) bool {
	for _, p := range t.Proofs {
		if p.Kind == kind && p.Revision == t.Revision {
			return true
		}
	}
	return false
}

func load(r kv.Reader, id string) (Ticket, error) {
	t, ok, err := kv.Load[Ticket](r, kv.Numbered(ticketPrefix, strings.ToUpper(id)))
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s", ErrNoTicket, id)
	}
	return t, err
}

func save(tx kv.Tx, t Ticket) error { return kv.Save(tx, kv.Numbered(ticketPrefix, t.ID), t) }
