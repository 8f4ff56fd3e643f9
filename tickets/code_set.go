package tickets

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// Lives of one-time codes.
const (
	onceLife = 24 * time.Hour
	onceMost = 30 * 24 * time.Hour
)

// SetCode sets a phone or chat code in the place of the one before. A lead or an
// administrator does it, and then neither verifies it nor opens or carries out
// what it proves. The contact is told, and may say no. A weak one is a
// *codes.WeakError.
func (s *Store) SetCode(by By, in CodeRequest) (out CodeStatus, err error) {
	life, err := in.validateSet()
	if err != nil {
		return out, err
	}
	var secret codes.Secret
	err = s.kv.View(func(v kv.View) error {
		h, err := codeOf(v, in)
		if err != nil {
			return err
		}
		known, err := knownOf(v, h)
		if err == nil {
			secret, err = codes.Check(in.Kind, in.Code, known)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	return s.changeCode(by, in, func(tx kv.Tx, h held, agent staff.Agent) (codes.Code, string, error) {
		e, err := epochNow(tx)
		if err != nil {
			return codes.Code{}, "", err
		}
		n := codes.New{Kind: in.Kind, Secret: secret, At: s.Now(), By: agent.ID, Epoch: e.Number}
		if n.Kind == codes.Once {
			n.Expires = n.At.Add(life)
		}
		c, err := s.vault().Set(tx, h.holder, n)
		return c, "was set", err
	})
}

// ClearCode takes a code away. Whoever may set one may do it.
func (s *Store) ClearCode(by By, in CodeRequest) (CodeStatus, error) {
	return s.changeCode(by, in, func(tx kv.Tx, h held, agent staff.Agent) (codes.Code, string, error) {
		_, ok, err := codes.Of(tx, h.holder)
		if err != nil || !ok {
			return codes.Code{}, "", cmp.Or(err, ErrNoCode)
		}
		e, err := epochNow(tx)
		if err != nil {
			return codes.Code{}, "", err
		}
		c, err := codes.Clear(tx, h.holder, s.Now(), agent.ID, e.Number)
		return c, "was cleared", err
	})
}

// dropCode takes the code of a contact away who was taken off the file, so that it
// is none if they ever come back: whoever has it may be elsewhere by then.
func (s *Store) dropCode(tx kv.Tx, gone clients.Contact, by By) error { //rule:6.5 code-goes-with-its-contact =nil TestCodeOfRemoved
	h := codes.Holder{Client: gone.Client, Contact: gone.ID}
	_, ok, err := codes.Of(tx, h)
	if err != nil || !ok {
		return err
	}
	e, err := epochNow(tx)
	if err != nil {
		return err
	}
	c, err := codes.Clear(tx, h, s.Now(), by.Agent, e.Number)
	if err != nil {
		return err
	}
	return s.log(tx, "code", h.String(), codeLeaf{What: policy.CodeCodeChanged, Version: c.Version, Agent: by.Agent, By: &by})
}

// changeCode changes a code, tells of it, and writes it down.
func (s *Store) changeCode(by By, in CodeRequest, change func(kv.Tx, held, staff.Agent) (codes.Code, string, error)) (out CodeStatus, err error) {
	if err := s.mayWrite(); err != nil { // nobody could be told
		return out, err
	}
	err = s.group.Update(func(tx kv.Tx) error {
		agent, err := s.codeSetter(tx, in.Agent)
		if err != nil {
			return err
		}
		h, err := codeOf(tx, in)
		if err != nil {
			return err
		}
		if err := s.mayHaveCode(tx, h); err != nil {
			return err
		}
		t, err := s.codeTicket(tx, in, h)
		if err != nil {
			return err
		}
		c, done, err := change(tx, h, agent)
		if err != nil {
			return err
		}
		by.Agent = agent.ID
		says := fmt.Sprintf("%s %s on %s by %s.", h.title(), done, codeDay(c.At), agent.ID)
		id, err := s.tellCode(tx, t, h, by, policy.NoticeCodeChanged, Event{Event: "code " + strings.TrimPrefix(done, "was "), Reason: policy.CodeCodeChanged}, says)
		if err != nil {
			return err
		}
		if out, err = s.codeStatus(tx, h); err != nil {
			return err
		}
		out.Ticket = id
		return s.log(tx, "code", h.holder.String(), codeLeaf{What: policy.CodeCodeChanged, Kind: c.Kind, Version: c.Version, Agent: agent.ID, Ticket: id, By: &by})
	})
	return out, err
}

// codeSetter gives the agent, if they may set codes.
func (s *Store) codeSetter(r kv.Reader, id string) (staff.Agent, error) {
	a, err := activeAgent(r, id)
	if err == nil && !a.Has(staff.RoleLead, s.Now()) { //rule:6.5 a-lead-sets-codes TestCodeSetter
		err = fmt.Errorf("%w: %s may not set or clear a code: it takes a lead or an administrator", ErrNotAllowed, a.ID)
	}
	return a, err
}

// mayHaveCode says why nobody sets a code there: it would be one of staff, or
// nobody could be told of what is done with it.
func (s *Store) mayHaveCode(r kv.Reader, h held) error {
	if h.contact.ID == "" {
		return fmt.Errorf("%w: client %s has no active primary contact who could be told", ErrNotAllowed, h.holder.Client)
	}
	if len(h.contact.Addresses) == 0 {
		return fmt.Errorf("%w: %s has no address on file who could be told", ErrNotAllowed, h.contact.ID)
	}
	for _, addr := range h.contact.Addresses {
		is, err := s.desk().IsStaff(r, addr)
		if err != nil {
			return err
		}
		if is { //rule:6.5 staff-have-no-code TestCodeOfStaff
			return fmt.Errorf("%w: an address of that contact is one of staff, who have no code", ErrNotAllowed)
		}
	}
	return nil
}

func (s *Store) vault() codes.Vault { return codes.Vault{Keys: s.opt.Keys} }

// validateSet fills in what is left out, and gives the life of a one-time code.
func (in *CodeRequest) validateSet() (life time.Duration, err error) {
	in.Kind = cmp.Or(in.Kind, codes.Static)
	var errs []error
	switch {
	case in.Kind != codes.Static && in.Kind != codes.Once && in.Kind != codes.TOTP:
		errs = append(errs, fmt.Errorf("kind: %q is not a kind of code; one of static, one-time, rotating", in.Kind))
	case in.Kind != codes.Once && in.Life != "":
		errs = append(errs, errors.New("expires: only a one-time code expires"))
	case in.Life != "":
		if life, err = time.ParseDuration(in.Life); err != nil || life < time.Minute || life > onceMost {
			errs = append(errs, errors.New("expires: is not a time between 1m and 720h, such as 24h"))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return 0, &InvalidError{err}
	}
	return cmp.Or(life, onceLife), nil
}

// maxKnown bounds the people of a client whose names a code may not hold.
const maxKnown = 500

// knownOf gives the words that anybody could guess a code from: names, addresses
// and references of whose it is, and the services that they ask about.
func knownOf(v kv.View, h held) (words []string, err error) {
	client, _, err := clients.GetClient(v, h.holder.Client)
	words = append(words, client.ID, client.Name)
	people := []clients.Contact{h.contact}
	if err == nil && h.holder.Contact == "" {
		err = clients.EachOf(v, client.ID, func(c clients.Contact, err error) {
			if err == nil && len(people) < maxKnown {
				people = append(people, c)
			}
		})
	}
	for _, c := range people {
		words = append(words, c.Name)
		words = append(words, c.Addresses...)
		for _, p := range c.Permissions {
			_, services, _ := strings.Cut(string(p), ":")
			words = append(words, services)
		}
	}
	return words, err
}
