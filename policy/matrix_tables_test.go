package policy_test

import (
	"time"

	"countersign/policy"
)

// This file is what the oracle knows, written from the text of the design alone:
// what is demanded, and what takes a proof, a person or a lock's window away.

const day = 24 * time.Hour

type class = policy.Class

// table is "Classes and what they demand" of section 5: a list is any of, and of
// what is joined, all. Whoever is not in it can't be given anything.
var table = map[class]struct {
	lists    [][]policy.ProofKind
	approval bool
	wait     time.Duration
	live     string // by chat and phone
}{
	policy.Question:           {live: "yes"},
	policy.MinorChange:        {lists: anyOf(code, sender), live: "with code"},
	policy.PasswordChange:     {lists: anyOf(reply)},
	policy.UserChange:         {lists: anyOf(reply)},
	policy.ServerChange:       {lists: anyOf(reply)},
	policy.NetworkChange:      {lists: anyOf(reply)},
	policy.DNSChange:          {lists: anyOf(reply)},
	policy.WebsiteChange:      {lists: anyOf(reply)},
	policy.DataAccess:         {lists: anyOf(reply)},
	policy.SubscriptionChange: {lists: anyOf(reply), approval: true},
	policy.AccountChange:      {lists: anyOf(reply), approval: true, wait: 3 * day},
	policy.Cancellation:       {lists: anyOf(reply), approval: true},
}

const (
	sender   = policy.ProofSender
	reply    = policy.ProofReply
	token    = policy.ProofToken
	code     = policy.ProofCode
	external = policy.ProofExternal
	approval = policy.ProofApproval
)

func anyOf(kinds ...policy.ProofKind) (lists [][]policy.ProofKind) {
	for _, k := range kinds {
		lists = append(lists, []policy.ProofKind{k})
	}
	return lists
}

// desks are what the rules of a desk demand beside the table ("Stricter by rule"),
// of every class but a question.
var desks = map[string]struct {
	list                    []policy.ProofKind
	contacts, leads, either int
	wait                    time.Duration
	privileged              bool // it names no class, so it is about every privileged one
	byMail                  bool // the class is done by e-mail only
}{
	"":                     {},
	"one-contact":          {contacts: 1},
	"one-contact-unnamed":  {contacts: 1, privileged: true},
	"one-lead":             {leads: 1},
	"one-of-either":        {either: 1},
	"code-beside":          {list: []policy.ProofKind{reply, code}},
	"external-beside":      {list: []policy.ProofKind{reply, external}},
	"wait":                 {wait: day},
	"two-contacts":         {contacts: 2},
	"two-leads":            {leads: 2},
	"two-of-either":        {either: 2},
	"less-than-the-table":  {list: []policy.ProofKind{sender}, privileged: true}, // never less, of what is privileged
	"email-only":           {privileged: true, byMail: true},
	"of-another-client":    {}, // whose rules are about somebody else
	"of-other-words":       {},
	"of-a-contact-of-them": {}, // "where all conditions hold": the contact is meant, the client is another
}

// voids says what makes a proof count for nothing: always, or for a privileged class only.
var voids = map[string]string{
	"older-revision":  "always", // 5: each tied to the request revision it was given for
	"before-restore":  "always", // 7: proofs from before count for nothing
	"other-contact":   "always", // 5: another contact's mail proves nothing here; of an approval: never requester
	"address-left":    "always", // 5: on person, permission, address and stop as they are then
	"address-back":    "always", // 6.4: it dies on a change of the contact's address
	"address-staff":   "always", // 6.5: an address of staff is never a contact address
	"removed":         "always",
	"moved":           "always",
	"not-permitted":   "always",
	"shared-mailbox":  "always",     // 6.5: who asked can't approve, by whatever name
	"cooling":         "privileged", // 6.5: the new entry proves nothing privileged for 72 h; cooled, it does
	"code-cleared":    "always",
	"code-own":        "always", // 6.5: no agent can make the person who confirms: who verified the code has set it
	"code-of-actor":   "always", // or who acts has
	"code-of-opener":  "always", // or who wrote the ticket
	"code-new":        "privileged",
	"unknown-checker": "always",
	"lead-no-more":    "always",
	"lead-disabled":   "always",
	"lead-opened":     "always", // 6.5: who opened, edited or executes can't approve
	"lead-edited":     "always",
	"deputy-early":    "always", // 5: from, until; half-open; resolved when the decision is made
	"deputy-over":     "always",
	"deputy-ended":    "always",
	"deputy-other":    "always", // named for another class
	"deputy-restored": "always",
	"deputy-of-gone":  "always", // whose place it is may not approve any longer
	"deputy-of-new":   "privileged",
	"deputy-of-asker": "always",
}

// persons are what became of the ticket's contact; who may nothing proves nothing.
// A question may be asked by whoever is on file.
var persons = map[string]string{
	"removed":       "always",
	"moved":         "always",
	"not-permitted": "always but a question",
	"cooling":       "privileged",
	"cooling-all":   "privileged", // the client's people, all of them
}

// locked says of a lock that isn't open for the agent. It opens for hours by two
// of {primary, other contact with approve, lead}, whoever acts apart, as they
// are then; 7: nothing of before a restore counts; 6.8: nor where one of them
// may have said no.
var locked = []string{"stopped", "locked", "window-over", "window-early", "window-restored", "window-of-one", "window-of-one-twice", "window-of-one-mailbox",
	"window-of-removed", "window-of-moved", "window-of-forbidden", "window-of-cooling", "window-of-address-left", "window-of-staff", "window-of-no-lead", "window-of-agent", "window-unheard", "second-lock"}
