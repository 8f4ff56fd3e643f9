// Package exit names the exit codes of the program and carries an error to them.
//
// The numbers are those of sysexits.h. Only 0 means yes: a script that tests
// for success never takes a refusal, a fault or a wait for one.
package exit

import "errors"

// The exit codes.
const (
	OK          = 0  // done, or allowed
	Usage       = 64 // the command was typed wrongly
	DataErr     = 65 // the input is wrong, or an audit failed
	NoInput     = 66 // no such file, ticket or message
	Unavailable = 69 // the daemon or a server can't be reached
	Software    = 70 // a defect of this program
	IOErr       = 74 // reading or writing failed
	TempFail    = 75 // held, deferred: later may help
	NoPerm      = 77 // denied, or you may not do that
	Config      = 78 // the configuration is wrong
)

// Error is why a command ends with something else than 0, told so that a person
// knows what to do next.
type Error struct {
	Code    int    // exit code, one of the constants
	Reason  string // stable lower_snake_case code for programs, may be empty
	Message string // one sentence: what is wrong
	Try     string // what to do next, may be empty
	Err     error  // what lies beneath, may be nil; never shown if Message is set
}

// Error is Message, or what lies beneath where there is none.
func (e *Error) Error() string {
	if e.Message == "" && e.Err != nil {
		return e.Err.Error()
	}
	return e.Message
}

// Unwrap gives what lies beneath.
func (e *Error) Unwrap() error { return e.Err }

// Code is the exit code for err: OK for nil, that of the first Error in its
// chain, else Software, since an error nobody gave a code is a defect.
func Code(err error) int {
	if err == nil {
		return OK
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Code != OK {
		return e.Code
	}
	return Software
}

// Text is what a person reads on standard error: the message and, on a line of
// its own, what to try.
func Text(err error) string {
	text := "countersign: " + err.Error()
	if e, ok := errors.AsType[*Error](err); ok && e.Try != "" {
		text += "\nTry: " + e.Try
	}
	return text + "\n"
}
