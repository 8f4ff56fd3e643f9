// Package staff knows the agents of a desk: who they are, what they may carry
// out and which addresses are theirs.
//
// An address of staff is never an address of a contact, so that no agent can be
// the person who confirms: package onfile holds that. What a role may do is said
// in package api, what an authority allows in package policy.
package staff

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/internal/near"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// Role is what an agent may do with the desk, beside answering tickets.
type Role string

// The roles.
const (
	RoleAgent Role = "agent"
	RoleLead  Role = "lead"
	RoleAdmin Role = "admin"
)

// Roles are all of them, each with the rights of those before it.
var Roles = []Role{RoleAgent, RoleLead, RoleAdmin}

// Has reports whether r is a role with the rights of another.
func (r Role) Has(other Role) bool {
	return slices.Contains(Roles, other) && slices.Index(Roles, r) >= slices.Index(Roles, other)
}

// All as an authority stands for every class.
const All = "all"

// ErrInvalid reports an agent who can't be added as described.
var ErrInvalid = errors.New("invalid agent")

// Agent is a member of staff.
type Agent struct {
	ID          string    `json:"id"`
	Email       string    `json:"email"` // canonical
	Teams       []string  `json:"teams,omitempty"`
	Authorities []string  `json:"authorities,omitempty"` // classes they may carry out, or all
	Role        Role      `json:"role"`
	UnixUser    string    `json:"unix_user,omitempty"` // who they are on the control socket
	Disabled    bool      `json:"disabled,omitempty"`
	Added       time.Time `json:"added,omitzero"`
	Counts      time.Time `json:"counts,omitzero"` // from when approvals and roles count
	// Given says from when on what they were given since they were added counts, as
	// long as it doesn't: a role, a class that they may carry out, their Unix user,
	// their address. What is not there counts.
	Given map[string]time.Time `json:"given,omitempty"`
	// Before is the address that gets their mail until Email counts.
	Before string `json:"email_before,omitempty"`
	// Had says until when addresses that were theirs stay addresses of staff.
	Had map[string]time.Time `json:"had,omitempty"`
}

var (
	idForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)
	userForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,31}$`)
)

// Add adds a new agent and returns it as it is stored. It reports everything
// that is wrong at once, as ErrInvalid.
func Add(tx kv.Tx, a Agent) (Agent, error) {
	if a.Role == "" {
		a.Role = RoleAgent
	}
	a.Given, a.Before, a.Had = nil, "", nil
	there, err := tx.Get(agentPrefix + a.ID)
	if err != nil {
		return Agent{}, err
	}
	if there != nil {
		return Agent{}, fmt.Errorf("%w: id: there is already an agent %s", ErrInvalid, a.ID)
	}
	if a, err = a.checked(tx); err != nil {
		return Agent{}, err
	}
	errs := []error{kv.Save(tx, agentPrefix+a.ID, a), onfile.TakeForAgent(tx, a.Email, a.ID)}
	if a.UnixUser != "" {
		errs = append(errs, tx.Put(userPrefix+a.UnixUser, []byte(a.ID)))
	}
	return a, errors.Join(errs...)
}

// checked gives the agent with their address in canonical form, and all that is
// wrong with them, as ErrInvalid.
func (a Agent) checked(r kv.Reader) (Agent, error) {
	var wrong []error
	report := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if !idForm.MatchString(a.ID) {
		report("id: %q is not a name of at most 40 of a-z, 0-9, dot, dash and underscore", a.ID)
	}
	email, err := rawmail.Canonical(a.Email)
	if err != nil {
		report("email: %w", err)
	}
	a.Email = email
	if !slices.Contains(Roles, a.Role) {
		report("role: %q is not agent, lead or admin%s", a.Role, meant(string(a.Role), names(Roles)))
	}
	if a.UnixUser != "" && !userForm.MatchString(a.UnixUser) {
		report("unix user: %q is not a user name", a.UnixUser)
	}
	for _, c := range a.Authorities {
		if c != All && !policy.Class(c).Known() {
			classes := names(policy.Classes)
			report("authority: %q is not all, nor one of %s%s", c, strings.Join(classes, ", "), meant(c, append(classes, All)))
		}
	}
	for _, t := range a.Teams {
		if !idForm.MatchString(t) {
			report("team: %q is not a name of at most 40 of a-z, 0-9, dot, dash and underscore", t)
		}
	}
	if len(a.Teams) > 50 || len(a.Authorities) > 50 {
		report("more than 50 teams or authorities")
	}
	if len(wrong) == 0 {
		if wrong, err = a.taken(r); err != nil {
			return Agent{}, err
		}
	}
	if len(wrong) > 0 {
		return Agent{}, fmt.Errorf("%w: %w", ErrInvalid, errors.Join(wrong...))
	}
	return a, nil
}

// taken says what of an agent is somebody else's.
func (a Agent) taken(r kv.Reader) (wrong []error, err error) {
	report := func(is bool, format string, args ...any) {
		if is {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	plain := onfile.Mailbox(a.Email)
	own, errOwn := onfile.Of(r, a.Email)
	mailbox, errMailbox := onfile.Of(r, plain)
	user, errUser := r.Get(userPrefix + a.UnixUser)
	others := func(id string) bool { return id != "" && id != a.ID }
	report(others(own.Agent), "email: another agent has %s, or had it until lately", a.Email)
	report(others(mailbox.Agent) && plain != a.Email, "email: another agent has %s, which is the same mailbox", plain)
	report(own.Contact != "", "email: %s is an address of a contact; an agent must not be able to confirm", a.Email)
	report(mailbox.Contact != "" && plain != a.Email, "email: %s reaches the mailbox of a contact; an agent must not be able to confirm", a.Email)
	report(others(string(user)), "unix user: agent %s is %s", user, a.UnixUser)
	return wrong, errors.Join(errOwn, errMailbox, errUser)
}

func names[T ~string](all []T) (out []string) {
	for _, v := range all {
		out = append(out, string(v))
	}
	return out
}

// meant names what was perhaps meant by a word.
func meant(word string, names []string) string {
	if m := near.Of(word, names); m != "" {
		return ". Did you mean " + m + "?"
	}
	return ""
}

// Get returns the agent with that id.
func Get(r kv.Reader, id string) (Agent, bool, error) {
	if !idForm.MatchString(id) {
		return Agent{}, false, nil
	}
	return kv.Load[Agent](r, agentPrefix+id)
}

// ByUnixUser returns the agent who is that Unix user.
func ByUnixUser(r kv.Reader, user string) (Agent, bool, error) {
	if !userForm.MatchString(user) {
		return Agent{}, false, nil
	}
	id, err := r.Get(userPrefix + user)
	if err != nil || id == nil {
		return Agent{}, false, err
	}
	return Get(r, string(id))
}

// List returns every agent, by id.
func List(v kv.View) (all []Agent, err error) {
	err = v.Scan(agentPrefix, "", func(key string, _ []byte) error {
		a, _, err := kv.Load[Agent](v, key)
		all = append(all, a)
		return err
	})
	return all, err
}

// Each calls fn for every agent, by id, outside of any transaction.
func Each(s kv.Viewer, fn func(Agent) error) error { return kv.Pages(s, agentPrefix, fn) }
