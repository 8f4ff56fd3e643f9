package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/inbound/external"
	"countersign/internal/exit"
	"countersign/internal/near"
	"countersign/internal/redact"
	"countersign/tickets"
)

// Product is another system that checks people, as it is configured.
type Product struct {
	Name      string
	Kind      external.Kind
	Paths     external.Paths
	Tolerance time.Duration
	Secrets   func() ([]redact.Secret, error) // as they are at that moment
}

// Webhook is what a product sent, as whoever fetched it hands it in.
type Webhook struct {
	Product string      `json:"product"`
	Headers http.Header `json:"headers"`
	Body    []byte      `json:"body"`
}

func startCheck(_ context.Context, s *Server, c Caller, in tickets.CheckOfPerson) (out tickets.StartedCheck, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	return s.Store.StartCheck(in)
}

func giveExternal(_ context.Context, s *Server, _ Caller, in Webhook) (tickets.Heard, error) {
	return s.hear(in)
}

// errUnread reports a webhook with a genuine signature in which the facts don't stand
// where the configuration says.
var errUnread = errors.New("its facts are not where the configuration says")

// hear proves a webhook's signature, reads what it says and has that judged: one way
// for the socket and for HTTP. Whoever has no secret of the product's learns from it
// whether there is such a product, and nothing of any ticket.
func (s *Server) hear(in Webhook) (out tickets.Heard, err error) {
	p, err := s.product(in.Product)
	if err != nil {
		return out, err
	}
	if len(in.Body) > external.MaxBody {
		return out, &exit.Error{Code: exit.DataErr, Reason: "too_large", Message: fmt.Sprintf("It is larger than %d KiB.", external.MaxBody>>10)}
	}
	secrets, err := p.Secrets()
	if err != nil {
		return out, &exit.Error{Code: exit.IOErr, Reason: "secret_file", Message: "external.secret_file: " + err.Error(), Err: err}
	}
	signed, err := external.Verify(p.Kind, in.Headers, in.Body, secrets, s.Store.Now(), p.Tolerance)
	if err != nil {
		return out, notGenuine(p, err)
	}
	facts, err := p.Paths.Read(in.Body)
	if err != nil {
		s.Log.Warn().Str("product", p.Name).Err(err).Msg("a genuine webhook can't be read")
		return out, &exit.Error{Code: exit.DataErr, Reason: "external_unread", Message: "Its signature is genuine, but " + err.Error() + ".",
			Try: "set the paths of [[external]] " + p.Name, Err: errors.Join(errUnread, err)}
	}
	if p.Kind == external.Standard {
		facts.Event = signed.ID
	}
	sum := sha256.Sum256(in.Body)
	out, err = s.Store.Hear(tickets.Said{Checker: p.Name, Event: facts.Event, Hash: hex.EncodeToString(sum[:]), Reference: facts.Reference, Contact: facts.Contact,
		Passed: facts.Result == external.Passed, Failed: facts.Result == external.Failed, Word: facts.Said, At: facts.At})
	if err == nil {
		s.Log.Info().Str("product", p.Name).Str("ticket", out.Ticket).Str("result", string(out.Result)).Bool("repeat", out.Repeat).Msg("webhook heard")
	}
	return out, err
}

func (s *Server) product(name string) (Product, error) {
	var names []string
	for _, p := range s.Products {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	e := &exit.Error{Code: exit.NoInput, Reason: "no_such_product", Message: "No system that checks people is configured ([[external]])."}
	if len(names) > 0 {
		e.Message = fmt.Sprintf("No [[external]] is called %q; there is %s.", name, strings.Join(names, ", "))
	}
	if best := near.Of(name, names); best != "" {
		e.Message += fmt.Sprintf(" Did you mean %q?", best)
	}
	return Product{}, e
}

// notGenuine says what is wrong with a signature, and what may help.
func notGenuine(p Product, err error) error {
	e := &exit.Error{Code: exit.NoPerm, Message: "Not taken from " + p.Name + ": " + err.Error() + ".", Err: err}
	switch {
	case errors.Is(err, external.ErrUnsigned):
		e.Reason, e.Try = "external_unsigned", fmt.Sprintf("look whether kind = %q is right for %s", p.Kind, p.Name)
	case errors.Is(err, external.ErrStale):
		e.Reason, e.Try = "external_stale", "have it sent again, and look whether the clock is right"
	default:
		e.Reason, e.Try = "external_forged", "hand in the bytes as they came, and look whether secret_file holds the secret of that webhook"
	}
	return e
}
