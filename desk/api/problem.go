package api

import (
	"errors"
	"net/http"
	"strings"

	"countersign/clients"
	"countersign/clients/delegates"
	"countersign/internal/exit"
	"countersign/mailer"
	"countersign/tickets"
	"countersign/tickets/approvals"
	"countersign/tickets/ledger"
)

// Problem is a refusal (RFC 9457). Exit is the code a command ends with.
type Problem struct {
	Type   string `json:"type"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Title  string `json:"title"`
	Try    string `json:"try,omitempty"`
	Exit   int    `json:"exit"`
}

// status gives the HTTP status for an exit code.
var status = map[int]int{
	exit.Usage: http.StatusBadRequest, exit.DataErr: http.StatusUnprocessableEntity, exit.NoInput: http.StatusNotFound,
	exit.NoPerm: http.StatusForbidden, exit.TempFail: http.StatusServiceUnavailable, exit.Unavailable: http.StatusServiceUnavailable,
}

// known gives the exit code, reason code and advice for errors of the packages beneath.
var known = []struct {
	err         error
	code        int
	reason, try string
}{
	{tickets.ErrNoTicket, exit.NoInput, "no_such_ticket", "countersign ticket list"},
	{approvals.ErrNone, exit.NoInput, "no_such_approval", "countersign approval list"},
	{delegates.ErrNone, exit.NoInput, "no_such_delegation", "countersign delegate list"},
	{tickets.ErrNoContact, exit.NoInput, "no_such_contact", "countersign contact list"},
	{tickets.ErrNoClient, exit.NoInput, "no_such_client", "countersign client list"},
	{tickets.ErrNoAgent, exit.NoInput, "no_such_agent", "countersign agent list"},
	{tickets.ErrNoCode, exit.NoInput, "code_not_set", ""},
	{tickets.ErrNotAllowed, exit.NoPerm, "not_allowed", ""},
	{tickets.ErrObserving, exit.NoPerm, "observing", "set mode = \"act\" for the mailbox that shall ask"},
	{ledger.ErrNotHeld, exit.NoInput, "not_held", "countersign mailbox status"},
	{tickets.ErrHead, exit.IOErr, "head_not_kept", "let the daemon's user write beside the key file"},
	{tickets.ErrImporting, exit.TempFail, "importing", "the same again, when it has ended: countersign contact imports"},
	{tickets.ErrClock, exit.TempFail, "clock_jumped", "set the clock right, then systemctl restart countersign"},
	{mailer.ErrTooLong, exit.DataErr, "request_too_long", "say it in fewer words"},
}

// Explain turns an error of the packages beneath into one with an exit code.
func explain(err error) *exit.Error {
	if e, ok := errors.AsType[*exit.Error](err); ok {
		return e
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			return &exit.Error{Code: k.code, Reason: k.reason, Message: sentence(err, k.err), Try: k.try, Err: err}
		}
	}
	if _, ok := errors.AsType[*clients.SharedError](err); ok {
		return &exit.Error{Code: exit.Usage, Reason: "shared_address", Message: err.Error(), Try: "the same with --contact and the id of one of them", Err: err}
	}
	if _, ok := errors.AsType[*tickets.InvalidError](err); ok {
		return &exit.Error{Code: exit.Usage, Reason: "invalid", Message: err.Error(), Err: err}
	}
	return &exit.Error{Code: exit.IOErr, Reason: "store", Message: err.Error(), Err: err}
}

// sentence is what an error says, as a sentence where it begins with what kind it is.
func sentence(err, kind error) string {
	text := err.Error()
	if strings.HasPrefix(text, kind.Error()) {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return text
}

func problemOf(err error) Problem {
	e := explain(err)
	p := Problem{Type: "about:blank", Status: status[e.Code], Code: e.Reason, Title: e.Error(), Try: e.Try, Exit: e.Code}
	if p.Status == 0 {
		p.Status = http.StatusInternalServerError
	}
	return p
}
