package tickets

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/kv/bolt"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/ledger"
	"countersign/tickets/outbox"
)

// The people of the desk. Ada is the primary contact, Bob is hers to manage,
// Eve is of another client.
const (
	ada = "ada@client.example"
	bob = "bob@client.example"
	eve = "eve@other.example"
)

var start = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// desk is a Store with a clock that a test turns, and the letters it wrote.
type desk struct {
	*Store
	engine kv.Store
	path   string // empty: in memory
	opt    Options

	mu      sync.Mutex
	now     time.Time
	letters []Letter // to contacts
	told    []Letter // to staff
	uid     uint32
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// openDesk opens a desk over a bbolt file; change, if any, alters its options.
func openDesk(t testing.TB, change func(*Options)) *desk {
	t.Helper()
	d := &desk{path: filepath.Join(t.TempDir(), "state.db"), now: start}
	engine, err := bolt.Open(d.path)
	if err != nil {
		t.Fatal(err)
	}
	d.open(t, engine, change)
	t.Cleanup(func() { d.Store.Close(); d.engine.Close() })
	return d
}

// memoryDesk is openDesk without a file.
func memoryDesk(t failer, change func(*Options)) *desk {
	t.Helper()
	d := &desk{now: start}
	d.open(t, kv.Memory(), change)
	return d
}

func (d *desk) open(t failer, engine kv.Store, change func(*Options)) {
	t.Helper()
	d.engine = engine
	d.opt = Options{Now: d.clock, Keys: keys.FromSeed([32]byte{1}), Compose: d.compose, Blobs: plainly{},
		ReplyAddress: "support+{token}@desk.example", Addresses: []string{"support@desk.example"},
		TokenLife: 168 * time.Hour, Reminder: 48 * time.Hour, Cooling: 72 * time.Hour, DNSWait: 72 * time.Hour,
		TokenClasses: []policy.Class{policy.MinorChange}, PerMinute: 600, PerHour: 1000, PerDay: 1000}
	if change != nil {
		change(&d.opt)
	}
	d.Store = New(engine, d.opt)
	err := d.kv.Update(func(tx kv.Tx) error {
		errs := []error{clients.PutClient(tx, clients.Client{ID: "c1", Name: "Client"}), clients.PutClient(tx, clients.Client{ID: "c2", Name: "Other"})}
		for _, c := range []clients.Contact{
			{ID: "ada", Client: "c1", Role: clients.Primary, Addresses: []string{ada}},
			{ID: "bob", Client: "c1", Role: clients.Authorised, Addresses: []string{bob}, Permissions: []clients.Permission{clients.All}},
			{ID: "eve", Client: "c2", Role: clients.Primary, Addresses: []string{eve}},
		} {
			c.Status = clients.Active
			errs = append(errs, clients.PutContact(tx, c))
		}
		for _, a := range []staff.Agent{{ID: "kim", Role: staff.RoleAgent}, {ID: "lee", Role: staff.RoleAgent}, {ID: "max", Role: staff.RoleLead}} {
			a.Email, a.Authorities = a.ID+"@desk.example", []string{staff.All}
			_, err := staff.Add(tx, a)
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
	check(t, err)
}

// restart closes and opens the store again, as after a stop of the program.
func (d *desk) restart(t failer) {
	t.Helper()
	d.Store.Close()
	if d.path != "" {
		check(t, d.engine.Close())
		engine, err := bolt.Open(d.path)
		check(t, err)
		d.engine = engine
	}
	d.Store = New(d.engine, d.opt)
}

func (d *desk) clock() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.now }

// turn puts the clock forward.
func (d *desk) turn(by time.Duration) { d.mu.Lock(); d.now = d.now.Add(by); d.mu.Unlock() }

func (d *desk) compose(l Letter) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if strings.HasSuffix(l.To, "@desk.example") {
		if l.Token+l.Reference+l.ReplyTo+l.InReplyTo != "" {
			return nil, fmt.Errorf("a %s mail to staff holds what binds an answer", l.Kind)
		}
		d.told = append(d.told, l)
	} else {
		d.letters = append(d.letters, l)
	}
	return fmt.Appendf(nil, "To: %s\r\nReply-To: %s\r\nMessage-ID: <%s>\r\nSubject: [%s]\r\n\r\n%s\r\n", l.To, l.ReplyTo, l.MessageID, l.Reference, l.Request), nil
}

// last gives the latest letter of a kind for a ticket.
func (d *desk) last(t failer, kind policy.NoticeKind, ticket string) Letter {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range slices.Backward(d.letters) {
		if l.Kind == kind && l.Ticket == ticket {
			return l
		}
	}
	t.Fatalf("no letter %s for %s", kind, ticket)
	return Letter{}
}

// count is how many letters of a kind were written for a ticket.
func (d *desk) count(kind policy.NoticeKind, ticket string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.letters {
		if l.Kind == kind && l.Ticket == ticket {
			n++
		}
	}
	return n
}

// ask opens a ticket of a class for a contact, as agent kim.
func (d *desk) ask(t failer, contact string, class policy.Class) (Ticket, Letter) {
	t.Helper()
	ticket, err := d.Open(OpenRequest{Contact: contact, Channel: policy.Phone, Class: class, Subject: "New password for web1", Agent: "kim"})
	check(t, err)
	return ticket, d.last(t, "confirm", ticket.ID)
}

// reply is a proved answer to a letter, as inbound would understand it.
func (d *desk) reply(l Letter, intent policy.Intent) policy.Evidence {
	d.uid++
	now := d.clock().UTC()
	e := policy.Evidence{MessageID: fmt.Sprintf("r%d@client.example", d.uid), From: l.To, Subject: "Re: [" + l.Reference + "] New password for web1",
		Arrived: now, Kind: policy.KindReply, Text: string(intent), Answer: policy.Answer{Intent: intent},
		Sender: policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM, Domain: "client.example", SignedAt: now,
			Covered: []string{"from", "to", "subject", "date"}}}
	if l.Token != "" {
		e.Tokens = []policy.Mark{{Value: l.Token, Field: "to"}, {Value: l.Token, Field: "in-reply-to"}}
		e.Recipients = []policy.Mark{{Value: l.ReplyTo, Field: "to"}}
	}
	if l.Reference != "" {
		e.References = []policy.Mark{{Value: l.Reference, Field: "subject"}}
	}
	e.Threads = []string{l.MessageID}
	d.fresh(&e)
	return e
}

// fresh gives the evidence bytes and a signature that were not seen before.
func (d *desk) fresh(e *policy.Evidence) {
	d.uid++
	e.Hash = digest(d.uid)
	e.RawHash, e.Sender.SignatureID = e.Hash, digest(d.uid, "signature")
}

func digest(parts ...any) string {
	h := sha256.Sum256([]byte(fmt.Sprint(parts...)))
	return hex.EncodeToString(h[:])
}

// plainly keeps the bytes of a test's message, which are its hash, nowhere.
type plainly struct{}

func (plainly) Keep(raw []byte, commit func(string) error) error { return commit(string(raw)) }
func (plainly) Get(hash string) ([]byte, error)                  { return []byte(hash), nil }
func (plainly) Size(string) (int64, error)                       { return 0, fs.ErrNotExist }
func (plainly) Forget(string, func() (bool, error)) error        { return nil }

// receive hands a message in at the next place of the mailbox.
func (d *desk) receive(t failer, e policy.Evidence) Message {
	t.Helper()
	d.uid++
	m, err := d.Inbox.Receive(e, ledger.Source{Mailbox: "support", UIDValidity: 1, UID: d.uid}, []byte(e.RawHash))
	check(t, err)
	return m
}

func (d *desk) show(t failer, id string) Shown {
	t.Helper()
	s, err := d.Show(id)
	check(t, err)
	return s
}

// state fails unless the ticket is in the state.
func (d *desk) state(t failer, id string, want policy.State) {
	t.Helper()
	if s := d.show(t, id); s.State != want {
		t.Fatalf("%s is %s, want %s; %v", id, s.State, want, s.History)
	}
}

// may asks for an authorization by email.
func (d *desk) may(t failer, id string, class policy.Class, agent string) Authorization {
	t.Helper()
	a, err := d.Authorize(AuthorizeRequest{Ticket: id, Class: class, Agent: agent, Channel: policy.Email})
	check(t, err)
	return a
}

// wants fails unless the message came to the reason.
func wants(t failer, m Message, code string) {
	t.Helper()
	if string(m.Decision.Reason()) != code {
		t.Fatalf("message came to %s %v, want %s", m.Verdict, m.Reasons, code)
	}
}

// dump gives every key and value.
func (d *desk) dump(t failer) map[string]string {
	t.Helper()
	all := map[string]string{}
	check(t, d.KV().View(func(v kv.View) error {
		return v.Scan("", "", func(key string, value []byte) error { all[key] = string(value); return nil })
	}))
	return all
}

// outbox gives what stands in the outbox for a ticket.
func (d *desk) outbox(t failer, ticket string) (all []outbox.Outgoing) {
	t.Helper()
	check(t, d.Outbox.Each(func(o outbox.Outgoing) error {
		if o.Ticket == ticket || ticket == "" {
			all = append(all, o)
		}
		return nil
	}))
	return all
}

// change changes a contact as an import does.
func (d *desk) contact(t failer, id string, change func(*clients.Contact)) {
	t.Helper()
	check(t, d.kv.Update(func(tx kv.Tx) error {
		c, _, err := clients.Get(tx, id)
		if err != nil {
			return err
		}
		c.Addresses = slices.Clone(c.Addresses)
		change(&c)
		return clients.PutContact(tx, c)
	}))
}

func has(a Authorization, code string) bool {
	return slices.ContainsFunc(a.Reasons, func(r policy.Reason) bool { return string(r.Code) == code })
}

func happened(s Shown, event string) (n int) {
	for _, e := range s.History {
		if strings.HasPrefix(e.Event, event) {
			n++
		}
	}
	return n
}

func check(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}
