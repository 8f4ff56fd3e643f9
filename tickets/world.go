package tickets

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/ledger"
)

// World is a small desk described in a file, to judge a message against: for
// bug reports, policy tests and conformance suites. Tokens are plain.
type World struct {
	Address  string         `json:"address"`
	Agents   []string       `json:"agents"`
	Clients  []WorldClient  `json:"clients"`
	Contacts []WorldContact `json:"contacts"`
	Tickets  []WorldTicket  `json:"tickets"`
	Seen     []string       `json:"seen"` // sha256:<hex>
}

// WorldClient is a client of a World.
type WorldClient struct {
	Client string `json:"client"`
	Name   string `json:"name"`
}

// WorldContact is a contact of a World; no permissions means all that asks.
type WorldContact struct {
	Email       string               `json:"email"`
	Client      string               `json:"client"`
	Role        clients.Role         `json:"role"`
	Status      clients.Status       `json:"status"`
	Permissions []clients.Permission `json:"permissions"`
	Language    string               `json:"language"`
	Name        string               `json:"name"`
}

// WorldTicket is a ticket of a World with the one notice that asked.
type WorldTicket struct {
	Ticket    string       `json:"ticket"`
	Client    string       `json:"client"`
	Contact   string       `json:"contact"`
	Class     policy.Class `json:"class"`
	Subject   string       `json:"subject"`
	State     policy.State `json:"state"`
	OpenedBy  string       `json:"opened_by"`
	Token     string       `json:"token"`
	Spent     bool         `json:"spent"`
	Reference string       `json:"reference"`
	MessageID string       `json:"message_id"`
	Sent      time.Time    `json:"sent"`
	Expires   time.Time    `json:"expires"`
}

// ReadWorld reads a World strictly: an unknown key is an error.
func ReadWorld(r io.Reader) (w World, err error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil {
		return w, err
	}
	if dec.More() {
		return w, errors.New("something stands behind the world's closing brace")
	}
	return w, nil
}

// Populate writes a World into an empty store. It reports everything that is
// wrong with it at once.
func (w World) Populate(s *Store) error {
	var errs []error
	add := func(where string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", where, err))
		}
	}
	for i, a := range w.Agents {
		add(fmt.Sprintf("agents[%d]", i), s.kv.Update(func(tx kv.Tx) error {
			if _, err := canonical(a); err != nil { // such as a@desk: no From can be that
				return nil
			}
			_, err := staff.Add(tx, staff.Agent{ID: fmt.Sprintf("agent-%d", i+1), Email: a, Role: staff.RoleAgent})
			return err
		}))
	}
	for i, c := range w.Clients {
		add(fmt.Sprintf("clients[%d]", i), s.kv.Update(func(tx kv.Tx) error {
			return clients.PutClient(tx, clients.Client{ID: c.Client, Name: c.Name})
		}))
	}
	for i, c := range w.Contacts {
		add(fmt.Sprintf("contacts[%d]", i), s.populateContact(c))
	}
	for i, t := range w.Tickets {
		add(fmt.Sprintf("tickets[%d]", i), s.populateTicket(t))
	}
	for i, h := range w.Seen {
		hash, ok := strings.CutPrefix(h, "sha256:")
		if !ok || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(hash) {
			add(fmt.Sprintf("seen[%d]", i), errors.New("is not sha256: and 64 hex digits"))
			continue
		}
		add(fmt.Sprintf("seen[%d]", i), s.kv.Update(func(tx kv.Tx) error { return ledger.SeeHash(tx, hash, "world") }))
	}
	return errors.Join(errs...)
}

func (s *Store) populateContact(c WorldContact) error {
	addr, err := canonical(c.Email)
	if err != nil {
		return fmt.Errorf("email: %w", err)
	}
	if len(c.Permissions) == 0 {
		c.Permissions = []clients.Permission{clients.All}
	}
	for _, p := range c.Permissions {
		if !p.Known() {
			return fmt.Errorf("permissions: %q is not a permission", p)
		}
	}
	if c.Role == "" {
		c.Role = clients.Authorised
	}
	if c.Status == "" {
		c.Status = clients.Active
	}
	if c.Role != clients.Authorised && c.Role != clients.Primary {
		return fmt.Errorf("role: %q is not primary or authorised", c.Role)
	}
	if c.Status != clients.Active && c.Status != clients.Removed {
		return fmt.Errorf("status: %q is not active or removed", c.Status)
	}
	contact := clients.Contact{ID: worldContactID(c.Client, addr), Client: c.Client, Name: c.Name, Role: c.Role,
		Status: c.Status, Addresses: []string{addr}, Permissions: c.Permissions, Language: c.Language}
	return s.kv.Update(func(tx kv.Tx) error {
		if agent, err := onfile.Agent(tx, addr); err != nil || agent != "" { // which the world may say, and which proves nothing
			return errors.Join(err, clients.PutBeside(tx, contact))
		}
		return clients.PutShared(tx, contact)
	})
}

var states = []policy.State{policy.StateUnconfirmed, policy.StateAuthenticated, policy.StateConfirmed,
	policy.StateDisputed, policy.StateExpired, policy.StateClosed}

func worldContactID(client, addr string) string { return "c:" + client + ":" + addr }

func (s *Store) populateTicket(w WorldTicket) error {
	contact, err := canonical(w.Contact)
	if err != nil {
		return fmt.Errorf("contact: %w", err)
	}
	if !regexp.MustCompile(`^T-[1-9][0-9]*$`).MatchString(w.Ticket) {
		return fmt.Errorf("ticket: %q is not a number such as T-1042", w.Ticket)
	}
	if w.Token != "" && !token.Valid(w.Token) {
		return errors.New("token: is not 26 characters of a-z2-7")
	}
	if w.Class == "" {
		w.Class = policy.Question
	}
	if !w.Class.Known() {
		return fmt.Errorf("class: %q is not a class; one of %s", w.Class, list(policy.Classes))
	}
	if w.State == "" {
		w.State = policy.StateUnconfirmed
	}
	if !known(states, w.State) {
		return fmt.Errorf("state: %q is not a state; one of %s", w.State, list(states))
	}
	if w.Expires.IsZero() {
		w.Expires = s.Now().Add(s.opt.TokenLife)
		if !w.Sent.IsZero() {
			w.Expires = w.Sent.Add(s.opt.TokenLife)
		}
	}
	return s.kv.Update(func(tx kv.Tx) error {
		owner := worldContactID(w.Client, contact)
		if _, ok, err := clients.Get(tx, owner); err != nil {
			return err
		} else if ok { // the one of the ticket's client, whoever else has the address
		} else if other, found, err := clients.ByAddress(tx, contact); err != nil {
			return fmt.Errorf("contact: %w", err)
		} else if found { // the world names no client, or another
			owner = other.ID
		}
		if c, ok, err := clients.Get(tx, owner); err != nil {
			return err
		} else if ok && w.Client == "" {
			w.Client = c.Client
		}
		n := notice{ID: "n-" + w.Ticket, Kind: policy.NoticeConfirm, Ticket: w.Ticket, Contact: owner, Address: contact, Revision: 1,
			Sent: w.Sent, Expires: w.Expires, Spent: w.Spent}
		t := Ticket{ID: w.Ticket, Client: w.Client, Contact: owner, Subject: w.Subject, Request: w.Subject, Class: w.Class,
			Channel: policy.Chat, State: w.State, OpenedBy: w.OpenedBy, Revision: 1, Notices: []string{n.ID}, Opened: w.Sent}
		errs := []error{save(tx, t), kv.Save(tx, noticePrefix+n.ID, n)}
		if w.Token != "" {
			errs = append(errs, s.remember(tx, tokenPrefix, w.Token, n.ID))
		}
		if w.Reference != "" {
			errs = append(errs, s.remember(tx, referencePrefix, strings.ToUpper(w.Reference), n.ID))
		}
		if w.MessageID != "" {
			errs = append(errs, s.remember(tx, sentMessagePrefix, trimID(w.MessageID), w.Ticket))
		}
		return errors.Join(errs...)
	})
}
