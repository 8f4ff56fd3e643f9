package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/clients"
	"countersign/inbound/external"
	"countersign/internal/kv"
	"countersign/internal/redact"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets"
)

const stripeSecret = "whsec_of_a_test_and_nobody_else"

// checkingServer is a server of which Stripe is a product, and a ticket of Ada's.
func checkingServer(t *testing.T) (*Server, tickets.StartedCheck) {
	t.Helper()
	engine := kv.Memory()
	err := engine.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "sam", Email: "sam@desk.example", Role: staff.RoleAgent, Authorities: []string{staff.All}})
		return errors.Join(err, clients.PutClient(tx, clients.Client{ID: "north", Name: "Northwind"}),
			clients.PutContact(tx, clients.Contact{ID: "c-7", Client: "north", Role: clients.Primary, Status: clients.Active, Addresses: []string{"ada@north.example"}}))
	})
	if err != nil {
		t.Fatal(err)
	}
	opt := options()
	opt.Checkers, opt.PerMinute, opt.PerHour, opt.PerDay = []string{"stripe"}, 600, 100, 100
	store := tickets.New(engine, opt)
	t.Cleanup(store.Close)
	s := &Server{Store: store, Log: zerolog.Nop(), Products: []Product{{Name: "stripe", Kind: external.Stripe, Paths: external.Stripe.Defaults(), Tolerance: 5 * time.Minute,
		Secrets: func() ([]redact.Secret, error) { return []redact.Secret{"whsec_the_one_before_it", stripeSecret}, nil }}}}
	ticket, err := store.Open(tickets.OpenRequest{Contact: "ada@north.example", Channel: policy.Phone, Class: policy.PasswordChange, Subject: "New password", Agent: "sam"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := store.StartCheck(tickets.CheckOfPerson{Ticket: ticket.ID, Agent: "sam"})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// recorded is what Stripe sends of a check, at the time of the tests.
func recorded(t *testing.T, c tickets.StartedCheck) string {
	t.Helper()
	b, err := os.ReadFile("../../inbound/external/testdata/stripe.json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("@REFERENCE@", c.Reference, "1795356185", fmt.Sprint(noon.Unix())).Replace(string(b))
}

func stripeSigned(body, secret string, at time.Time) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", at.Unix(), body)
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
}

func proofs(t *testing.T, s *Server, id string) int {
	t.Helper()
	shown, err := s.Store.Show(id)
	if err != nil {
		t.Fatal(err)
	}
	return len(shown.Proofs)
}

// TestWebhook: a genuine webhook gives the proof, and its answer says nothing but
// that it is genuine.
func TestWebhook(t *testing.T) {
	tests := []struct {
		name   string
		path   string
		method string
		spoil  func(body string) (string, string) // body and signature
		want   int
		proofs int
	}{
		{"passed", "/external/stripe", "POST", func(b string) (string, string) { return b, stripeSigned(b, stripeSecret, noon) }, 204, 1},
		{"no-such-ticket", "/external/stripe", "POST", func(b string) (string, string) {
			b = strings.Replace(b, `"T-1.`, `"T-9.`, 1)
			return b, stripeSigned(b, stripeSecret, noon)
		}, 204, 0},
		{"of-somebody-else", "/external/stripe", "POST", func(b string) (string, string) {
			b = strings.Replace(b, `"reference":`, `"order":`, 1)
			return b, stripeSigned(b, stripeSecret, noon)
		}, 204, 0},
		{"unreadable", "/external/stripe", "POST", func(b string) (string, string) {
			b = strings.Replace(b, `"created"`, `"made"`, 1)
			return b, stripeSigned(b, stripeSecret, noon)
		}, 204, 0},
		{"other-secret", "/external/stripe", "POST", func(b string) (string, string) { return b, stripeSigned(b, "whsec_of_somebody_else", noon) }, 401, 0},
		{"changed", "/external/stripe", "POST", func(b string) (string, string) { return b + " ", stripeSigned(b, stripeSecret, noon) }, 401, 0},
		{"old", "/external/stripe", "POST", func(b string) (string, string) { return b, stripeSigned(b, stripeSecret, noon.Add(-time.Hour)) }, 401, 0},
		{"unsigned", "/external/stripe", "POST", func(b string) (string, string) { return b, "" }, 400, 0},
		{"too-large", "/external/stripe", "POST", func(b string) (string, string) {
			b += strings.Repeat(" ", external.MaxBody)
			return b, stripeSigned(b, stripeSecret, noon)
		}, 400, 0},
		{"no-such-product", "/external/persona", "POST", func(b string) (string, string) { return b, stripeSigned(b, stripeSecret, noon) }, 401, 0},
		{"read", "/external/stripe", "GET", func(b string) (string, string) { return b, stripeSigned(b, stripeSecret, noon) }, 405, 0},
		{"elsewhere", "/api/v1/authorize", "POST", func(b string) (string, string) { return b, stripeSigned(b, stripeSecret, noon) }, 404, 0},
		{"below", "/external/stripe/x", "POST", func(b string) (string, string) { return b, stripeSigned(b, stripeSecret, noon) }, 404, 0},
		{"nothing", "/external/", "POST", func(b string) (string, string) { return b, stripeSigned(b, stripeSecret, noon) }, 404, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, c := checkingServer(t)
			body, signature := tt.spoil(recorded(t, c))
			r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(body))
			if signature != "" {
				r.Header.Set("Stripe-Signature", signature)
			}
			w := httptest.NewRecorder()
			s.externalHandler(10).ServeHTTP(w, r)
			if w.Code != tt.want || w.Body.Len() > 0 {
				t.Errorf("answered %d %q, want %d", w.Code, w.Body, tt.want)
			}
			if n := proofs(t, s, c.Ticket); n != tt.proofs {
				t.Errorf("%d proofs, want %d", n, tt.proofs)
			}
		})
	}
}

// TestWebhookGiven: by the socket it is the same check, with words.
func TestWebhookGiven(t *testing.T) {
	s, c := checkingServer(t)
	body := recorded(t, c)
	give := func(product, body, signature string) (Problem, tickets.Heard) {
		t.Helper()
		in, err := json.Marshal(Webhook{Product: product, Headers: http.Header{"Stripe-Signature": {signature}}, Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		p, answer := ask(t, s, peer{uid: os.Geteuid()}, "external/give", string(in))
		var out tickets.Heard
		if answer != "" {
			if err := json.Unmarshal([]byte(answer), &out); err != nil {
				t.Fatal(err)
			}
		}
		return p, out
	}
	for _, tt := range []struct{ product, body, signature, want, says string }{
		{"strip", body, stripeSigned(body, stripeSecret, noon), "no_such_product", `Did you mean "stripe"?`},
		{"stripe", body, stripeSigned(body, "whsec_of_somebody_else", noon), "external_forged", "no secret of that product"},
		{"stripe", body, stripeSigned(body, stripeSecret, noon.Add(time.Hour)), "external_stale", "too long ago"},
		{"stripe", body, "nothing", "external_unsigned", "no signature of that kind"},
		{"stripe", strings.Replace(body, `"type": "identity`, `"kind": "identity`, 1), "", "external_unread", "type: is not there"},
		{"stripe", body + strings.Repeat(" ", external.MaxBody), "", "too_large", "64 KiB"},
	} {
		if tt.signature == "" {
			tt.signature = stripeSigned(tt.body, stripeSecret, noon)
		}
		if p, _ := give(tt.product, tt.body, tt.signature); p.Code != tt.want || !strings.Contains(p.Title, tt.says) || strings.Contains(p.Title, "whsec") {
			t.Errorf("%+v, want %s %q", p, tt.want, tt.says)
		}
	}
	if p, out := give("stripe", body, stripeSigned(body, stripeSecret, noon)); p.Code != "" || out.Result != policy.CodeExternalPassed || out.Ticket != c.Ticket {
		t.Errorf("passed: %+v %+v", p, out)
	}
	if _, out := give("stripe", body, stripeSigned(body, stripeSecret, noon.Add(time.Second))); !out.Repeat || out.Result != "" {
		t.Errorf("sent again: %+v", out)
	}
}

// TestWebhookRefusals: whoever sends much that is refused is not heard for the rest
// of the minute, and others are.
func TestWebhookRefusals(t *testing.T) {
	s, c := checkingServer(t)
	h := s.externalHandler(3)
	body := recorded(t, c)
	send := func(from, signature string) int {
		r := httptest.NewRequest("POST", "/external/stripe", strings.NewReader(body))
		r.RemoteAddr = from
		r.Header.Set("Stripe-Signature", signature)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	good, bad := stripeSigned(body, stripeSecret, noon), stripeSigned(body, "whsec_of_somebody_else", noon)
	for i, want := range []int{204, 401, 401, 401, 429, 429} {
		signature := bad
		if i == 0 {
			signature = good
		}
		if got := send(fmt.Sprintf("192.0.2.1:%d", 1000+i), signature); got != want {
			t.Errorf("request %d: %d, want %d", i, got, want)
		}
	}
	if got := send("192.0.2.1:9", good); got != 429 {
		t.Errorf("a good one among them: %d", got)
	}
	if got := send("192.0.2.2:9", good); got != 204 {
		t.Errorf("another address: %d", got)
	}
}

// TestWebhookStore: what can't be kept is not said to be heard, so it is sent again.
func TestWebhookStore(t *testing.T) {
	s, c := checkingServer(t)
	body := recorded(t, c)
	s.Products[0].Secrets = func() ([]redact.Secret, error) { return nil, errors.New("no such file") }
	r := httptest.NewRequest("POST", "/external/stripe", strings.NewReader(body))
	r.Header.Set("Stripe-Signature", stripeSigned(body, stripeSecret, noon))
	w := httptest.NewRecorder()
	s.externalHandler(3).ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("answered %d", w.Code)
	}
}

// TestServeExternal: it hears over TCP, and ends with its context.
func TestServeExternal(t *testing.T) {
	s, c := checkingServer(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.ServeExternal(ctx, l, 10) }()
	body := recorded(t, c)
	r, err := http.NewRequest("POST", "http://"+l.Addr().String()+"/external/stripe", bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Stripe-Signature", stripeSigned(body, stripeSecret, noon))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if answer.StatusCode != http.StatusNoContent || proofs(t, s, c.Ticket) != 1 {
		t.Errorf("answered %d", answer.StatusCode)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}
