package tickets

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/internal/redact"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/outbox"
)

// alert is something about a ticket that staff have to know and are told by mail:
// it is undeliverable, the customer said_no, or the client is stopped by it.
type alert struct {
	Ticket string            `json:"ticket"`
	Kind   policy.NoticeKind `json:"kind"`
	Why    string            `json:"why,omitempty"` // a server's words, without secrets and addresses, or what was changed
	At     time.Time         `json:"at"`
	Also   string            `json:"also,omitempty"`  // what else was done for the same contact
	Of     string            `json:"of,omitempty"`    // the agent whose doing it is, who is never told
	To     string            `json:"to,omitempty"`    // the one agent whom it is for
	Least  int               `json:"least,omitempty"` // so many leads have to hear of it
}

// maxWhy bounds what an alert says of its reason, in characters.
const maxWhy = 300

// urgent reports whether staff are told at once.
func (a alert) urgent() bool { return a.Kind.Terms().Urgent }

// alert notes that staff have to be told, of what is not urgent once a day about
// a ticket: each no that does something is news. Whom, is many reads, so it is
// left as a to-do for Tick.
func (s *Store) alert(tx kv.Tx, t Ticket, kind policy.NoticeKind, why string) error {
	return s.raise(tx, alert{Ticket: t.ID, Kind: kind, Why: why})
}

// alertOf is alert, of what an agent did, who is not told of it.
func (s *Store) alertOf(tx kv.Tx, t Ticket, kind policy.NoticeKind, why, of string) error {
	return s.raise(tx, alert{Ticket: t.ID, Kind: kind, Why: why, Of: of})
}

// alertLeads is alert that a lead has to approve, for at least so many leads.
func (s *Store) alertLeads(tx kv.Tx, t Ticket, least int) error {
	return s.raise(tx, alert{Ticket: t.ID, Kind: policy.NoticeLeadApproves, Least: least})
}

// raise is alert, of what is known but for the time.
func (s *Store) raise(tx kv.Tx, a alert) error {
	now := s.Now()
	a.At, a.Why, a.Also = now, clean.Line(token.HideIn(a.Why), maxWhy), clean.Line(token.HideIn(a.Also), maxWhy)
	if !a.urgent() {
		if first, err := outbox.FirstToday(tx, now, "told/"+a.Ticket+"/"+string(a.Kind)); err != nil || !first {
			return err
		}
	}
	return kv.Save(tx, alertPrefix+kv.Due(now)+"/"+a.Ticket+"/"+string(a.Kind), a)
}

var anyAddress = regexp.MustCompile(`[^\s<>()",;:@]+@[^\s<>()",;:@]+`)

// harmless makes one line of a server's words, which may quote what binds an
// answer, and whom we wrote to.
func harmless(why string) string {
	return oneLine(anyAddress.ReplaceAllStringFunc(token.HideIn(why), func(a string) string { return redact.Address(a).String() }))
}

// maxToldOf bounds those who are told of one alert.
const maxToldOf = 20

// told gives whom an alert is for. Of a notice that did not arrive that is who
// opened the ticket, else its assignee, else whoever edited it, and a lead where
// they are disabled: where there is none of these, nobody waits for an answer. A
// no is told to them and to the leads; that a lead has to approve, to whoever may.
func (a alert) told(t Ticket, agents []staff.Agent, now time.Time) (ids []string) {
	agents = slices.DeleteFunc(slices.Clone(agents), func(b staff.Agent) bool { return b.Disabled })
	if a.To != "" && slices.ContainsFunc(agents, func(b staff.Agent) bool { return b.ID == a.To }) {
		return []string{a.To}
	}
	if a.Kind.Terms().To == policy.ToDeciders { //rule:6.5 who-may-not-approve-is-not-asked TestLeads
		ids = leads(t, agents, now, a.Of, a.Least)
		return ids[:min(len(ids), maxToldOf)]
	}
	leadsToo := a.Kind.Terms().To == policy.ToLeads
	var owners []string
	for _, id := range []string{t.OpenedBy, t.Assignee} {
		if id != "" && !slices.Contains(owners, id) && (leadsToo || len(owners) == 0) {
			owners = append(owners, id)
		}
	}
	if al := t.allowance(); a.Kind.Terms().To == policy.ToHolder && al != nil {
		owners = []string{al.Agent}
	}
	if len(owners) == 0 { // a customer's own mail, of which they made the request
		owners = t.Edited
	}
	if len(owners) == 0 && !leadsToo {
		return nil
	}
	for _, b := range agents {
		if slices.Contains(owners, b.ID) && b.ID != a.Of { //rule:6.13 guesser-is-not-told part=2 TestGuesserIsNotTold
			ids = append(ids, b.ID)
		}
	}
	if len(ids) > 0 && !leadsToo {
		return ids
	}
	for _, id := range leads(t, agents, now, a.Of, 1) {
		if !slices.Contains(ids, id) && len(ids) < maxToldOf {
			ids = append(ids, id)
		}
	}
	return ids
}

// leads gives the leads who look after a ticket: of the team of who opened it, or
// has it, else all, else administrators. Who wrote the request is none of them,
// or a lead could be the only one to hear of a no to what they typed; nor is the
// agent whose doing it is. Where that are fewer than have to hear of it, it is the
// others, too. Of a mailbox that is said to be lost all leads hear, as two have to
// agree, of whatever team.
func leads(t Ticket, agents []staff.Agent, now time.Time, but string, least int) (ids []string) {
	var teams []string
	for _, a := range agents {
		if a.ID == t.OpenedBy || a.ID == t.Assignee {
			teams = append(teams, a.Teams...)
		}
	}
	lead := func(a staff.Agent) bool { return a.RoleAt(now) == staff.RoleLead }
	for _, fits := range []func(staff.Agent) bool{
		func(a staff.Agent) bool {
			return lead(a) && !t.Lost && slices.ContainsFunc(a.Teams, func(team string) bool { return slices.Contains(teams, team) })
		},
		lead,
		func(a staff.Agent) bool { return a.RoleAt(now) == staff.RoleAdmin },
	} {
		for _, a := range agents {
			if a.ID == but { //rule:6.13 guessing-lead-is-not-told TestGuesserIsNotTold
				continue
			}
			if fits(a) && !now.Before(a.Counts) && a.ID != t.OpenedBy && !slices.Contains(t.Edited, a.ID) && !t.changedBy(a.ID) && !slices.Contains(ids, a.ID) { //rule:6.8 writer-is-no-lead-of-it part=3 TestLeads
				ids = append(ids, a.ID)
			}
		}
		if len(ids) >= max(1, least) {
			return ids
		}
	}
	return ids
}

// maxAlerts is how many alerts are shared out at one look.
const maxAlerts = 300

// tellStaff shares alerts out to whom they are for, and writes the mails that are
// due. What fails keeps nothing else back.
func (s *Store) tellStaff() error {
	var todo, waiting []string
	var agents []staff.Agent
	err := s.kv.View(func(v kv.View) (err error) {
		if todo, err = kv.Keys(v, alertPrefix, maxAlerts); err != nil {
			return err
		}
		if waiting, err = kv.Keys(v, tellPrefix, 1); err == nil && len(todo)+len(waiting) > 0 {
			agents, err = staff.List(v)
		}
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, key := range todo {
		errs = append(errs, s.group.Update(func(tx kv.Tx) error { return s.shareOut(tx, key, agents) }))
	}
	for _, a := range agents {
		errs = append(errs, s.write(a.ID))
	}
	return errors.Join(errs...)
}

// shareOut puts one alert before everybody whom it is for.
func (s *Store) shareOut(tx kv.Tx, key string, agents []staff.Agent) error {
	a, ok, err := kv.Load[alert](tx, key)
	if err != nil || !ok {
		return err
	}
	t, err := load(tx, a.Ticket)
	if err != nil {
		return err
	}
	for _, id := range a.told(t, agents, s.Now()) {
		if err := kv.Save(tx, a.before(id), a); err != nil {
			return err
		}
	}
	return tx.Delete(key)
}

// before is the key under which an alert waits for one agent, what is urgent first.
func (a alert) before(agent string) string {
	rank := "1"
	if a.urgent() {
		rank = "0"
	}
	return tellPrefix + strings.Join([]string{agent, rank, kv.Due(a.At), a.Ticket, string(a.Kind)}, "/")
}
