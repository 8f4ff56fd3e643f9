package daemon

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/api"
	"countersign/internal/config"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// kept is a house whose files are put away and back as an operator might.
type kept struct {
	*testing.T
	dir    string
	config config.Config
}

func newKept(t *testing.T) kept {
	t.Helper()
	dir := t.TempDir()
	k := kept{t, dir, config.Default(dir)}
	k.config.State, k.config.KeyFile = k.path("state.db"), k.path("state.key")
	k.call(func(client *api.Client) error {
		var any any
		_, err := client.Import(context.Background(), "contact/import", api.ImportRequest{Name: "people.csv",
			CSV: []byte("client,client_name,email,name,role,permissions,language\nnorth,Northwind,ada@north.example,Ada Berg,primary,,en\n")}, nil)
		return errors.Join(err, client.Call(context.Background(), "agent/add",
			staff.Agent{ID: "sam", Email: "sam@desk.example", Role: staff.RoleLead, Authorities: []string{"all"}}, &any))
	})
	return k
}

func (k kept) path(name string) string { return filepath.Join(k.dir, name) }

// call is one command over the house, which is opened for it.
func (k kept) call(fn func(*api.Client) error) {
	k.Helper()
	h, err := Open(k.config, time.Now, zerolog.Nop())
	must(k, err)
	defer h.Close()
	must(k, fn(api.Local(h.Server())))
}

func (k kept) copy(from, to string) {
	k.Helper()
	b, err := os.ReadFile(k.path(from))
	must(k, err)
	must(k, os.WriteFile(k.path(to), b, 0o600))
}

func (k kept) open(class policy.Class, subject string) {
	k.Helper()
	k.call(func(client *api.Client) error {
		var any any
		return client.Call(context.Background(), "ticket/open",
			tickets.OpenRequest{Contact: "ada@north.example", Channel: policy.Chat, Class: class, Subject: subject, Agent: "sam"}, &any)
	})
}

// restored reports whether the next start takes the store for an older copy.
func (k kept) restored() bool {
	k.Helper()
	h, err := Open(k.config, time.Now, zerolog.Nop())
	must(k, err)
	defer h.Close()
	_, found := h.Held()
	return found
}

// TestHeadCantBeKept: where the head can't be kept the start fails, since the
// next would take the store for an older copy.
func TestHeadCantBeKept(t *testing.T) {
	k := newKept(t)
	h, err := Open(k.config, time.Now, zerolog.Nop())
	must(t, err)
	must(t, os.Remove(k.path("state.key.head")))
	must(t, os.Mkdir(k.path("state.key.head"), 0o700)) // nobody, not even root, can put a file there
	defer func() { must(t, os.Remove(k.path("state.key.head"))); h.Close() }()
	opened, err := h.store.Open(tickets.OpenRequest{Contact: "ada@north.example", Channel: policy.Chat, Class: policy.Question, Subject: "this", Agent: "sam"})
	must(t, err)
	if a, err := h.store.Authorize(tickets.AuthorizeRequest{Ticket: opened.ID, Class: policy.Question, Agent: "sam"}); !errors.Is(err, tickets.ErrHead) || a.Decision != "" {
		t.Errorf("an allow left before its head was kept: %+v, %v", a, err)
	}
}

// TestAllowIsKept: the head of an allow is beside the key before its answer
// leaves, not only at the next tick: a copy of the store from just before it is
// known as one.
func TestAllowIsKept(t *testing.T) {
	k := newKept(t)
	k.open(policy.Question, "this")
	k.copy("state.db", "before")
	h, err := Open(k.config, time.Now, zerolog.Nop())
	must(t, err)
	if a, err := h.store.Authorize(tickets.AuthorizeRequest{Ticket: "T-1", Class: policy.Question, Agent: "sam"}); err != nil || a.Decision != policy.Allow {
		t.Fatalf("%+v, %v", a, err)
	}
	k.copy("state.key.head", "head") // and then the power goes
	h.Close()
	k.copy("head", "state.key.head")
	k.copy("before", "state.db")
	if !k.restored() {
		t.Error("a copy from before the allow is taken for the store")
	}
}

// TestCopyOverOpenStore: an older copy that is written over the store while it is
// open allows nothing, and the next start knows it as one.
func TestCopyOverOpenStore(t *testing.T) {
	k := newKept(t)
	k.open(policy.PasswordChange, "first")
	h, err := Open(k.config, time.Now, zerolog.Nop())
	must(t, err)
	ask := func() {
		for range 3 {
			_, err := h.store.Open(tickets.OpenRequest{Contact: "ada@north.example", Channel: policy.Chat, Class: policy.Question, Subject: "this", Agent: "sam"})
			must(t, err)
		}
	}
	ask()
	k.copy("state.db", "before")
	ask()
	_, err = h.store.CloseTicket("T-2", "sam")
	must(t, errors.Join(err, h.keepHead()))
	before, err := os.ReadFile(k.path("before"))
	must(t, err)
	f, err := os.OpenFile(k.path("state.db"), os.O_WRONLY, 0) // as cp does, but for cutting it off first
	must(t, err)
	_, err = f.Write(before)
	must(t, errors.Join(err, f.Close()))
	if a, err := h.store.Authorize(tickets.AuthorizeRequest{Ticket: "T-2", Class: policy.Question, Agent: "sam"}); err == nil { // where the engine noticed nothing, it is ErrHead
		t.Errorf("the older copy answers: %+v, %v", a, err)
	}
	h.Close()
	if !k.restored() {
		t.Error("the next start takes the older copy for the store")
	}
}

// TestRestoredIsSaid: the status of a daemon over a restored store says so until
// a person has released the outbox.
func TestRestoredIsSaid(t *testing.T) {
	k := newKept(t)
	must(t, os.Remove(k.path("state.key.head")))
	for range 2 { // also at a later start
		h, err := Open(k.config, time.Now, zerolog.Nop())
		must(t, err)
		if !h.status().Held {
			t.Error("the status doesn't say that the outbox is held")
		}
		h.Close()
	}
	h, err := Open(k.config, time.Now, zerolog.Nop())
	must(t, err)
	defer h.Close()
	must(t, h.store.Outbox.Release("sam"))
	if h.status().Held {
		t.Error("held after the release")
	}
}
