package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/staff"
	"countersign/tickets"
)

// least is the table of the design, section 8, written out once more: the least
// role that may ask for each operation.
var least = map[string]string{
	"ticket/open": "agent", "ticket/check": "agent", "ticket/list": "agent", "ticket/show": "agent", "ticket/edit": "agent", "ticket/close": "agent", "ticket/note": "agent",
	"ticket/external": "agent", "external/give": "agent",
	"ticket/ask": "agent", "ticket/lift": "lead", "authorize": "agent", "explain": "agent", "verify": "agent", "message/list": "agent",
	"approval/list": "agent", "approval/show": "agent", "approval/approve": "lead", "approval/deny": "lead", "approval/reassign": "lead",
	"delegate/add": "agent", "delegate/list": "agent", "delegate/end": "lead",
	"classify": "agent", "classify/export": "lead", "report": "agent",
	"quarantine/list": "lead", "quarantine/show": "lead", "quarantine/release": "lead", "quarantine/discard": "lead",
	"outbox/list": "agent", "outbox/show": "agent", "outbox/retry": "lead", "outbox/cancel": "lead", "outbox/release": "lead",
	"client/import": "admin", "client/list": "agent", "contact/import": "admin", "contact/check": "agent", "contact/list": "agent", "import/list": "agent", "agent/add": "admin", "agent/list": "agent",
	"client/show": "agent", "client/add": "admin", "client/set": "admin", "client/lock": "lead", "client/unlock": "lead",
	"contact/show": "agent", "contact/add": "agent", "contact/set": "agent", "contact/remove": "lead",
	"agent/set": "admin", "agent/disable": "admin", "agent/show": "agent",
	"code/set": "lead", "code/clear": "lead", "code/verify": "agent", "code/status": "agent", "keys/rotate": "admin", "policy/show": "agent", "policy/check": "agent", "policy/diff": "lead", "reload": "admin",
	"audit/verify": "agent", "audit/list": "lead", "audit/checkpoint": "agent", "mailbox/status": "agent", "mailbox/release": "admin",
}

// inName are the operations that act in an agent's name.
var inName = []string{"ticket/open", "ticket/check", "ticket/edit", "ticket/close", "ticket/note", "ticket/ask", "ticket/external", "ticket/lift", "authorize", "client/lock", "client/unlock", "approval/approve", "approval/deny", "approval/reassign", "code/set", "code/clear", "code/verify",
	"delegate/add", "delegate/end", "quarantine/release", "quarantine/discard", "outbox/cancel", "outbox/release", "mailbox/release"}

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// stranger is a uid that is neither root nor ours.
const stranger = 1 << 20

// newServer gives a server over a store in memory, with these agents.
func newServer(t *testing.T, agents ...staff.Agent) *Server {
	t.Helper()
	engine := kv.Memory()
	for _, a := range agents {
		if err := engine.Update(func(tx kv.Tx) error { _, err := staff.Add(tx, a); return err }); err != nil {
			t.Fatal(err)
		}
	}
	store := tickets.New(engine, options())
	t.Cleanup(store.Close)
	return &Server{Store: store, Log: zerolog.Nop()}
}

func options() tickets.Options {
	return tickets.Options{Now: func() time.Time { return noon }, Keys: keys.FromSeed([32]byte{}), TokenLife: time.Hour,
		Reminder: time.Hour, Cooling: 72 * time.Hour, DNSWait: time.Hour, ReplyAddress: "support+{token}@desk.example",
		Addresses: []string{"support@desk.example"}, Compose: func(tickets.Letter) ([]byte, error) { return []byte("notice"), nil }}
}

// ask calls an operation as that peer, and gives the problem, if any.
func ask(t *testing.T, s *Server, p peer, name, body string) (problem Problem, answer string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, Prefix+name, bytes.NewReader([]byte(body)))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), peerKey{}, p)))
	if w.Code == http.StatusOK {
		return problem, w.Body.String()
	}
	if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
		t.Fatalf("%s: %v in %q", name, err, w.Body)
	}
	return problem, ""
}

// TestRoles tries every operation as everybody. The body is no JSON, so that
// whoever may ask is told so, and nothing is carried out.
func TestRoles(t *testing.T) {
	agent := func(id string, role staff.Role, spoil func(*staff.Agent)) staff.Agent {
		a := staff.Agent{ID: id, Email: id + "@desk.example", Role: role, UnixUser: "u-" + id, Counts: noon}
		if spoil != nil {
			spoil(&a)
		}
		return a
	}
	s := newServer(t, agent("sam", "agent", nil), agent("lea", "lead", nil), agent("ida", "admin", nil),
		agent("off", "admin", func(a *staff.Agent) { a.Disabled = true }),
		agent("new", "admin", func(a *staff.Agent) { a.Counts = noon.Add(time.Millisecond) }))
	height := map[string]int{"agent": 1, "lead": 2, "admin": 3}
	callers := []struct {
		name   string
		peer   peer
		height int
	}{
		{"unknown-uid", peer{uid: -1}, 0},
		{"unknown-uid-with-a-name", peer{uid: -1, user: "nobody"}, 0},
		{"nobody", peer{uid: stranger, user: "nobody"}, 0},
		{"agent", peer{uid: stranger, user: "u-sam"}, 1},
		{"lead", peer{uid: stranger, user: "u-lea"}, 2},
		{"admin", peer{uid: stranger, user: "u-ida"}, 3},
		{"disabled-admin", peer{uid: stranger, user: "u-off"}, 0},
		{"admin-who-does-not-count-yet", peer{uid: stranger, user: "u-new"}, 0},
		{"id-of-an-agent-as-unix-user", peer{uid: stranger, user: "ida"}, 0},
		{"root", peer{uid: 0}, 4},
	}
	for name := range operations {
		if least[name] == "" {
			t.Errorf("%s is not in the table", name)
		}
	}
	for name, role := range least {
		if _, ok := operations[name]; !ok {
			t.Errorf("%s is in the table and not there", name)
			continue
		}
		for _, c := range callers {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				want := "not_permitted"
				if c.height >= height[role] {
					want = "bad_request"
				}
				if p, out := ask(t, s, c.peer, name, "["); p.Code != want {
					t.Errorf("%s: %+v %s, want %s", name, p, out, want)
				}
			})
		}
	}
}

// TestInName: nobody but the owner acts in another's name, whatever their role.
func TestInName(t *testing.T) {
	s := newServer(t, staff.Agent{ID: "ida", Email: "ida@desk.example", Role: "admin", UnixUser: "u-ida"},
		staff.Agent{ID: "sam", Email: "sam@desk.example", Role: "agent", UnixUser: "u-sam"})
	admin, owner := peer{uid: stranger, user: "u-ida"}, peer{uid: 0}
	for _, name := range inName {
		for _, tt := range []struct {
			name, body string
			peer       peer
			want       string // code; empty: any but those about names
		}{
			{"another", `{"agent":"sam"}`, admin, "not_that_agent"},
			{"nobody-there", `{"agent":"eve"}`, admin, "not_that_agent"},
			{"oneself", `{"agent":"ida"}`, admin, ""},
			{"left-out", `{}`, admin, ""},
			{"owner-for-sam", `{"agent":"sam"}`, owner, ""},
			{"owner-for-nobody", `{}`, owner, "agent_missing"},
		} {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				p, _ := ask(t, s, tt.peer, name, tt.body)
				about := p.Code == "not_that_agent" || p.Code == "agent_missing" || p.Code == "not_permitted" || p.Code == "bad_request"
				if tt.want != "" && p.Code != tt.want || tt.want == "" && about {
					t.Errorf("%s %s = %+v, want %q", name, tt.body, p, tt.want)
				}
			})
		}
	}
}

// TestAgentAdded: whom an administrator adds counts after the cooling time; whom
// the owner adds, at once. Neither may set the time.
func TestAgentAdded(t *testing.T) {
	s := newServer(t, staff.Agent{ID: "ida", Email: "ida@desk.example", Role: "admin", UnixUser: "u-ida"})
	for id, tt := range map[string]struct {
		peer peer
		want time.Time
	}{"eve": {peer{uid: stranger, user: "u-ida"}, noon.Add(72 * time.Hour)}, "kim": {peer{uid: 0}, noon}} {
		p, out := ask(t, s, tt.peer, "agent/add", `{"id":"`+id+`","email":"`+id+`@desk.example","role":"admin","unix_user":"u-`+id+`","counts":"2020-01-01T00:00:00Z"}`)
		var a staff.Agent
		if err := json.Unmarshal([]byte(out), &a); err != nil || a.Counts.After(tt.want) || id == "eve" && !a.Counts.Equal(tt.want) {
			t.Errorf("agent %s counts from %s, want %s (%+v)", id, a.Counts, tt.want, p)
		}
	}
	if p, _ := ask(t, s, peer{uid: stranger, user: "u-eve"}, "agent/add", "["); p.Code != "not_permitted" {
		t.Errorf("who was just added may add: %+v", p)
	}
}

// TestNoSuchOperation: nothing but POST of a known name is answered, also to root.
func TestNoSuchOperation(t *testing.T) {
	s := newServer(t)
	for _, name := range []string{"", "ticket", "ticket/", "ticket/open/", "../v1/ticket/list", "TICKET/LIST"} {
		if p, out := ask(t, s, peer{uid: 0}, name, "{}"); p.Code != "no_such_operation" || p.Exit != 64 {
			t.Errorf("%q: %+v %s", name, p, out)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, Prefix+"ticket/list", nil))
	if w.Code != http.StatusBadRequest {
		t.Errorf("GET: %d", w.Code)
	}
}

// TestNotPermitted: who may not is told what is missing, and never to become an
// agent when they are one.
func TestNotPermitted(t *testing.T) {
	s := newServer(t, staff.Agent{ID: "sam", Email: "sam@desk.example", Role: "agent", UnixUser: "u-sam", Counts: noon},
		staff.Agent{ID: "off", Email: "off@desk.example", Role: "admin", UnixUser: "u-off", Counts: noon, Disabled: true},
		staff.Agent{ID: "new", Email: "new@desk.example", Role: "admin", UnixUser: "u-new", Counts: noon.Add(time.Hour)})
	for _, tt := range []struct{ user, operation, title, try string }{
		{"u-sam", "outbox/retry", "You (agent sam, role agent) may not do that: outbox retry is for role lead.", "ask somebody with that role (countersign agent list)"},
		{"u-off", "outbox/list", "You (agent off, role admin) may not do that: the agent is disabled.", ""},
		{"u-new", "outbox/list", "You (agent new, role admin) may not do that: the role counts from 2026-11-25 13:00 UTC.", ""},
		{"eve", "import/list", "You (eve) may not do that: your Unix user is no agent's.", "an administrator: countersign agent add ID --email ADDRESS --unix-user eve"},
	} {
		if p, _ := ask(t, s, peer{uid: stranger, user: tt.user}, tt.operation, "{}"); p.Title != tt.title || p.Try != tt.try {
			t.Errorf("%s: %q, try %q; want %q, %q", tt.user, p.Title, p.Try, tt.title, tt.try)
		}
	}
}

// TestStatusOfDeferred: mail that waits for DNS is told with the mailboxes, whose
// reading goes well meanwhile.
func TestStatusOfDeferred(t *testing.T) {
	for name, want := range map[string]string{"defer/20261125T120000Z/m-1": `{"mailboxes":null,"suffix_list_days":0,"waits_for_dns":1}`, "other": `{"mailboxes":null,"suffix_list_days":0}`} {
		engine := kv.Memory()
		if err := engine.Update(func(tx kv.Tx) error { return tx.Put(name, []byte("m-1")) }); err != nil {
			t.Fatal(err)
		}
		store := tickets.New(engine, options())
		t.Cleanup(store.Close)
		s := &Server{Store: store, Log: zerolog.Nop(), Status: func() Status { return Status{} }}
		if _, out := ask(t, s, peer{uid: 0}, "mailbox/status", "{}"); out != want+"\n" {
			t.Errorf("status with %s: %swant %s", name, out, want)
		}
	}
}
