package external

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Result is what a check came to, in our words.
type Result string

// The results.
const (
	Passed  Result = "passed"
	Failed  Result = "failed"
	Neither Result = "" // it goes on, or this says nothing of it
)

// Facts are what a webhook says of a check.
type Facts struct {
	Event     string
	Reference string // empty: it is of no check of ours
	Contact   string
	Result    Result
	Said      string // the result in their words
	At        time.Time
}

// maxFact bounds each fact, in bytes.
const maxFact = 500

// Read finds the facts in the body of a webhook whose signature is genuine. Of one
// without a reference nothing else is read: the product checks others, too. The
// error names the path and never what stands there.
func (p Paths) Read(body []byte) (f Facts, err error) {
	root, err := object(body)
	if err != nil {
		return f, errors.New("it is no JSON object, or one in which a member stands twice")
	}
	if f.Reference, err = text(root, p.Reference, false); err != nil || f.Reference == "" {
		return f, err
	}
	if p.Event != "" {
		if f.Event, err = text(root, p.Event, true); err != nil {
			return f, err
		}
	}
	if p.Contact != "" {
		if f.Contact, err = text(root, p.Contact, true); err != nil {
			return f, err
		}
	}
	if f.Said, err = text(root, p.Result, true); err != nil {
		return f, err
	}
	switch {
	case slices.Contains(p.Failed, f.Said): // what is in both lists is no pass
		f.Result = Failed
	case slices.Contains(p.Passed, f.Said):
		f.Result = Passed
	}
	said, err := text(root, p.At, true)
	if err != nil {
		return f, err
	}
	var ok bool
	if f.At, ok = moment(said); !ok {
		return f, fmt.Errorf("%s: is no time (RFC 3339, or seconds since 1970)", p.At)
	}
	return f, nil
}

// CheckPath says what is wrong with a path, "" if nothing.
func CheckPath(path string) string {
	if path == "" || len(path) > 200 || slices.Contains(strings.Split(path, "."), "") {
		return `is not a path, such as "data.object.metadata.reference": names of members with dots between them`
	}
	return ""
}

// text gives the string, number or bool at path, as it is written. needed makes it
// an error that nothing is there.
func text(root map[string]json.RawMessage, path string, needed bool) (string, error) {
	names := strings.Split(path, ".")
	at := root
	for i, name := range names {
		raw, ok := at[name]
		switch {
		case !ok || string(raw) == "null":
			if needed {
				return "", fmt.Errorf("%s: is not there", path)
			}
			return "", nil
		case i == len(names)-1:
			s, err := scalar(raw)
			if err != nil {
				return "", fmt.Errorf("%s: %w", path, err)
			}
			if s == "" && needed {
				return "", fmt.Errorf("%s: is empty", path)
			}
			return s, nil
		}
		next, err := object(raw)
		if err != nil {
			return "", fmt.Errorf("%s: %s holds no members, or one twice", path, strings.Join(names[:i+1], "."))
		}
		at = next
	}
	return "", nil
}

func scalar(raw json.RawMessage) (string, error) {
	var s string
	switch raw[0] {
	case '{', '[':
		return "", errors.New("is neither a text nor a number")
	case '"':
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", errors.New("is no text")
		}
	default:
		s = string(raw)
	}
	if len(s) > maxFact {
		return "", fmt.Errorf("is longer than %d bytes", maxFact)
	}
	return s, nil
}

// object reads the members of a JSON object, which is all there is. One name twice
// is refused: two readers would take two values for it.
func object(raw []byte) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("no object")
	}
	out := map[string]json.RawMessage{}
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errors.New("no member")
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		if _, twice := out[name]; twice {
			return nil, errors.New("a member stands twice")
		}
		out[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something behind it")
	}
	return out, nil
}

// moment reads RFC 3339, or seconds since 1970, of which a fraction is left out.
func moment(s string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), true
	}
	whole, part, _ := strings.Cut(s, ".")
	t, ok := seconds(whole)
	if _, err := strconv.ParseUint("0"+part, 10, 63); err != nil || !ok {
		return time.Time{}, false
	}
	return t, true
}
