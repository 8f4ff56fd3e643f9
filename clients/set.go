package clients

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"countersign/clients/onfile"
	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/internal/near"
	"countersign/internal/rawmail"
)

// Change is what to change of a contact; nil and empty leave things as they are.
type Change struct {
	AddAddresses    []string      `json:"add_addresses,omitempty"`
	RemoveAddresses []string      `json:"remove_addresses,omitempty"`
	First           string        `json:"first,omitempty"` // the address that gets our mail, one that is on file then
	Name            *string       `json:"name,omitempty"`
	Role            *Role         `json:"role,omitempty"`
	Permissions     *[]Permission `json:"permissions,omitempty"` // all that there are then
	Language        *string       `json:"language,omitempty"`
	Zone            *string       `json:"zone,omitempty"`
	// AllowShared lets an address be added that another contact has, who keeps it.
	AllowShared bool `json:"allow_shared,omitempty"`
	// By says by which write it is done.
	By string `json:"-"`
}

// Empty reports whether it changes nothing.
func (ch Change) Empty() bool {
	return len(ch.AddAddresses)+len(ch.RemoveAddresses) == 0 && ch.First == "" && ch.Name == nil && ch.Role == nil && ch.Permissions == nil &&
		ch.Language == nil && ch.Zone == nil && !ch.AllowShared
}

// ErrInvalid reports what can't be written of a contact: which field, and why.
var ErrInvalid = errors.New("invalid")

func invalid(field, format string, args ...any) error {
	return fmt.Errorf("%w %s: %s", ErrInvalid, field, fmt.Sprintf(format, args...))
}

// To gives the contact as the change makes it, and all that is wrong with that at
// once. What they newly may, and an address that is new or newly the first, is
// dated now, so that it cools; an address of the desk or of staff is refused.
func (ch Change) To(r kv.Reader, old Contact, now time.Time, desk onfile.Desk) (Contact, error) {
	next := old
	next.Addresses = slices.Clone(old.Addresses)
	err := errors.Join(ch.addresses(r, &next, desk), ch.words(&next))
	if err == nil && next.Role != old.Role {
		if full, failed := crowded(r, next); failed != nil || full {
			err = errors.Join(failed, invalid("role", "client %s has %d primary contacts; at most so many are allowed", next.Client, maxPrimaries))
		}
	}
	if err != nil {
		return old, err
	}
	ImportOptions{Now: now, By: ch.By}.date(&next, old, true, false)
	return next, nil
}

func (ch Change) addresses(r kv.Reader, next *Contact, desk onfile.Desk) error {
	var errs []error
	canonical := func(field, a string) string {
		addr, err := rawmail.Canonical(strings.TrimSpace(a))
		if err != nil {
			errs = append(errs, invalid(field, `"%s": not an address`, clean.Name(a, maxName)))
		}
		return addr
	}
	for _, a := range ch.AddAddresses {
		if addr := canonical("address", a); addr != "" && !slices.Contains(next.Addresses, addr) {
			errs = append(errs, free(r, addr, next.ID, desk, ch.AllowShared))
			next.Addresses = append(next.Addresses, addr)
		}
	}
	for _, a := range ch.RemoveAddresses {
		addr := canonical("address", a)
		if i := slices.Index(next.Addresses, addr); i >= 0 {
			next.Addresses = slices.Delete(next.Addresses, i, i+1)
		} else if addr != "" {
			errs = append(errs, invalid("address", "%s is not on file for this contact%s", addr, meant(addr, next.Addresses)))
		}
	}
	if ch.First != "" {
		addr := canonical("first", ch.First)
		if i := slices.Index(next.Addresses, addr); i >= 0 {
			next.Addresses = slices.Insert(slices.Delete(next.Addresses, i, i+1), 0, addr)
		} else if addr != "" {
			errs = append(errs, invalid("first", "%s is not on file for this contact; add it, too", addr))
		}
	}
	switch n := len(next.Addresses); {
	case n == 0 && len(errs) == 0:
		errs = append(errs, invalid("address", "that was the only one; add another, or remove the contact"))
	case n > maxAddresses:
		errs = append(errs, invalid("address", "%d of them, at most %d are allowed", n, maxAddresses))
	}
	return errors.Join(errs...)
}

// free demands that an address is nobody else's, or may be shared. That it may
// lead to staff is said in the same words wherever it is tried.
func free(r kv.Reader, addr, contact string, desk onfile.Desk, share bool) error {
	is, err := desk.IsStaff(r, addr)
	if err != nil {
		return err
	}
	if is {
		return invalid("address", "%s is an address of staff, or may reach staff; an agent must not be able to confirm", addr)
	}
	all, err := having(r, addr)
	if err != nil || share || slices.ContainsFunc(all, func(c Contact) bool { return c.ID == contact && c.Status != Removed }) { //rule:6.5 sharing-is-asked =true TestSharing/set-unsaid
		return err
	}
	all = slices.DeleteFunc(all, func(c Contact) bool { return c.ID == contact }) // who is brought back
	for _, c := range all {
		if c.Status == Removed && len(all) == 1 {
			return invalid("address", "%s is that of contact %s of client %s, who was removed; an import may move it (--allow-move), or both may have it (--allow-shared)", addr, c.ID, c.Client)
		}
		if c.Status != Removed {
			return invalid("address", "%s is already on file for client %s (contact %s). Needs --allow-shared, for both to have it", addr, c.Client, c.ID)
		}
	}
	if len(all) > 0 {
		return invalid("address", "%s is that of contacts who were removed (%s). Needs --allow-shared", addr, names(all))
	}
	return nil
}

// meant says which of the names was perhaps meant.
func meant(word string, names []string) string { return didYouMean(near.Of(word, names)) }

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return ". Did you mean " + name + "?"
}

func (ch Change) words(c *Contact) error {
	var errs []error
	if ch.Name != nil {
		if c.Name = clean.Name(*ch.Name, maxName); c.Name == "" {
			errs = append(errs, invalid("name", "is empty"))
		}
	}
	if ch.Role != nil {
		c.Role = Role(lower(string(*ch.Role)))
		errs = append(errs, checkRole(c.Role))
	}
	if ch.Language != nil {
		c.Language = *ch.Language
		errs = append(errs, checkLanguage(c.Language))
	}
	if ch.Zone != nil {
		c.Zone = *ch.Zone
		if err := checkZone(c.Zone); err != nil {
			errs = append(errs, invalid("zone", "%v", err))
		}
	}
	if ch.Permissions != nil {
		var names []string
		for _, p := range *ch.Permissions {
			names = append(names, string(p))
		}
		all, wrong := ParsePermissions(names)
		c.Permissions = all
		for _, err := range wrong {
			errs = append(errs, invalid("permissions", "%v", err))
		}
	}
	return errors.Join(errs...)
}

func checkRole(r Role) error {
	if r == Primary || r == Authorised {
		return nil
	}
	return invalid("role", `"%s": not primary or authorised%s`, clean.Name(string(r), maxName), meant(string(r), []string{string(Primary), string(Authorised)}))
}

func checkLanguage(l string) error {
	if l == "" {
		return nil
	}
	if _, err := language.Parse(l); err == nil && languageForm.MatchString(l) { // its subtags are registered
		return nil
	}
	return invalid("language", `"%s": not a language such as en or pt-BR%s`, clean.Name(l, maxName), didYouMean(languages[near.Of(lower(l), slices.Sorted(maps.Keys(languages)))]))
}

// languages are those that are guessed at, by their names in English.
var languages = map[string]string{
	"arabic": "ar", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "finnish": "fi", "french": "fr", "german": "de",
	"greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu", "italian": "it", "japanese": "ja", "korean": "ko", "norwegian": "nb",
	"polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru", "spanish": "es", "swedish": "sv", "turkish": "tr", "ukrainian": "uk",
}

// Set changes an active contact; see Change.To.
func Set(tx kv.Tx, id string, ch Change, now time.Time, desk onfile.Desk) (Contact, error) {
	old, ok, err := Get(tx, id)
	if err != nil {
		return old, err
	}
	if !ok || old.Status == Removed {
		return old, fmt.Errorf("no active contact %q", id)
	}
	next, err := ch.To(tx, old, now, desk)
	if err != nil {
		return old, err
	}
	return next, putter(ch.AllowShared)(tx, next)
}

// ByCommand is in the place of an import's id where contacts come by command.
const ByCommand = "contact add"

// Add brings a new contact on file, whose addresses, name, role, permissions,
// language and zone are in c. Where filling is said, and they are among the
// client's first contacts, first is true: nothing of theirs cools. Who was removed
// and has the first of these addresses is brought back, as old; all of theirs is
// new. share lets others have these addresses, too; then all of theirs cools. by says by
// which write it is done.
func Add(tx kv.Tx, c Contact, filling, share bool, now time.Time, by string, desk onfile.Desk, ticketed func(kv.Reader, string) (time.Time, error)) (old, next Contact, first bool, err error) {
	client, ok, err := GetClient(tx, c.Client)
	if err != nil {
		return old, c, false, err
	}
	if !ok {
		return old, c, false, invalid("client", `"%s": no such client`, clean.Name(c.Client, maxName))
	}
	if old, err = removed(tx, c); err != nil {
		return old, c, false, err
	}
	if c.Role == "" {
		c.Role = Authorised
	}
	if c.Name == "" && len(c.Addresses) > 0 {
		c.Name = strings.TrimSpace(c.Addresses[0])
	}
	ch := Change{AddAddresses: c.Addresses, Name: &c.Name, Role: &c.Role, Permissions: &c.Permissions, Language: &c.Language, Zone: &c.Zone, AllowShared: share}
	if next, err = ch.To(tx, Contact{ID: old.ID, Client: c.Client, Status: Active}, now, desk); err != nil {
		return old, c, false, err
	}
	opt := ImportOptions{Now: now, By: by, Import: ByCommand, Ticketed: ticketed}
	if filling {
		if first, err = opt.first(tx, client); err != nil {
			return old, c, false, err
		}
	}
	if client.Filled.IsZero() {
		client.Filled, client.FilledBy = now, ByCommand
		if err := PutClient(tx, client); err != nil {
			return old, c, false, err
		}
	}
	if next.Added = old.Added; old.ID == "" {
		n, err := kv.Counter(tx, counter)
		if err != nil {
			return old, c, false, err
		}
		next.ID, next.Added = fmt.Sprintf("c-%d", n), now
	}
	shared, err := next.shares(tx)
	if err != nil {
		return old, c, false, err
	}
	counts := first && !shared //rule:6.5 shared-is-new-to-the-second =first TestSharing/added
	opt.date(&next, old, old.ID != "", counts)
	return old, next, first && old.ID == "", putter(share)(tx, next)
}

// removed gives who of the same client was removed and had the first address of c;
// the zero contact if nobody.
func removed(r kv.Reader, c Contact) (Contact, error) {
	if len(c.Addresses) == 0 {
		return Contact{}, nil
	}
	addr, err := rawmail.Canonical(strings.TrimSpace(c.Addresses[0]))
	if err != nil { // which is said with all that is wrong
		return Contact{}, nil
	}
	all, err := having(r, addr)
	for _, was := range all {
		if was.Status == Removed && was.Client == c.Client {
			return was, err
		}
	}
	return Contact{}, err
}

// Remove takes the contact's rights and keeps the record: mail from a removed
// contact is known as such.
func Remove(tx kv.Tx, id string, now time.Time) (Contact, error) {
	c, ok, err := Get(tx, id)
	if err != nil || !ok || c.Status == Removed {
		return c, errors.Join(err, fmt.Errorf("no active contact %q", id))
	}
	c.Status, c.Ended = Removed, now
	return c, PutContact(tx, c)
}
