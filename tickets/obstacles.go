package tickets

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// obstacle is something that came between a ticket's contact and a proof.
type obstacle struct {
	Code     policy.Code `json:"code"`
	Said     string      `json:"said,omitempty"` // a server's words
	At       time.Time   `json:"at"`
	Revision int         `json:"revision"`
}

// maxObstacles bounds those that a ticket keeps: the latest of each kind.
const maxObstacles = 4

// hinder are the reasons of messages that brought no proof and tell whoever waits
// for one why.
var hinder = []policy.Code{policy.CodeAutoReply, policy.CodeList, policy.CodeOtherAddress, policy.CodeUnknownSender, policy.CodeOtherContact, policy.CodeNoPermission, policy.CodeStaffAddress, policy.CodeDMARCFail, policy.CodeNotAligned,
	policy.CodeSPFOnly, policy.CodeTokenOnly, policy.CodeBorderNotExclusive, policy.CodeUnclearAnswer, policy.CodeNoToken, policy.CodeUnboundAnswer, policy.CodeTokenUnsigned, policy.CodeTokenExpired, policy.CodeCooling, policy.CodeDNSGaveUp, policy.CodeMailboxAnswers}

// hindered notes what an event says of why there is no proof. A proof clears it.
func (t *Ticket) hindered(e Event) {
	code, said := e.Reason, ""
	_, message := strings.CutPrefix(e.Event, "message ")
	switch {
	case e.Event == "undeliverable" || e.Event == "delayed":
		code, said = policy.CodeUndelivered, e.Text
	case !message:
		return
	case !slices.Contains(hinder, code):
		code = ""
	}
	t.Obstacles = slices.DeleteFunc(slices.Clone(t.Obstacles), func(o obstacle) bool {
		return o.Revision != t.Revision || o.Code == code || message && o.Code == policy.CodeDNSTemperror
	})
	if code == "" {
		return
	}
	t.Obstacles = append(t.Obstacles, obstacle{Code: code, Said: said, At: e.At, Revision: t.Revision})
	t.Obstacles = t.Obstacles[max(0, len(t.Obstacles)-maxObstacles):]
}

// reason says it, with the time.
func (o obstacle) reason() policy.Reason {
	r := policy.Because(o.Code)
	if o.Said != "" {
		r.Text = o.Said
	}
	r.Text += " (" + moment(o.At) + ")"
	return r
}

// waitsForDNS notes that a message is there that can't be judged yet.
func (t *Ticket) waitsForDNS(now time.Time) {
	if !slices.ContainsFunc(t.Obstacles, func(o obstacle) bool { return o.Code == policy.CodeDNSTemperror && o.Revision == t.Revision }) {
		t.Obstacles = append(slices.Clone(t.Obstacles), obstacle{Code: policy.CodeDNSTemperror, At: now, Revision: t.Revision})
	}
}

// obstacles says what is known of why the ticket has no proof: how its question
// stands in the outbox, and what came instead of the answer.
func (s *Store) obstacles(r kv.Reader, t Ticket) ([]policy.Reason, error) {
	out, err := s.unsent(r, t)
	for _, o := range slices.Backward(t.Obstacles) {
		if o.Revision != t.Revision || o.Code == policy.CodeUndelivered && slices.ContainsFunc(out, func(r policy.Reason) bool { return r.Code == o.Code }) {
			continue
		}
		out = append(out, o.reason())
	}
	if err != nil {
		return out, err
	}
	c, ok, err := kv.Load[claims](r, claimsKey(t.ID))
	if ok && c.Count > 0 { // forged ones are among them
		out = append(out, policy.Reason{Code: policy.CodeClaimed, Text: c.event().Text})
	}
	if err != nil {
		return out, err
	}
	contact, _, err := clients.Get(r, t.Contact)
	if err != nil {
		return out, err
	}
	domains, err := s.unprovable(r, contact, t.Class)
	return append(out, domains...), err
}

// askedLast says when the contact was asked last for the ticket's revision, and
// until when they can answer that; zero: not, or nothing is asked any longer.
func askedLast(r kv.Reader, t Ticket) (at, until time.Time, err error) {
	for _, id := range slices.Backward(t.Notices) {
		n, ok, err := kv.Load[notice](r, noticePrefix+id)
		if err != nil {
			return at, until, err
		}
		if ok && n.Kind.Terms().Asks && n.Revision == t.Revision && n.Contact == t.Contact && !n.Lifts && !n.Void {
			return n.Sent, n.Expires, nil
		}
	}
	return at, until, nil
}

// unsent says why the latest question of the ticket's revision has not reached
// the server, nothing if it has.
func (s *Store) unsent(r kv.Reader, t Ticket) (out []policy.Reason, err error) {
	if len(t.Notices) == 0 {
		return nil, nil
	}
	last := t.Notices[len(t.Notices)-1]
	n, ok, err := kv.Load[notice](r, noticePrefix+last)
	if err != nil || !ok || n.Revision != t.Revision || n.Lifts {
		return nil, err
	}
	return s.unsentNotice(r, last)
}

// unsentNotice says why one question has not reached the server.
func (s *Store) unsentNotice(r kv.Reader, id string) (out []policy.Reason, err error) {
	n, ok, err := kv.Load[notice](r, noticePrefix+id)
	if err != nil || !ok {
		return nil, err
	}
	o, ok, err := outbox.Load(r, n.Out)
	if err != nil || !ok || o.State != outbox.Queued && o.State != outbox.Failed {
		return nil, err
	}
	e, err := epochNow(r)
	if err != nil {
		return nil, err
	}
	w, err := s.waiting(r, o)
	if err != nil {
		return nil, err
	}
	next := moment(o.Next)
	switch {
	case o.State == outbox.Failed:
		return []policy.Reason{{Code: policy.CodeUndelivered, Text: "Our mail " + o.ID + " was refused: " + o.Error}}, nil
	case e.Held:
		return []policy.Reason{policy.Because(policy.CodeOutboxHeld)}, nil
	case w != nil: //rule:8 which-limit-is-said TestWaitIsShown
		return []policy.Reason{{Code: policy.CodeNoticeWaits, Text: w.Words()}}, nil
	case o.Paced:
		return []policy.Reason{{Code: policy.CodeNoticeWaits, Text: fmt.Sprintf("Our mail %s waits in the outbox until %s (limit: %s).", o.ID, next, o.Cap)}}, nil
	case o.Error != "":
		return []policy.Reason{{Code: policy.CodeUndelivered, Text: fmt.Sprintf("Our mail %s is not delivered yet: %s. It is tried again at %s.", o.ID, o.Error, next)}}, nil
	}
	return []policy.Reason{policy.Because(policy.CodeNoticeWaits)}, nil
}
