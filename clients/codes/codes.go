// Package codes keeps the phone and chat codes by which an agent knows a caller:
// one for a client, one for each contact. It refuses weak ones, compares what a
// caller says, and counts what was wrong.
//
// A code is kept sealed under the key outside the store, for its holder and
// version alone, since the contact may look at it; nothing here gives it to
// anybody else, and no error, record or count says anything of it.
//
// Who may set or try one, and what a match proves, is decided in package policy;
// the ticket, its proof and who is told are in package tickets.
package codes

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
	"time"

	"countersign/internal/keys"
	"countersign/internal/kv"
)

// Kind says how a code works.
type Kind string

// The kinds. None: it was cleared.
const (
	None   Kind = ""
	Static Kind = "static"
	Once   Kind = "one-time"
	TOTP   Kind = "rotating" // RFC 6238, out of the contact's own authenticator
)

// Holder is whose code it is: a contact's or, where there is none, the client's.
type Holder struct{ Client, Contact string }

// String is the holder's place in the store.
func (h Holder) String() string {
	if h.Contact != "" {
		return "contact:" + h.Contact
	}
	return "client:" + h.Client
}

// Secret is a code, or the seed of a rotating one, as it was typed. It shows
// itself nowhere: only JSON on its way to the daemon holds it.
type Secret string

// Format writes stars, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

// Vault seals and opens codes.
type Vault struct{ Keys keys.Keys }

// New is a code to be set.
type New struct {
	Kind    Kind
	Secret  Secret // that Check has let pass
	Expires time.Time
	At      time.Time
	By      string // agent
	Epoch   int
}

// Of gives what is known of a holder's code; ok is false where there is none, or
// the contact has come to another client since.
func Of(r kv.Reader, h Holder) (c Code, ok bool, err error) {
	c, _, err = kv.Load[Code](r, codePrefix+h.String())
	return c, err == nil && c.Kind != None && c.Client == h.Client, err
}

// Set puts a code in the place of the one before.
func (v Vault) Set(tx kv.Tx, h Holder, n New) (Code, error) {
	old, _, err := kv.Load[Code](tx, codePrefix+h.String())
	if err != nil {
		return Code{}, err
	}
	c := Code{Holder: h.String(), Client: h.Client, Version: old.Version + 1, Kind: n.Kind, At: n.At, By: n.By, Epoch: n.Epoch, Expires: n.Expires}
	c.Sealed = v.Keys.Seal([]byte(n.Secret), c.about())
	return c, save(tx, c)
}

// Clear takes the code away. Its place keeps counting versions, so that no proof
// of an earlier one can count again.
func Clear(tx kv.Tx, h Holder, at time.Time, by string, epoch int) (Code, error) {
	old, _, err := kv.Load[Code](tx, codePrefix+h.String())
	if err != nil {
		return Code{}, err
	}
	c := Code{Holder: h.String(), Client: h.Client, Version: old.Version + 1, At: at, By: by, Epoch: epoch}
	return c, save(tx, c)
}

// Put writes what was changed of a code beside itself: that it was used, locked
// or told.
func Put(tx kv.Tx, c Code) error { return save(tx, c) }

func save(tx kv.Tx, c Code) error { return kv.Save(tx, codePrefix+c.Holder, c) }

// about is what the sealed code is bound to.
func (c Code) about() []byte {
	return fmt.Appendf(nil, "code %s of %s, version %d, %s", c.Holder, c.Client, c.Version, c.Kind) //rule:6.5 code-is-its-holders =[]byte("code") TestBound
}

// Matches reports whether what a caller said is the code, and for a rotating one
// its step. Where there is no code it takes as long and is never true. What can't be opened is an
// error: the key file does not fit this state.
func (v Vault) Matches(c Code, h Holder, said Secret, now time.Time) (match bool, step int64, err error) {
	there := c.Kind != None && c.Client == h.Client && c.Holder == h.String()
	none := Code{Holder: h.String(), Client: h.Client, Kind: Static}
	none.Sealed = v.Keys.Seal([]byte("nobody has this code"), none.about())
	if !there {
		c = none
	}
	plain, err := v.Keys.Open(c.Sealed, c.about())
	if err != nil {
		return false, 0, fmt.Errorf("code of %s: the key file does not fit this state: %w", c.Holder, err)
	}
	if c.Kind == TOTP {
		match, step, err = rotating(string(plain), fold(string(said)), now, c.Step)
		return match && there, step, err
	}
	want, got := sha256.Sum256([]byte(fold(string(plain)))), sha256.Sum256([]byte(fold(string(said))))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1 && there, 0, nil
}

// told is that notices of a ticket tell of a holder's code.
type told struct {
	Client  string `json:"client"`
	Contact string `json:"contact,omitempty"`
	Use     bool   `json:"use,omitempty"` // one of them that it was used
}

func (t told) holder() Holder { return Holder{t.Client, t.Contact} }

// TellBy notes that a ticket's notices tell of the holder's code: a no to any of
// them is one to the code. first says, of a use, that none of them told of one.
func TellBy(tx kv.Tx, ticket string, h Holder, use bool) (first bool, err error) {
	all, _, err := kv.Load[[]told](tx, toldPrefix+ticket)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(all, func(t told) bool { return t.holder() == h })
	if i < 0 {
		i, all = len(all), append(all, told{Client: h.Client, Contact: h.Contact})
	}
	first = use && !all[i].Use
	all[i].Use = all[i].Use || use
	return first, kv.Save(tx, toldPrefix+ticket, all)
}

// ToldBy gives whose codes a ticket's notices tell of.
func ToldBy(r kv.Reader, ticket string) (holders []Holder, err error) {
	all, _, err := kv.Load[[]told](r, toldPrefix+ticket)
	for _, t := range all {
		holders = append(holders, t.holder())
	}
	return holders, err
}

// Stands gives the code by which a proof was given for a ticket of that client,
// and whether that version of it is still its holder's, and not locked.
func Stands(r kv.Reader, holder, client string, version int, now time.Time) (c Code, stands bool, err error) {
	c, _, err = kv.Load[Code](r, codePrefix+holder)
	if err != nil {
		return c, false, err
	}
	wrong, err := wrongToday(r, holder, now)
	return c, c.Kind != None && c.Version == version && c.Client == client && c.Locked.IsZero() && wrong < c.Most(), err
}

// Asked reports whether who has such a code is to be asked for it: one is set that
// stays, or something took its place or cleared it since. Else whoever has to ask
// would take it away first.
func Asked(r kv.Reader, h Holder, since time.Time) (bool, error) {
	c, _, err := kv.Load[Code](r, codePrefix+h.String())
	if c.Client != h.Client {
		return false, err
	}
	return c.Kind == Static || c.Kind == TOTP || c.Version > 1 && c.At.After(since), err //rule:6.5 cleared-code-is-asked-for part=3 tickets.TestLeadWantsTheCode
}

// Each calls fn for every code that is set.
func Each(s kv.Viewer, fn func(Code) error) error {
	return kv.Pages(s, codePrefix, func(c Code) error {
		if c.Kind == None {
			return nil
		}
		return fn(c)
	})
}

// Reseal seals a holder's code anew, if it is not under the newest key.
func (v Vault) Reseal(tx kv.Tx, holder string) (bool, error) {
	c, ok, err := kv.Load[Code](tx, codePrefix+holder)
	if err != nil || !ok || c.Kind == None || v.Keys.Newest(c.Sealed, c.about()) {
		return false, err
	}
	plain, err := v.Keys.Open(c.Sealed, c.about())
	if err != nil {
		return false, fmt.Errorf("code of %s: the key file does not fit this state: %w", c.Holder, err)
	}
	c.Sealed = v.Keys.Seal(plain, c.about())
	return true, save(tx, c)
}
