package codes

import (
	"time"

	"countersign/policy"
)

// What this package writes, and nobody else. A holder is contact:<id> or
// client:<reference>.
const (
	codePrefix    = "code/"     // code/<holder>: Code, one that was cleared, too
	wrongPrefix   = "codeday/"  // codeday/<holder>: wrongDay, how many wrong ones were said today
	guessesPrefix = "codehour/" // codehour/<agent:<id>, or all>: when wrong ones were typed in the last hour
	weekPrefix    = "codeweek/" // codeweek/<holder, agent:<id>, or all>: []wrongDay, how many wrong ones there were in the last seven days
	toldPrefix    = "codetold/" // codetold/<ticket>: told, whose codes its notices tell of
)

// Code is what is known of a holder's code; the code itself is sealed in it.
type Code struct {
	Holder  string    `json:"holder"`
	Client  string    `json:"client"`
	Version int       `json:"version"` // counts every set and clear
	Kind    Kind      `json:"kind,omitempty"`
	Sealed  []byte    `json:"sealed,omitempty"`
	At      time.Time `json:"at"` // of the last set or clear,
	By      string    `json:"by"` // and the agent
	Epoch   int       `json:"epoch,omitempty"`
	Expires time.Time `json:"expires,omitzero"` // of a one-time code
	Used    time.Time `json:"used,omitzero"`    // of a one-time code
	Step    int64     `json:"step,omitempty"`   // of a rotating code, the last that matched
	Locked  time.Time `json:"locked,omitzero"`  // since when, for good: the contact said no
	Day     string    `json:"day,omitempty"`    // on which a use without a ticket was told last,
	Told    string    `json:"told,omitempty"`   // by that ticket
}

// wrongDay counts the wrong codes of one day, UTC.
type wrongDay struct {
	Day   string `json:"day"`
	Wrong int    `json:"wrong"`
}

// Most is how many wrong codes a day lock it: fewer of a rotating one, of which
// three are right at any time, and which nobody misremembers.
func (c Code) Most() int {
	if c.Kind == TOTP {
		return policy.WrongRotatingDay //rule:6.13 guesses-at-a-rotating-code =policy.WrongCodesDay tickets.TestCodeRotatingLimit
	}
	return policy.WrongCodesDay
}
