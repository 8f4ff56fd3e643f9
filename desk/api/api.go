// Package api is what the daemon answers on its socket, and the client that the
// command line uses. An operation is named as on the command line:
// `ticket open` is POST /api/v1/ticket/open with one JSON object. Answers are
// one JSON object, or JSON lines for lists; refusals are problem objects (RFC
// 9457) whose code is the reason code.
//
// Where no daemon runs, the same handler is called in process, so there is one
// way in and one place that says who may do what.
package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/gateway"
	"countersign/internal/exit"
	"countersign/internal/kv"
	"countersign/staff"
	"countersign/tickets"
)

// Prefix stands before every operation's name in a URL.
const Prefix = "/api/v1/"

// Server carries operations out.
type Server struct {
	Store   *tickets.Store
	Gateway *gateway.Gateway
	Log     zerolog.Logger
	Status  func() Status // of the running daemon; nil in process
	Rotate  func(tickets.By) (tickets.Resealed, error)
	// Products are the other systems that check people.
	Products []Product
	Rules    func() RulesNow                    // in force
	Reload   func(tickets.By) (Reloaded, error) // of the running daemon; nil in process

	once              sync.Once
	arriving, working *budget       // of large requests; made once
	grace, patience   time.Duration // zero: the constants of these names
	unread            time.Duration
}

// Caller is who asks, as the operating system says.
type Caller struct {
	UID   int
	Owner bool         // root or the daemon's own user: everything
	Agent *staff.Agent // whose Unix user the caller is
	now   time.Time
}

func (c Caller) may(role staff.Role) bool {
	return c.Owner || c.Agent != nil && c.Agent.Has(role, c.now) && !c.now.Before(c.Agent.KnownFrom())
}

// as gives the agent in whose name the caller acts: the one named, if the
// caller is that agent or needs to be nobody.
func (c Caller) as(id string) (string, error) {
	switch {
	case c.Owner && id != "":
		return id, nil
	case c.Agent != nil && (id == "" || id == c.Agent.ID):
		return c.Agent.ID, nil
	case id == "":
		return "", &exit.Error{Code: exit.Usage, Reason: "agent_missing", Message: "Say who you are.", Try: "add --agent ID"}
	}
	return "", &exit.Error{Code: exit.NoPerm, Reason: "not_that_agent",
		Message: fmt.Sprintf("Your Unix user is not that of agent %q.", id), Try: "leave --agent out, or ask an administrator"}
}

// operation is one thing that can be asked for.
type operation struct {
	role staff.Role // the least that may
	run  func(ctx context.Context, s *Server, c Caller, body []byte, w io.Writer) error
}

// one makes an operation that takes an object and answers an object.
func one[In, Out any](role staff.Role, fn func(context.Context, *Server, Caller, In) (Out, error)) operation {
	return operation{role, func(ctx context.Context, s *Server, c Caller, body []byte, w io.Writer) error {
		in, err := decode[In](body)
		if err != nil {
			return err
		}
		out, err := fn(ctx, s, c, in)
		if err != nil {
			return err
		}
		return json.NewEncoder(w).Encode(out)
	}}
}

// many makes an operation that takes an object and answers JSON lines.
func many[In any](role staff.Role, fn func(context.Context, *Server, Caller, In, func(any) error) error) operation {
	return operation{role, func(ctx context.Context, s *Server, c Caller, body []byte, w io.Writer) error {
		in, err := decode[In](body)
		if err != nil {
			return err
		}
		enc := json.NewEncoder(w)
		return fn(ctx, s, c, in, func(v any) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return enc.Encode(v)
		})
	}}
}

func decode[In any](body []byte) (in In, err error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil && !errors.Is(err, io.EOF) {
		return in, &exit.Error{Code: exit.Usage, Reason: "bad_request", Message: "The request is not understood: " + err.Error(), Err: err}
	}
	return in, nil
}

const noSuchOperation = "no_such_operation"

// ServeHTTP finds out who asks, whether they may, and answers.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := &answer{ResponseWriter: w, conn: http.NewResponseController(w), unread: s.unread}
	_ = out.conn.SetWriteDeadline(time.Time{}) // that of the answer before
	if err := s.serve(out, r); err != nil {
		out.problem(err)
	}
}

func (s *Server) serve(w *answer, r *http.Request) error {
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	op, ok := operations[name]
	if !ok || r.Method != http.MethodPost {
		return &exit.Error{Code: exit.Usage, Reason: noSuchOperation, Message: "There is no operation POST " + r.URL.Path + "."}
	}
	caller, err := s.caller(r.Context())
	if err != nil {
		return err
	}
	if !caller.may(op.role) {
		return notPermitted(peerOf(r.Context()), caller, name, op.role)
	}
	body, done, err := s.body(r.Context(), w, r, caller.UID)
	defer done()
	if err != nil {
		return err
	}
	return op.run(r.Context(), s, caller, body, w)
}

// notPermitted says what is missing: to be an agent, or a role that nobody takes
// for themselves.
func notPermitted(p peer, c Caller, name string, role staff.Role) error {
	e := &exit.Error{Code: exit.NoPerm, Reason: "not_permitted"}
	if c.Agent == nil {
		user := cmp.Or(p.user, fmt.Sprintf("uid %d", c.UID))
		e.Message = fmt.Sprintf("You (%s) may not do that: your Unix user is no agent's.", user)
		e.Try = "an administrator: countersign agent add ID --email ADDRESS --unix-user " + cmp.Or(p.user, "YOU")
		return e
	}
	who := fmt.Sprintf("You (agent %s, role %s) may not do that: ", c.Agent.ID, c.Agent.RoleAt(c.now))
	from := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") + "." }
	switch {
	case c.Agent.Disabled:
		e.Message = who + "the agent is disabled."
	case c.now.Before(c.Agent.Counts):
		e.Message = who + "the role counts from " + from(c.Agent.Counts)
	case c.now.Before(c.Agent.KnownFrom()):
		e.Message = who + "that your Unix user is theirs counts from " + from(c.Agent.KnownFrom())
	case c.Agent.Role.Has(role):
		e.Message = who + "the role " + string(role) + " counts from " + from(c.Agent.CountsAt(string(role)))
	default:
		e.Message = who + strings.ReplaceAll(name, "/", " ") + " is for role " + string(role) + "."
		e.Try = "ask somebody with that role (countersign agent list)"
	}
	return e
}

// caller finds the agent of the peer's Unix user.
func (s *Server) caller(ctx context.Context) (Caller, error) {
	p := peerOf(ctx)
	c := Caller{UID: p.uid, Owner: p.owner(), now: s.Store.Now()}
	if c.Owner || p.user == "" {
		return c, nil
	}
	err := s.Store.KV().View(func(v kv.View) error {
		a, ok, err := staff.ByUnixUser(v, p.user)
		if ok {
			c.Agent = &a
		}
		return err
	})
	return c, err
}

// answer remembers whether anything was said, since a problem can't follow.
type answer struct {
	http.ResponseWriter
	conn   *http.ResponseController
	unread time.Duration
	begun  bool
}

// unread is how long a client may leave an answer lying before it is cut off:
// meanwhile it holds memory and pages of the store.
const unread = time.Minute

func (a *answer) Write(b []byte) (int, error) {
	if !a.begun {
		a.begun = true
		a.Header().Set("Content-Type", "application/json")
	}
	_ = a.conn.SetWriteDeadline(time.Now().Add(cmp.Or(a.unread, unread)))
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// problem answers with what went wrong. In the middle of a list the connection
// is cut instead, so that half a list can't be taken for a whole one.
func (a *answer) problem(err error) {
	if a.begun {
		panic(http.ErrAbortHandler)
	}
	p := problemOf(err)
	a.Header().Set("Content-Type", "application/problem+json")
	a.WriteHeader(p.Status)
	_ = json.NewEncoder(a.ResponseWriter).Encode(p)
}
