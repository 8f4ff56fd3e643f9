package staff

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/clients/onfile"
	"countersign/internal/kv"
)

// Change is what to change of an agent; nil leaves things as they are.
type Change struct {
	Email       *string   `json:"email,omitempty"`
	Teams       *[]string `json:"teams,omitempty"`       // all that there are then
	Authorities *[]string `json:"authorities,omitempty"` // all that there are then
	Role        *Role     `json:"role,omitempty"`
	UnixUser    *string   `json:"unix_user,omitempty"` // empty: none
	Enable      bool      `json:"enable,omitempty"`    // of one who was disabled: as if they were added
}

// Terms say from when on counts what an agent is given.
type Terms struct {
	Now     time.Time
	Cooling time.Duration
	AtOnce  bool // what is given counts at once
}

// ErrNone reports an agent who is not there.
var ErrNone = errors.New("no such agent")

// Set changes an agent and returns them as they are stored. What they newly get
// counts after the cooling time, that alone; what is taken back ends it. An
// address that they had stays one of staff so long.
func Set(tx kv.Tx, id string, ch Change, terms Terms) (Agent, error) {
	old, ok, err := Get(tx, id)
	if err != nil || !ok {
		return Agent{}, errors.Join(err, errNone(ok, id))
	}
	next, err := ch.of(old).checked(tx)
	if err != nil {
		return Agent{}, err
	}
	terms.date(&next, old, ch)
	var errs []error
	if next.UnixUser != old.UnixUser {
		if old.UnixUser != "" {
			errs = append(errs, tx.Delete(userPrefix+old.UnixUser))
		}
		if next.UnixUser != "" {
			errs = append(errs, tx.Put(userPrefix+next.UnixUser, []byte(id)))
		}
	}
	if next.Email != old.Email {
		until := terms.Now.Add(terms.Cooling)
		next.Had = terms.had(old, next.Email, until)
		if len(next.Had) > maxHad {
			return Agent{}, fmt.Errorf("%w: email: agent %s had %d addresses lately, at most so many are remembered; wait until %s", ErrInvalid, id, maxHad, until.UTC().Format("2006-01-02 15:04 UTC"))
		}
		errs = append(errs, onfile.TakeForAgent(tx, next.Email, id), tx.Put(freedKey(until, old.Email), []byte(id)))
	}
	return next, errors.Join(append(errs, kv.Save(tx, agentPrefix+id, next))...)
}

// maxHad bounds the addresses that an agent had lately.
const maxHad = 16

// had gives until when addresses that were the agent's stay staff's.
func (t Terms) had(old Agent, now string, until time.Time) map[string]time.Time {
	had := map[string]time.Time{old.Email: until}
	for a, end := range old.Had {
		if a != now && a != old.Email && t.Now.Before(end) {
			had[a] = end
		}
	}
	return had
}

func errNone(ok bool, id string) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%w: %q", ErrNone, id)
}

// of gives the agent as the change makes them.
func (ch Change) of(a Agent) Agent {
	if ch.Email != nil {
		a.Email = *ch.Email
	}
	if ch.Teams != nil {
		a.Teams = *ch.Teams
	}
	if ch.Authorities != nil {
		a.Authorities = *ch.Authorities
	}
	if ch.Role != nil {
		a.Role = *ch.Role
	}
	if ch.UnixUser != nil {
		a.UnixUser = *ch.UnixUser
	}
	if ch.Enable {
		a.Disabled = false
	}
	return a
}

// date notes from when on everything of next counts.
func (t Terms) date(next *Agent, old Agent, ch Change) {
	next.Given, next.Before = map[string]time.Time{}, ""
	if ch.Enable && old.Disabled { // all of them is new
		if next.Counts = t.Now; !t.AtOnce {
			next.Counts = t.Now.Add(t.Cooling)
		}
		return
	}
	had := old.has()
	for _, what := range next.has() {
		at := old.Given[what]
		switch {
		case what == NewAddress && next.Email == old.MailTo(t.Now): // as it was, or taken back
			continue
		case t.AtOnce && ch.names(what):
			continue
		case !slices.Contains(had, what), what == NewUser && next.UnixUser != old.UnixUser, what == NewAddress && next.Email != old.Email:
			at = t.Now.Add(t.Cooling)
		}
		if at.After(t.Now) {
			next.Given[what] = at
		}
	}
	if _, cools := next.Given[NewAddress]; cools {
		next.Before = old.MailTo(t.Now)
	}
}

// names reports whether the change says something about that.
func (ch Change) names(what string) bool {
	switch {
	case what == NewUser:
		return ch.UnixUser != nil
	case what == NewAddress:
		return ch.Email != nil
	case slices.Contains(Roles, Role(what)):
		return ch.Role != nil
	}
	return ch.Authorities != nil
}

// Disable takes everything from an agent at once. Their record stays, and their
// address stays one of staff.
func Disable(tx kv.Tx, id string) (Agent, error) {
	a, ok, err := Get(tx, id)
	switch {
	case err != nil || !ok:
		return Agent{}, errors.Join(err, errNone(ok, id))
	case a.Disabled:
		return Agent{}, fmt.Errorf("%w: agent %s is disabled already", ErrInvalid, id)
	}
	a.Disabled = true
	return a, kv.Save(tx, agentPrefix+id, a)
}
