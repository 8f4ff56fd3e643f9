package tickets

import (
	"crypto/hmac"
	"encoding/base32"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/internal/near"
	"countersign/policy"
	"countersign/staff"
)

// personCheck is a check of a ticket's contact by another system, for the revision
// that the ticket has. It goes with everything that voids what was proved.
type personCheck struct {
	Checker string      `json:"checker"`
	Asked   time.Time   `json:"asked"`
	By      string      `json:"by"` // agent
	Epoch   int         `json:"epoch,omitempty"`
	Result  policy.Code `json:"result,omitempty"` // what they said last; empty: nothing yet
	At      time.Time   `json:"at,omitzero"`      // when it came to that, as they say
	Failed  bool        `json:"failed,omitempty"`
}

// CheckOfPerson asks for a check by another system.
type CheckOfPerson struct {
	Ticket  string `json:"ticket"`
	Checker string `json:"checker,omitempty"` // empty: there is only one
	Agent   string `json:"agent,omitempty"`
}

// StartedCheck is what an agent, or a script, starts the check there with.
type StartedCheck struct {
	Ticket   string `json:"ticket"`
	Revision int    `json:"revision"`
	Whom
	ContactID string `json:"contact_id"`
	Checker   string `json:"checker"`
	// Reference has to come back in the webhook. Nobody else can make one, so a
	// check that the person starts there by themselves is none of ours.
	Reference string    `json:"reference"`
	Asked     time.Time `json:"asked"`
	Repeat    bool      `json:"repeat,omitempty"` // it was given before, and nothing has come of it
}

// StartCheck notes that a ticket's contact is to be checked by another system, and
// gives the reference to be told there. Until something has come of a check, it is
// the same one again.
func (s *Store) StartCheck(in CheckOfPerson) (out StartedCheck, err error) {
	if in.Checker, err = s.checker(in.Checker); err != nil {
		return out, err
	}
	if err := s.mayWrite(); err != nil {
		return out, err
	}
	var t Ticket
	err = s.change(in.Ticket, in.Agent, func(tx kv.Tx, t *Ticket, a staff.Agent) error {
		c, err := s.mayBeChecked(tx, *t)
		if err != nil {
			return err
		}
		e, err := epochNow(tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(t.Checks, func(c personCheck) bool { return c.Checker == in.Checker })
		out.Repeat = i >= 0 && t.Checks[i].Result == "" && t.Checks[i].Epoch == e.Number
		if !out.Repeat {
			t.Checks = slices.DeleteFunc(slices.Clone(t.Checks), func(c personCheck) bool { return c.Checker == in.Checker })
			t.Checks, i = append(t.Checks, personCheck{Checker: in.Checker, Asked: s.Now(), By: a.ID, Epoch: e.Number}), len(t.Checks)
			if err := s.record(tx, t, Event{Event: "external check started", Reason: policy.CodeExternalStarted,
				Text: fmt.Sprintf("%s starts a check of the person by %s, for revision %d", a.ID, in.Checker, t.Revision)}); err != nil {
				return err
			}
		}
		out.Ticket, out.Revision, out.ContactID, out.Checker, out.Asked = t.ID, t.Revision, c.ID, in.Checker, t.Checks[i].Asked
		out.Reference = s.reference(reference{t.ID, t.Revision, out.Asked}, in.Checker)
		out.Whom, err = whom(tx, *t)
		return err
	}, &t)
	return out, err
}

// checker gives the system that is meant.
func (s *Store) checker(name string) (string, error) {
	all := s.opt.Checkers
	switch {
	case len(all) == 0:
		return "", fmt.Errorf("%w: no system that checks people is configured ([[external]])", ErrNotAllowed)
	case name == "" && len(all) == 1:
		return all[0], nil
	case slices.Contains(all, name):
		return name, nil
	case name == "":
		return "", &InvalidError{fmt.Errorf("with: say which system is to check them: one of %s", strings.Join(all, ", "))}
	}
	guess := ""
	if best := near.Of(name, all); best != "" {
		guess = fmt.Sprintf(" Did you mean %s?", best)
	}
	return "", &InvalidError{fmt.Errorf("with: %q checks nobody; one of %s.%s", oneLine(name), strings.Join(all, ", "), guess)}
}

// mayBeChecked gives the ticket's contact, if a check of them could prove anything.
func (s *Store) mayBeChecked(r kv.Reader, t Ticket) (clients.Contact, error) {
	c, ok, err := clients.Get(r, t.Contact)
	if err != nil {
		return c, err
	}
	giver, err := s.giver(r, t, c, ok, "")
	switch code := giver.Bars(t.facts(), s.Now()); {
	case err != nil:
		return c, err
	case t.State.Over() || t.State == policy.StateDisputed:
		return c, fmt.Errorf("%w: %s is %s; open a new ticket", ErrNotAllowed, t.ID, t.State)
	case t.Class == policy.Question:
		return c, fmt.Errorf("%w: nothing has to be proved for a question", ErrNotAllowed)
	case code == policy.CodeNoPermission:
		return c, notPermitted(c.ID, t.Class, t.Service)
	case code != "":
		return c, fmt.Errorf("%w: a check could prove nothing now. %s", ErrNotAllowed, policy.Because(code).Text)
	}
	return c, nil
}

// reference says in a check which ticket and revision it is for, and when it was
// started: T-1042.2.mb3k9x2p.<20 characters that only this desk can make>.
type reference struct {
	ticket   string
	revision int
	asked    time.Time
}

var referenceForm = regexp.MustCompile(`^(T-[1-9][0-9]{0,17})\.([1-9][0-9]{0,8})\.([0-9a-z]{1,12})\.[a-z2-7]{20}$`)

func (s *Store) reference(r reference, checker string) string {
	text := fmt.Sprintf("%s.%d.%s", r.ticket, r.revision, strconv.FormatInt(r.asked.UnixMilli(), 36))
	sum := s.opt.Keys.Hash("external check", []byte(checker+" "+text)) // a name has no blank
	return text + "." + strings.ToLower(base32.StdEncoding.EncodeToString(sum))[:20]
}

// readReference reads one that this desk made for that system, and reports whether
// it is.
func (s *Store) readReference(checker, text string) (r reference, ours bool) {
	m := referenceForm.FindStringSubmatch(text)
	if m == nil {
		return r, false
	}
	revision, err1 := strconv.Atoi(m[2])
	at, err2 := strconv.ParseInt(m[3], 36, 64)
	if errors.Join(err1, err2) != nil {
		return r, false
	}
	r = reference{m[1], revision, time.UnixMilli(at).UTC()}
	return r, hmac.Equal([]byte(s.reference(r, checker)), []byte(text))
}

// checked says what is known of checks that have given no proof.
func (t Ticket) checked() (out []policy.Reason) {
	for _, c := range t.Checks {
		switch c.Result {
		case policy.CodeExternalPassed:
		case "":
			r := policy.Because(policy.CodeExternalStarted)
			r.Text += fmt.Sprintf(" (%s, by %s, %s)", c.Checker, c.By, moment(c.Asked))
			out = append(out, r)
		default:
			r := policy.Because(policy.CodeExternalFailed)
			if c.Result != r.Code {
				r.Text = "The check of the person by another system proved nothing. " + policy.Because(c.Result).Text
			}
			r.Text += fmt.Sprintf(" (%s, %s)", c.Checker, moment(c.At))
			out = append(out, r)
		}
	}
	return out
}

// ShownCheck is a check of the contact by another system, as agents see it.
type ShownCheck struct {
	Checker string      `json:"checker"`
	Asked   time.Time   `json:"asked"`
	By      string      `json:"by"`
	Result  policy.Code `json:"result"` // external_started: nothing has come of it yet
	At      time.Time   `json:"at,omitzero"`
}

func (t Ticket) shownChecks() []ShownCheck {
	return each(t.Checks, func(c personCheck) ShownCheck {
		out := ShownCheck{c.Checker, c.Asked, c.By, c.Result, c.At}
		if c.Result == "" {
			out.Result = policy.CodeExternalStarted
		}
		return out
	})
}
