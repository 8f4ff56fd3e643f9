package tickets

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"countersign/clients"
	"countersign/internal/clean"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// Bounds of what an agent types.
const (
	maxSubject = 120  // characters; one line
	maxRequest = 4000 // characters: a notice quotes it whole, see Options.Fits
)

// OpenRequest is what an agent opens for a customer.
type OpenRequest struct {
	Contact  string         `json:"contact"` // an address on file
	Channel  policy.Channel `json:"channel"`
	Class    policy.Class   `json:"class"`
	Subject  string         `json:"subject"`
	Request  string         `json:"request,omitempty"` // empty: the subject says it all
	Service  string         `json:"service,omitempty"` // that it is about; empty: none in particular
	Priority string         `json:"priority,omitempty"`
	Category string         `json:"category,omitempty"`
	Agent    string         `json:"agent"`
	// Lost says that the contact lost their mailbox and can't be asked: the class is
	// account-change, and two leads have to approve.
	Lost bool `json:"lost_mailbox,omitempty"`
}

func (o *OpenRequest) validate(fits func(string) error) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if o.Lost {
		errs = append(errs, o.lost())
	}
	if !o.Class.Known() {
		bad("class: %q is not a class; one of %s", o.Class, list(policy.Classes))
	}
	if !known(policy.Channels, o.Channel) {
		bad("channel: %q is not a channel; one of %s", o.Channel, list(policy.Channels))
	}
	if strings.TrimSpace(o.Subject) == "" {
		bad("subject: say what is asked and where, in one line")
	}
	var err error
	if o.Service, err = clients.Service(o.Service); err != nil {
		bad("service: %v", err)
	}
	errs = append(errs, checkText("subject", o.Subject, maxSubject), checkRequest(o.Request, fits))
	if strings.ContainsAny(o.Subject, "\r\n") {
		bad("subject: must be one line")
	}
	if err := errors.Join(errs...); err != nil {
		return &InvalidError{err}
	}
	return nil
}

// lost fills in what follows from a lost mailbox.
func (o *OpenRequest) lost() error {
	o.Class = cmp.Or(o.Class, policy.AccountChange)
	o.Channel = cmp.Or(o.Channel, policy.Phone)
	if strings.TrimSpace(o.Subject) == "" {
		o.Subject = "The mailbox on file is lost"
	}
	switch {
	case o.Class != policy.AccountChange:
		return fmt.Errorf("class: a lost mailbox is %s, and nothing else", policy.AccountChange)
	case strings.TrimSpace(o.Request) == "":
		return errors.New("request: say which address is to be put in the place of the lost one, and what shows who asks")
	}
	return nil
}

// EditRequest changes what is asked.
type EditRequest struct {
	Ticket  string       `json:"ticket"`
	Request string       `json:"request,omitempty"` // empty: as it is, and its class is said
	Class   policy.Class `json:"class,omitempty"`   // empty: as it is, or as other words ask for
	Reason  string       `json:"reason,omitempty"`  // why the class is lower than the words say
	Service *string      `json:"service,omitempty"` // nil: as it is; empty: none in particular
	Agent   string       `json:"agent"`
	// Revision is the one that the agent has seen; zero: whichever it is.
	Revision int `json:"revision,omitempty"`
}

func (e *EditRequest) validate(fits func(string) error) error {
	err := errors.Join(checkRequest(e.Request, fits), checkText("reason", e.Reason, maxReason))
	if e.Service != nil {
		name, wrong := clients.Service(*e.Service)
		if e.Service = &name; wrong != nil {
			err = errors.Join(err, fmt.Errorf("service: %w", wrong))
		}
	}
	if strings.TrimSpace(e.Request) == "" && (e.Request != "" || e.Class == "" && e.Service == nil) {
		err = errors.Join(err, errors.New("request: say what is asked now"))
	}
	if e.Class != "" && !e.Class.Known() {
		err = errors.Join(err, fmt.Errorf("class: %q is not a class; one of %s", e.Class, list(policy.Classes)))
	}
	if err != nil {
		return &InvalidError{err}
	}
	return nil
}

// An InvalidError reports input that can't be used; it names every field that is wrong.
type InvalidError struct{ Err error }

func (e *InvalidError) Error() string { return e.Err.Error() }

func (e *InvalidError) Unwrap() error { return e.Err }

// checkText demands valid UTF-8 without control characters that is not too long.
func checkText(field, s string, most int) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s: is not valid UTF-8", field)
	}
	if n := utf8.RuneCountInString(s); n > most {
		return fmt.Errorf("%s: has %d characters, at most %d are allowed", field, n, most)
	}
	if i := clean.Trick(s); i >= 0 {
		return fmt.Errorf("%s: has a control or direction character at byte %d", field, i)
	}
	return nil
}

// checkRequest demands of what an agent wrote that every notice can quote it
// whole: what the notice quoted is what is authorised.
func checkRequest(text string, fits func(string) error) error {
	err := checkText("request", text, maxRequest)
	if err != nil || fits == nil {
		return err
	}
	if err := fits(text); err != nil { //rule:6.6 request-has-to-fit TestRequestFits
		return fmt.Errorf("request: %w", err)
	}
	return nil
}

// firstWords gives as much of what a contact wrote as every notice can quote,
// and says so where that isn't all.
func (s *Store) firstWords(text string) string {
	return s.fitting(text, "\n"+policy.Cut)
}

// fitting cuts a text until every notice can quote it; more says then that it is cut.
func (s *Store) fitting(text, more string) string {
	words := excerpt(text, maxRequest, more)
	for n := maxRequest; n > 100 && s.opt.Fits != nil && s.opt.Fits(words) != nil; n -= n / 8 {
		words = excerpt(text, n, more)
	}
	return words
}

func known[T comparable](all []T, v T) bool {
	for _, a := range all {
		if a == v {
			return true
		}
	}
	return false
}

func list[T ~string](all []T) string {
	var b []string
	for _, a := range all {
		b = append(b, string(a))
	}
	return strings.Join(b, ", ")
}

// oneLine cleans a line that somebody else wrote and cuts it to maxSubject characters.
func oneLine(s string) string { return clean.Line(s, maxSubject) }

// excerpt cuts s to at most n bytes, with what says so.
func excerpt(s string, n int, more string) string {
	if len(s) <= n {
		return s
	}
	return clean.Cut(s, n-len(more)) + more
}

func canonical(addr string) (string, error) { return rawmail.Canonical(addr) }
