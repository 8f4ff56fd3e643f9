package tickets

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// ContactChange is what somebody wants to change of a contact on file.
type ContactChange struct {
	Contact string `json:"contact"` // an address on file, or the contact's id
	clients.Change
	Ticket string `json:"ticket,omitempty"` // whose allow it uses, where it widens who can prove
	Undo   string `json:"undo,omitempty"`   // a disputed ticket, what was done by which is taken back, and nothing else done
	Agent  string `json:"agent,omitempty"`
	DryRun bool   `json:"dry_run,omitempty"`
}

// NewContact is a contact to bring on file.
type NewContact struct {
	Client      string               `json:"client"`
	Addresses   []string             `json:"addresses"`
	Name        string               `json:"name,omitempty"`
	Role        clients.Role         `json:"role,omitempty"`
	Permissions []clients.Permission `json:"permissions,omitempty"`
	Language    string               `json:"language,omitempty"`
	Zone        string               `json:"zone,omitempty"`
	AllowShared bool                 `json:"allow_shared,omitempty"` // others may have the addresses, too
	Ticket      string               `json:"ticket,omitempty"`
	Agent       string               `json:"agent,omitempty"`
	DryRun      bool                 `json:"dry_run,omitempty"`
}

// ContactChanged is what became of it.
type ContactChanged struct {
	Contact  clients.Contact  `json:"contact"`
	Ticket   string           `json:"ticket,omitempty"` // where it is on record and may be objected to
	Widens   []string         `json:"widens,omitempty"` // what they newly have
	Kept     []string         `json:"kept,omitempty"`   // what an undo leaves, as it was changed since
	Told     int              `json:"told"`             // mails that tell of it
	Cools    []policy.Cooling `json:"cools,omitempty"`
	Warnings []policy.Reason  `json:"warnings,omitempty"`
	DryRun   bool             `json:"dry_run,omitempty"`
}

// SetContact changes a contact. What widens who can prove or approve names the
// account-change ticket whose allow it uses; see mayUse. All else takes a lead, and
// so does it to take back what was objected to; see undo.
func (d *Directory) SetContact(by By, in ContactChange) (ContactChanged, error) {
	if in.Undo != "" && (in.Ticket != "" || !in.Change.Empty()) {
		return ContactChanged{}, &InvalidError{errors.New("undo: it takes back what was done, and names nothing else to change")}
	}
	return d.changeContact(by, "contact set", in.Agent, in.DryRun, func(tx kv.Tx) (out ContactChanged, err error) {
		if in.Undo != "" {
			return d.undo(tx, by, in)
		}
		old, err := activeContact(tx, in.Contact)
		if err != nil {
			return out, err
		}
		primary, _, err := clients.PrimaryOf(tx, old.Client)
		if err != nil {
			return out, err
		}
		t, err := d.s.mayUse(tx, by, in.Ticket, in.Agent)
		if err != nil {
			return out, err
		}
		in.By = byCommand("contact set", by, in.Agent, in.Ticket)
		next, err := clients.Set(tx, old.ID, in.Change, d.s.Now(), d.s.desk())
		if err != nil {
			return out, err
		}
		return d.write1(tx, by, written{old: old, next: next, primary: primary, ticket: t, agent: in.Agent})
	})
}

// AddContact brings a contact on file. A client that has none yet gets its first
// ones by an administrator as by an import; any other takes a ticket of the client.
func (d *Directory) AddContact(by By, in NewContact) (ContactChanged, error) {
	return d.changeContact(by, "contact add", in.Agent, in.DryRun, func(tx kv.Tx) (out ContactChanged, err error) {
		primary, _, err := clients.PrimaryOf(tx, in.Client)
		if err != nil {
			return out, err
		}
		t, err := d.s.mayUse(tx, by, in.Ticket, in.Agent)
		if err != nil {
			return out, err
		}
		admin, err := d.s.administers(tx, by, in.Agent)
		if err != nil {
			return out, err
		}
		old, next, first, err := clients.Add(tx, clients.Contact{Client: in.Client, Addresses: in.Addresses, Name: in.Name, Role: in.Role,
			Permissions: in.Permissions, Language: in.Language, Zone: in.Zone}, admin && in.Ticket == "", in.AllowShared, d.s.Now(),
			byCommand("contact add", by, in.Agent, in.Ticket), d.s.desk(), ticketed)
		if err != nil {
			return out, err
		}
		if first {
			return ContactChanged{Contact: next}, nil
		}
		return d.write1(tx, by, written{old: old, next: next, primary: primary, ticket: t, agent: in.Agent})
	})
}

// RemoveContact takes a contact off the file, who is known by an address or their
// id. Nothing is proved by them from then on, and no question of ours to them can
// be answered but by a no.
func (d *Directory) RemoveContact(by By, address, agent string, dryRun bool) (ContactChanged, error) {
	var old clients.Contact
	out, err := d.changeContact(by, "contact remove", agent, dryRun, func(tx kv.Tx) (out ContactChanged, err error) {
		old, err = activeContact(tx, address)
		if err != nil {
			return out, err
		}
		primary, _, err := clients.PrimaryOf(tx, old.Client)
		if err != nil {
			return out, err
		}
		next, err := clients.Remove(tx, old.ID, d.s.Now())
		if err != nil {
			return out, err
		}
		gone := by
		gone.Agent = agent
		if err := d.s.dropCode(tx, next, gone); err != nil {
			return out, err
		}
		return d.write1(tx, by, written{old: old, next: next, primary: primary, agent: agent})
	})
	if err == nil {
		out.Warnings, err = d.s.missed(old)
	}
	return out, err
}

// written is a contact that was written, in the transaction that it is judged in.
type written struct {
	old, next clients.Contact
	primary   string // of the client, before
	ticket    Ticket // whose allow it uses; none has no ID
	agent     string
}

// write1 judges whether that may be written, notes it on its ticket and leaves it
// to be told. An error takes all of it back.
func (d *Directory) write1(tx kv.Tx, by By, w written) (out ContactChanged, err error) {
	s := d.s
	if w.old.Status == clients.Removed { // nothing of theirs is left
		w.old = clients.Contact{ID: w.old.ID, Client: w.old.Client, Status: clients.Removed}
	}
	out = ContactChanged{Contact: w.next, Widens: w.old.Widens(w.next, s.Now())}
	what := s.fitting(describe(w.old, w.next), cutShort)
	if len(out.Widens) > 0 && w.ticket.ID == "" { //rule:6.5 widening-names-its-ticket TestWidening/no-ticket
		return out, fmt.Errorf("%w: this widens who can prove or approve for client %s (%s): name an allowed account-change ticket of theirs, with --ticket", ErrNotAllowed, w.next.Client, hideAddresses(strings.Join(out.Widens, ", ")))
	}
	if w.ticket.ID == "" {
		if by, err = s.mayNarrow(tx, by, w.agent); err != nil {
			return out, err
		}
	}
	if w.unchanged() {
		return out, nil
	}
	var t Ticket
	if w.ticket.ID != "" {
		t, err = s.useTicket(tx, w, what)
	} else {
		t, err = s.narrow(tx, by, w, what)
	}
	if err != nil {
		return out, err
	}
	to, err := whoHears(tx, w.old, w.next, w.primary)
	if err != nil {
		return out, err
	}
	for _, told := range to {
		if told.Contact == w.next.ID {
			t.Change.Old = append(t.Change.Old, told.Address)
		}
	}
	out.Ticket, out.Told = t.ID, len(to)
	return out, errors.Join(s.keepUndo(tx, &t, w), s.tellChanged(tx, &t, to, what), save(tx, t))
}

// unchanged reports whether nothing was written that was not so before.
func (w written) unchanged() bool {
	a, b := w.old, w.next
	return a.ID == b.ID && a.Status == b.Status && a.Name == b.Name && a.Role == b.Role && a.Language == b.Language && a.Zone == b.Zone &&
		slices.Equal(a.Addresses, b.Addresses) && slices.Equal(a.Permissions, b.Permissions)
}

// byCommand says by which write something came on file.
func byCommand(what string, by By, agent, ticket string) string {
	text := what + " by " + cmp.Or(agent, by.String())
	if ticket != "" {
		text += ", " + ticket
	}
	return text
}

// changeContact writes one change of a contact, or tries it. Before it says anything
// of whoever is on file it asks who asks.
func (d *Directory) changeContact(by By, why, agent string, dryRun bool, change func(kv.Tx) (ContactChanged, error)) (out ContactChanged, err error) {
	if err := d.s.opt.Watch.check(); err != nil {
		return out, err
	}
	own, err := d.s.own()
	if err != nil {
		return out, err
	}
	fn := func(tx kv.Tx) error {
		if err := d.s.known(tx, by, agent); err != nil { //rule:8 who-asks-is-asked-first TestAskedFirst
			return err
		}
		one, err := change(tx)
		if err == nil {
			one.Cools, err = d.Cools(tx, one.Contact)
		}
		if err == nil {
			one.Warnings, err = d.s.reasonsOf(tx, one.Contact, own)
		}
		one.DryRun = dryRun
		out = one
		return err
	}
	if dryRun {
		err = kv.DryRun(d.s.kv, fn)
	} else {
		err = d.write(by, why, fn)
	}
	if errors.Is(err, clients.ErrInvalid) {
		err = &InvalidError{err}
	}
	if err != nil {
		out = ContactChanged{}
	}
	return out, err
}

// activeContact finds a contact by an address on file or by their id.
func activeContact(r kv.Reader, who string) (c clients.Contact, err error) {
	ok := false
	if strings.Contains(who, "@") {
		var addr string
		if addr, err = canonical(strings.TrimSpace(who)); err != nil {
			return c, fmt.Errorf("%w: %s", ErrNoContact, err)
		}
		c, ok, err = clients.ByAddress(r, addr)
	} else {
		c, ok, err = clients.Get(r, who)
	}
	switch {
	case err != nil:
	case !ok:
		err = fmt.Errorf("%w: %s", ErrNoContact, oneLine(who))
	case c.Status == clients.Removed:
		err = fmt.Errorf("%w: %s was removed", ErrNoContact, oneLine(who))
	}
	return c, err
}
