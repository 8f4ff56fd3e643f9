package staff

import (
	"slices"
	"time"

	"countersign/policy"
)

// What an agent can newly come to besides roles and classes.
const (
	NewUser    = "unix-user"
	NewAddress = "address"
)

// Works reports whether what the agent does counts: they are not disabled, and
// were added long enough ago.
func (a Agent) Works(now time.Time) bool { return !a.Disabled && !now.Before(a.Counts) }

// RoleAt gives the role that counts at that time: until a new one does, the one
// that they had.
func (a Agent) RoleAt(now time.Time) Role {
	counts := RoleAgent
	for _, r := range Roles {
		if a.Role.Has(r) && a.counts(string(r), now) { //rule:6.5 new-role-of-an-agent-cools part=2 TestSetCools/role
			counts = r
		}
	}
	return counts
}

// Has reports whether the agent works and has the rights of that role, at that time.
func (a Agent) Has(r Role, now time.Time) bool { return a.Works(now) && a.RoleAt(now).Has(r) }

// CarriesOut reports whether the agent may carry out the class at that time.
func (a Agent) CarriesOut(c policy.Class, now time.Time) bool {
	return a.covers(c) && a.counts(string(c), now) //rule:6.5 new-authority-cools part=2 TestSetCools/authority
}

// CountsAt gives from when on something that the agent was given counts; zero
// where it counts, or they don't have it.
func (a Agent) CountsAt(what string) time.Time { return a.Given[what] }

// KnownFrom is from when on the agent is known by their Unix user.
func (a Agent) KnownFrom() time.Time {
	if at := a.Given[NewUser]; at.After(a.Counts) { //rule:6.5 new-unix-user-cools TestSetCools/unix-user
		return at
	}
	return a.Counts
}

// MailTo is where the agent gets their mail at that time.
func (a Agent) MailTo(now time.Time) string {
	if a.Before != "" && !a.counts(NewAddress, now) { //rule:6.5 new-address-of-staff-cools TestSetCools/address
		return a.Before
	}
	return a.Email
}

func (a Agent) counts(what string, now time.Time) bool { return !now.Before(a.Given[what]) }

// covers reports whether the class is among their authorities.
func (a Agent) covers(c policy.Class) bool {
	return slices.Contains(a.Authorities, string(c)) || slices.Contains(a.Authorities, All)
}

// has names everything of the agent that cools when it is newly given.
func (a Agent) has() (all []string) {
	for _, r := range Roles[1:] {
		if a.Role.Has(r) {
			all = append(all, string(r))
		}
	}
	for _, c := range policy.Classes {
		if a.covers(c) {
			all = append(all, string(c))
		}
	}
	if a.UnixUser != "" {
		all = append(all, NewUser)
	}
	return append(all, NewAddress)
}

// Cools gives what of the agent does not count yet, and from when on it does;
// agent stands for all of them.
func (a Agent) Cools(now time.Time) (all []policy.Cooling) {
	if now.Before(a.Counts) {
		all = append(all, policy.Cooling{What: "agent", Until: a.Counts, Why: "added lately"})
	}
	for _, what := range a.has() {
		if until := a.Given[what]; now.Before(until) && until.After(a.Counts) {
			all = append(all, policy.Cooling{What: what, Until: until, Why: newly(what)})
		}
	}
	return all
}

// newly says what came new.
func newly(what string) string {
	switch {
	case what == NewUser:
		return "new Unix user"
	case what == NewAddress:
		return "new address"
	case slices.Contains(Roles, Role(what)):
		return "new role"
	}
	return "new authority"
}
