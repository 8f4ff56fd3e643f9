package clients

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"countersign/internal/kv"
)

// What agents see of a person is a name, and a name can be had by anybody. Names
// that look the same are found by keys that hold ids, a line each:
//
//	called/SKELETON           clients whose reference or name looks so, or did once
//	named/<client>/SKELETON   contacts of the client whose name looks so

// maxSkeleton bounds what of a skeleton counts, in bytes: one character of a
// name may become many.
const maxSkeleton = 512

// skeleton is the same for names that look alike: neither case nor width,
// accents, blanks or punctuation count. It is "" for what has no letter or digit.
func skeleton(name string) string {
	s := outline(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, norm.NFKD.String(strings.ToLower(name))))
	return s[:min(len(s), maxSkeleton)]
}

// called gives the keys of a client.
func (c Client) called() (keys []string) {
	for _, name := range []string{c.ID, c.Name} {
		if s := skeleton(name); s != "" && !slices.Contains(keys, calledPrefix+s) {
			keys = append(keys, calledPrefix+s)
		}
	}
	return keys
}

// named gives the key of a contact; "" where they have no name of their own.
func (c Contact) named() string {
	s := skeleton(c.Name)
	if s == "" || strings.ContainsRune(c.Name, '@') {
		return ""
	}
	return namedPrefix + c.Client + "/" + s
}

// NamedAlike returns a client on file, other than c, for which c could be taken,
// be it by a name that the other one had before.
func NamedAlike(r kv.Reader, c Client) (other Client, ok bool, err error) {
	return alike(r, c.called(), c.ID, GetClient)
}

// namesake returns a contact of the same client, other than c, for whom c could be taken.
func namesake(r kv.Reader, c Contact) (other Contact, ok bool, err error) {
	if c.named() == "" {
		return other, false, nil
	}
	return alike(r, []string{c.named()}, c.ID, Get)
}

func alike[T any](r kv.Reader, keys []string, own string, get func(kv.Reader, string) (T, bool, error)) (other T, ok bool, err error) {
	for _, key := range keys {
		ids, err := listed(r, key)
		if err != nil {
			return other, false, err
		}
		for _, id := range ids {
			if id != own {
				return get(r, id)
			}
		}
	}
	return other, false, nil
}

// rename brings the index of keys up to date for one who had old and has now.
func rename(tx kv.Tx, id string, old, now []string) error {
	var errs []error
	for _, key := range old {
		if key != "" && !slices.Contains(now, key) {
			errs = append(errs, indexed(tx, key, id, false, maxAlike))
		}
	}
	for _, key := range now {
		if key != "" {
			errs = append(errs, indexed(tx, key, id, true, maxAlike))
		}
	}
	return errors.Join(errs...)
}

// alikeCools is what follows where a client may look like another one.
const alikeCools = "; what its contacts confirm counts after the cooling time"

// takenFor says for which other client on file agents could take a client; "" if
// for none. What it was called before is no news.
func takenFor(r kv.Reader, old, next Client) (text string, err error) {
	other, is, err := NamedAlike(r, next)
	if err != nil || !is || old.ID != "" && skeleton(old.Name) == skeleton(next.Name) {
		return "", err
	}
	looks := "looks like"
	if now := other.called(); !slices.ContainsFunc(next.called(), func(key string) bool { return slices.Contains(now, key) }) {
		looks = "has a name that was that of"
	}
	return fmt.Sprintf("%s (%s) %s client %s (%s), which is on file", next.ID, next.Name, looks, other.ID, other.Name), nil
}

// taken judges whether the client of a row looks like another one.
func (opt ImportOptions) taken(tx kv.Tx, r row, old, next Client, o *outcome) (is bool, err error) {
	text, err := takenFor(tx, old, next)
	if err != nil || text == "" {
		return false, err
	}
	if !opt.AllowAlike { //rule:6.5 client-like-another TestNamedAlike/name
		o.problem(r, "client", "%s. Needs --allow-alike", text)
		return true, nil
	}
	o.warnings = append(o.warnings, Problem{Line: r.line, Column: "client", Text: text + alikeCools})
	return true, nil
}
