package tickets

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
)

// ErrNoCode says that there is no code to be cleared.
var ErrNoCode = errors.New("no code is set")

// CodeRequest says to whose phone or chat code something is done, and by whom.
type CodeRequest struct {
	Contact string       `json:"contact,omitempty"` // by an address on file; or
	Client  string       `json:"client,omitempty"`  // by its reference, for the code of a client
	Ticket  string       `json:"ticket,omitempty"`
	Agent   string       `json:"agent,omitempty"`
	Code    codes.Secret `json:"code,omitempty"` // as it was typed: for rotating ones to be set, the seed
	Kind    codes.Kind   `json:"kind,omitempty"` // to be set; empty: static
	Life    string       `json:"life,omitempty"` // of a one-time code, such as 24h
}

// held is whose code it is.
type held struct {
	holder  codes.Holder
	contact clients.Contact // theirs, or who is told of a client's: its primary contact; zero: nobody
	name    string          // of whom; may be empty
}

// title begins a sentence about the code that its contact reads.
func (h held) title() string {
	if h.name == "" {
		return "Your phone and chat code"
	}
	return "The phone and chat code of " + h.name
}

// whose names whose code it is to staff.
func (h held) whose() string {
	if h.holder.Contact == "" {
		return "client " + h.holder.Client
	}
	return "contact " + h.holder.Contact
}

// codeOf finds whose code is asked for.
func codeOf(r kv.Reader, in CodeRequest) (h held, err error) {
	switch {
	case (in.Contact == "") == (in.Client == ""):
		return h, &InvalidError{errors.New("contact: say whose code: a contact's by an address on file, or a client's by its reference")}
	case in.Contact != "":
		c, err := activeContact(r, in.Contact)
		return held{codes.Holder{Client: c.Client, Contact: c.ID}, c, oneLine(c.Name)}, err
	}
	client, ok, err := clients.GetClient(r, in.Client)
	if err != nil {
		return h, err
	}
	if !ok {
		return h, fmt.Errorf("%w: there is no client %q", ErrNoContact, in.Client)
	}
	h = held{holder: codes.Holder{Client: client.ID}, name: cmp.Or(oneLine(client.Name), client.ID)}
	primary, ok, err := clients.PrimaryOf(r, client.ID)
	if err == nil && ok {
		h.contact, _, err = clients.Get(r, primary)
	}
	return h, err
}

// codeTicket gives the ticket that a code is used for or set by, nil where none
// is named.
func (s *Store) codeTicket(tx kv.Tx, in CodeRequest, h held) (*Ticket, error) {
	if in.Ticket == "" {
		return nil, nil
	}
	t, err := s.current(tx, in.Ticket)
	switch {
	case err != nil:
		return nil, err
	case t.Client != h.holder.Client || h.holder.Contact != "" && t.Contact != h.holder.Contact: //rule:6.5 code-is-for-its-own-ticket TestCodeOfOthers
		return nil, fmt.Errorf("%w: %s is not a ticket of whose code it is; a code counts on a ticket of its own contact, that of a client on one of the client's", ErrNotAllowed, t.ID)
	case t.State.Over() || t.State == policy.StateDisputed:
		return nil, fmt.Errorf("%w: %s is %s; open a new ticket", ErrNotAllowed, t.ID, t.State)
	}
	return &t, nil
}

// codeLeaf is of the kind "code": what was done to whose code, of which it says nothing.
type codeLeaf struct {
	What    policy.Code `json:"what"`
	Kind    codes.Kind  `json:"kind,omitempty"`
	Version int         `json:"version"`
	Agent   string      `json:"agent,omitempty"`
	Ticket  string      `json:"ticket,omitempty"`
	By      *By         `json:"by,omitempty"` // who set or cleared it, as the operating system says
}

// CodeStatus is who has a code, and never more of it.
type CodeStatus struct {
	Holder  string     `json:"holder"` // contact, client
	Contact string     `json:"contact,omitempty"`
	Name    string     `json:"name,omitempty"`
	Client  string     `json:"client"`
	Kind    codes.Kind `json:"kind"` // empty: none is set
	At      time.Time  `json:"at,omitzero"`
	By      string     `json:"by,omitempty"`
	Expires time.Time  `json:"expires,omitzero"`
	Used    bool       `json:"used,omitempty"`
	// LockedUntil is when a lock ends after too many wrong ones. Locked is for good,
	// until a code is set anew: the contact said no to what was done with it.
	LockedUntil time.Time `json:"locked_until,omitzero"`
	Locked      bool      `json:"locked,omitempty"`
	Restored    bool      `json:"restored,omitempty"` // it counts no longer
	Ticket      string    `json:"ticket,omitempty"`   // that tells of a change just made
}

// codeStatus says what may be known of a holder's code.
func (s *Store) codeStatus(r kv.Reader, h held) (out CodeStatus, err error) {
	out = CodeStatus{Holder: "client", Client: h.holder.Client, Name: h.name}
	if h.holder.Contact != "" {
		out.Holder, out.Name = "contact", h.contact.Name
		if len(h.contact.Addresses) > 0 {
			out.Contact = h.contact.Addresses[0]
		}
	}
	wrong, err := codes.WrongToday(r, h.holder, s.Now())
	if err != nil {
		return out, err
	}
	c, ok, err := codes.Of(r, h.holder)
	if wrong >= c.Most() {
		out.LockedUntil = codes.Midnight(s.Now())
	}
	if err != nil || !ok {
		return out, err
	}
	e, err := epochNow(r)
	out.Kind, out.At, out.By, out.Expires, out.Used = c.Kind, c.At, c.By, c.Expires, !c.Used.IsZero()
	out.Locked, out.Restored = !c.Locked.IsZero(), c.Epoch != e.Number
	return out, err
}

// CodeStatus says who has a code: one contact, or a client and all its contacts.
func (s *Store) CodeStatus(in CodeRequest, fn func(CodeStatus) error) error {
	var all []CodeStatus
	err := s.kv.View(func(v kv.View) error {
		h, err := codeOf(v, in)
		if err != nil {
			return err
		}
		one, err := s.codeStatus(v, h)
		if all = append(all, one); err != nil || h.holder.Contact != "" {
			return err
		}
		return clients.EachOf(v, h.holder.Client, func(c clients.Contact, err error) {
			if err == nil && c.Status != clients.Removed {
				if one, err := s.codeStatus(v, held{codes.Holder{Client: c.Client, Contact: c.ID}, c, ""}); err == nil {
					all = append(all, one)
				}
			}
		})
	})
	for _, one := range all {
		if err == nil {
			err = fn(one)
		}
	}
	return err
}

// codeDay is how a time is said to a contact.
func codeDay(at time.Time) string { return at.UTC().Format("2 January 2006, 15:04 UTC") }

// about names a ticket to a contact.
func (t *Ticket) about() string { return fmt.Sprintf("%s (%s)", t.ID, token.Blot(t.Subject)) }
