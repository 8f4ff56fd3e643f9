package clients

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/clean"
	"countersign/internal/kv"
)

// ClientChange is what to change of a client; nil leaves things as they are, and
// an empty list is none.
type ClientChange struct {
	Name       *string   `json:"name,omitempty"`
	Priorities *[]string `json:"priorities,omitempty"`
	Categories *[]string `json:"categories,omitempty"`
	Services   *[]string `json:"services,omitempty"`
}

const (
	maxWords  = 64  // priorities, or categories, of a client
	maxWord   = 60  // characters of one
	maxWithUs = 256 // services of a client
)

// To gives the client as the change makes it, and all that is wrong with that at
// once.
func (ch ClientChange) To(c Client) (Client, error) {
	var errs []error
	if ch.Name != nil {
		if c.Name = clean.Name(*ch.Name, maxName); c.Name == "" {
			errs = append(errs, invalid("name", "is empty"))
		}
	}
	for _, f := range []struct {
		name string
		said *[]string
		to   *[]string
	}{{"priorities", ch.Priorities, &c.Priorities}, {"categories", ch.Categories, &c.Categories}} {
		if f.said != nil {
			all, err := words(f.name, *f.said)
			errs, *f.to = append(errs, err), all
		}
	}
	if ch.Services != nil {
		all, err := services(*ch.Services)
		errs, c.Services = append(errs, err), all
	}
	return c, errors.Join(errs...)
}

// words are the desk's own words for a client, each once, whatever its case.
func words(field string, said []string) (all []string, err error) {
	for _, w := range said {
		word := clean.Name(w, maxWord+1)
		switch {
		case word == "":
		case len([]rune(word)) > maxWord || strings.ContainsAny(word, ";|"):
			err = errors.Join(err, invalid(field, `"%s": at most %d characters, without ; and |`, word, maxWord))
		case !hasWord(all, word):
			all = append(all, word)
		}
	}
	if len(all) > maxWords {
		err = errors.Join(err, invalid(field, "%d of them, at most %d are allowed", len(all), maxWords))
	}
	return all, err
}

func hasWord(all []string, word string) bool {
	return slices.ContainsFunc(all, func(w string) bool { return strings.EqualFold(w, word) })
}

// services are the names of servers and domains, as they are compared.
func services(said []string) (all []string, err error) {
	for _, s := range said {
		name, wrong := Service(s)
		switch {
		case wrong != nil:
			err = errors.Join(err, invalid("services", "%v", wrong))
		case name != "" && !slices.Contains(all, name):
			all = append(all, name)
		}
	}
	if len(all) > maxWithUs {
		err = errors.Join(err, invalid("services", "%d of them, at most %d are allowed", len(all), maxWithUs))
	}
	return all, err
}

// Priority gives a word for how urgent something is as the client's own list has
// it. A client without a list takes any.
func (c Client) Priority(word string) (string, error) {
	return ownWord("priority", word, c.Priorities, c.ID)
}

// Category gives a word for what something is about as the client's own list has
// it. A client without a list takes any.
func (c Client) Category(word string) (string, error) {
	return ownWord("category", word, c.Categories, c.ID)
}

func ownWord(field, word string, own []string, client string) (string, error) {
	if word == "" || len(own) == 0 {
		return word, nil
	}
	if i := slices.IndexFunc(own, func(w string) bool { return strings.EqualFold(w, strings.TrimSpace(word)) }); i >= 0 {
		return own[i], nil
	}
	return "", invalid(field, `"%s": client %s has its own; one of %s%s`, clean.Name(word, maxWord), client, strings.Join(own, ", "), meant(word, own))
}

// AddClient brings a client on file; see SetClient.
func AddClient(tx kv.Tx, id string, ch ClientChange, allowAlike bool, now time.Time) (next Client, warning string, err error) {
	if err := CheckReference(id); err != nil {
		return next, "", err
	}
	if _, ok, err := GetClient(tx, id); err != nil || ok {
		return next, "", errors.Join(err, invalid("client", "%s is on file already; change it with client set", id))
	}
	if ch.Name == nil {
		ch.Name = &id
	}
	return putClient(tx, Client{}, Client{ID: id, Imported: now}, ch, allowAlike, now)
}

// SetClient changes a client. One that can then be taken for another is refused,
// unless that is allowed; then warning says so, and what its people prove cools.
func SetClient(tx kv.Tx, id string, ch ClientChange, allowAlike bool, now time.Time) (next Client, warning string, err error) {
	old, ok, err := GetClient(tx, id)
	if err != nil || !ok {
		return old, "", errors.Join(err, fmt.Errorf("%w: %q", ErrNoClient, clean.Name(id, maxName)))
	}
	return putClient(tx, old, old, ch, allowAlike, now)
}

// ErrNoClient reports a client that is not on file.
var ErrNoClient = errors.New("no such client")

func putClient(tx kv.Tx, old, next Client, ch ClientChange, allowAlike bool, now time.Time) (Client, string, error) {
	next, err := ch.To(next)
	if err != nil {
		return old, "", err
	}
	text, err := takenFor(tx, old, next)
	if err != nil {
		return old, "", err
	}
	if text != "" {
		if !allowAlike { //rule:6.5 client-like-another-by-command TestSetClient/alike
			return old, "", invalid("name", "%s. Needs --allow-alike", text)
		}
		next.Alike, next.AlikeBy, text = now, "client set", text+alikeCools
	}
	return next, text, PutClient(tx, next)
}

// CheckReference says what is wrong with the reference of a client.
func CheckReference(id string) error {
	if clientForm.MatchString(id) {
		return nil
	}
	return invalid("client", `"%s": not a reference of at most 64 letters, digits, dots and dashes`, clean.Name(id, maxName))
}
