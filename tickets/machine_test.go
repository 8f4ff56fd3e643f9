package tickets

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/clients"
	"countersign/internal/audit"
	"countersign/internal/kv/bolt"
	"countersign/policy"
)

// The model of the desk: who may still answer which letter, and what was proved.
type modelTicket struct {
	id, contact     string
	class           policy.Class
	revision        int
	over, disputed  bool
	yes, weak       bool // proved, or by the token alone, for this revision
	acted           int  // the latest revision that ever had a proof
	held            bool // mail that may be a no waits for DNS, for good
	receipts        []string
	receiptRevision int
	old             bool // used before a restore: not even the same agent is allowed again
}

type modelLetter struct {
	Letter
	contact     string
	revision    int
	void, spent bool
	lost        bool // with all that the restored store does not know
}

type machine struct {
	*desk
	tickets []*modelTicket
	letters []*modelLetter
	file    map[string][]string        // contact: addresses on file
	stopped map[string][]string        // client: tickets
	cools   map[policy.Class]time.Time // what bob was newly given, until when it cools
	past    []policy.Evidence
	backup  *backup
}

var clientOf = map[string]string{"ada": "c1", "bob": "c1", "eve": "c2"}

func (m *machine) ticket(id string) *modelTicket {
	i := slices.IndexFunc(m.tickets, func(t *modelTicket) bool { return t.id == id })
	return m.tickets[i]
}

func (m *machine) kill(id string, change func(*modelLetter)) {
	for _, l := range m.letters {
		if l.Ticket == id {
			change(l)
		}
	}
}

func void(l *modelLetter)     { l.void = true }
func answered(l *modelLetter) { l.spent = l.spent || l.Kind != "lift" }

// used reports whether the allow of the revision is used up.
func (t *modelTicket) used() bool { return len(t.receipts) > 0 && t.receiptRevision == t.revision }

// dispute is a no that counts, to what a revision asked for: it puts the
// contact's other tickets back.
func (m *machine) dispute(t *modelTicket, said int) {
	if t.over {
		t.over, t.disputed = false, false // a no is heard after the end, too
	}
	client := clientOf[t.contact]
	stops := t.acted > 0 && t.acted >= said && !slices.Contains(m.stopped[client], t.id)
	if t.disputed && !stops {
		return
	}
	if stops {
		m.stopped[client] = append(m.stopped[client], t.id)
	}
	t.disputed, t.yes, t.weak = true, false, false
	m.kill(t.id, void)
	for _, other := range m.tickets {
		if t.class.Privileged() && other != t && other.contact == t.contact && other.class.Privileged() && !other.over && !other.disputed && !other.used() {
			other.yes, other.weak = false, false
			m.kill(other.id, void)
		}
	}
}

// learn takes over the letters that an action wrote, each to an address on file.
func (m *machine) learn(t *rapid.T) {
	for _, l := range m.desk.letters[len(m.letters):] {
		who := ""
		for contact, addresses := range m.file {
			if addresses[0] == l.To {
				who = contact
			}
		}
		if who == "" || l.Kind != "lift" && who != m.ticket(l.Ticket).contact {
			t.Fatalf("a %s notice for %s went to %s", l.Kind, l.Ticket, l.To)
		}
		m.letters = append(m.letters, &modelLetter{Letter: l, contact: who, revision: m.ticket(l.Ticket).revision})
	}
}

func (m *machine) any(t *rapid.T) *modelTicket {
	if len(m.tickets) == 0 {
		t.Skip("no ticket")
	}
	return rapid.SampledFrom(m.tickets).Draw(t, "ticket")
}

func (m *machine) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"open":    m.open1,
		"edit":    m.edit,
		"ask":     m.askAgain,
		"close":   m.closeTicket,
		"reply":   m.answer,
		"reply2":  m.answer,
		"replay":  m.replay,
		"turn":    func(t *rapid.T) { m.turn(time.Duration(rapid.IntRange(1, 60).Draw(t, "hours")) * time.Hour) },
		"restart": func(t *rapid.T) { m.restart(t) },
		"move":    m.move,
		"allow":   m.allowed,
		"lift":    m.lift,
		"send":    m.send,
		"cool":    m.cool,
		"backup":  m.save,
		"restore": m.putBack,
		"":        m.check,
	}
}

func (m *machine) open1(t *rapid.T) {
	who := rapid.SampledFrom([]string{"ada", "bob", "eve"}).Draw(t, "contact")
	class := rapid.SampledFrom([]policy.Class{policy.MinorChange, policy.PasswordChange, policy.DNSChange}).Draw(t, "class")
	ticket, err := m.Open(OpenRequest{Contact: m.file[who][0], Channel: policy.Chat, Class: class, Subject: "A thing", Agent: "kim"})
	check(t, err)
	m.tickets = append(m.tickets, &modelTicket{id: ticket.ID, contact: who, class: class, revision: 1})
	m.learn(t)
}

func (m *machine) edit(t *rapid.T) {
	k := m.any(t)
	ticket, err := m.Edit(EditRequest{Ticket: k.id, Request: "Another thing", Agent: "kim"})
	if (err == nil) != (!k.over && !k.disputed) {
		t.Fatalf("edit of %+v: %v", k, err)
	}
	if err != nil {
		return
	}
	k.yes, k.weak, k.old, k.revision = false, false, false, k.revision+1
	m.kill(k.id, void)
	if ticket.Revision != k.revision {
		t.Fatalf("revision %d, want %d", ticket.Revision, k.revision)
	}
	m.learn(t)
}

func (m *machine) askAgain(t *rapid.T) {
	k := m.any(t)
	if _, err := m.AskAgain(k.id, "kim"); err == nil && (k.over || k.disputed || k.yes) {
		t.Fatalf("%+v was asked again", k)
	}
	m.learn(t)
}

func (m *machine) closeTicket(t *rapid.T) {
	k := m.any(t)
	if _, err := m.CloseTicket(k.id, "kim"); err == nil {
		k.over = true
		m.kill(k.id, void)
	}
}

// answer sends a reply of some kind to some letter that was ever sent.
func (m *machine) answer(t *rapid.T) {
	letters := slices.DeleteFunc(slices.Clone(m.letters), func(l *modelLetter) bool { return l.Reference == "" || l.lost })
	if len(letters) == 0 {
		t.Skip("no letter")
	}
	l := rapid.SampledFrom(letters).Draw(t, "letter")
	k := m.ticket(l.Ticket)
	intent := rapid.SampledFrom([]policy.Intent{policy.Yes, policy.Yes, policy.No, policy.Unclear}).Draw(t, "intent")
	e := m.reply(l.Letter, intent)
	if rapid.IntRange(0, 3).Draw(t, "from") == 0 {
		e.From = rapid.SampledFrom([]string{ada, bob, eve, "bob@new.example", "mallory@evil.example"}).Draw(t, "address")
	}
	proved, weak, machine := true, false, false
	switch rapid.IntRange(0, 11).Draw(t, "sender") {
	case 0, 1:
		e.Sender, proved, weak = policy.Sender{Result: policy.ResultNone}, false, l.Kind != "lift"
	case 2:
		e.Sender, proved, weak = policy.Sender{Result: policy.ResultPass, By: policy.BySPF}, false, l.Kind != "lift"
	case 3:
		e.Sender, proved = policy.Sender{Result: policy.ResultFail}, false
	case 4:
		e.Sender, proved = policy.Sender{Result: policy.ResultTempError}, false
	case 5:
		e.Kind, machine = policy.KindAutoReply, true
	}
	if !proved && !weak && l.Kind == "lift" {
		t.Skip("not modelled")
	}
	if rapid.IntRange(0, 5).Draw(t, "marks") == 0 {
		e.Tokens = nil
	}
	m.past = append(m.past, e)
	from := ""
	for contact, addresses := range m.file {
		if slices.Contains(addresses, e.From) {
			from = contact
		}
	}
	usable := !l.void && l.revision == k.revision && slices.Contains(m.file[l.contact], l.To)
	token := usable && !l.spent && len(e.Tokens) > 0 && !e.Arrived.After(l.Date.Add(168*time.Hour))
	open := !k.over && !k.disputed
	theirs := from == k.contact || e.From == l.To || from != "" && clientOf[from] == clientOf[k.contact] && !k.over
	if l.Kind == "lift" {
		theirs = from == l.contact || e.From == l.To || from != "" && clientOf[from] == clientOf[k.contact] && !k.over
	}
	got := m.receive(t, e)
	if got.Ticket == k.id && len(got.Decision.Proofs()) > 0 && !got.Decision.Has(policy.EffectDispute) {
		k.acted = k.revision
	}
	if got.Outcome == policy.OutcomeDefer && theirs && intent != policy.Yes && l.Kind != "lift" {
		k.held = true
	}
	switch {
	case proved && !machine && theirs && intent == policy.No: // whatever became of the question
		if l.Kind == "lift" && token && from == l.contact {
			m.kill(k.id, func(other *modelLetter) {
				other.spent = other.spent || other.Kind == "lift" && other.revision == k.revision && other.contact == l.contact
			})
		}
		m.dispute(k, l.revision)
	case machine || !proved && !weak || from == "":
	case l.Kind == "lift":
		if proved && token && from == l.contact && intent == policy.Yes {
			m.kill(k.id, func(other *modelLetter) {
				other.spent = other.spent || other.Kind == "lift" && other.revision == k.revision && other.contact == l.contact
			})
			c := clientOf[l.contact]
			m.stopped[c] = slices.DeleteFunc(m.stopped[c], func(id string) bool { return id == k.id })
			k.acted = k.revision // a no from now on stops them again
		}
	case from != k.contact || from != l.contact:
	case proved && token && intent == policy.Yes && open && m.cooling(k):
		if got.Decision.Confirmed() || got.Decision.Reason() != "cooling" {
			t.Fatalf("a yes to what cools came to %v", got.Reasons)
		}
	case proved && token && intent == policy.Yes && open:
		k.yes = true
		m.kill(k.id, answered)
		if !got.Decision.Confirmed() {
			t.Fatalf("a proved yes came to %v", got.Reasons)
		}
	case weak && token && open && intent == policy.Yes:
		k.weak = true
		if k.class == policy.MinorChange { // where it counts
			m.kill(k.id, answered)
		}
	case weak && token && open && intent == policy.No && !got.Decision.Has(policy.EffectUnprovedNo):
		t.Fatalf("an unproved no with the token came to %v", got.Reasons)
	}
	if got.Decision.Has(policy.EffectUnprovedNo) { // may be heard more often than it must
		k.yes, k.weak = false, false
		m.kill(k.id, void)
	}
	if got.Decision.Confirmed() && !k.yes {
		t.Fatalf("confirmed without a proof: %+v", got)
	}
	if got.Decision.Has(policy.EffectOpen) { // another client's contact, whom nothing binds to the ticket
		if clientOf[got.Facts.Person.ID] == clientOf[k.contact] {
			t.Fatalf("a mail about %s opened %s", k.id, got.Ticket)
		}
		m.tickets = append(m.tickets, &modelTicket{id: got.Ticket, contact: got.Facts.Person.ID, class: policy.Question, revision: 1})
	}
	m.learn(t)
}

// replay hands in what was handed in before: it changes nothing.
func (m *machine) replay(t *rapid.T) {
	if len(m.past) == 0 {
		t.Skip("no message")
	}
	e := rapid.SampledFrom(m.past).Draw(t, "message")
	if e.Sender.Result == policy.ResultTempError {
		t.Skip("it was not settled")
	}
	wants(t, m.receive(t, e), "duplicate")
	m.learn(t)
}

func (m *machine) move(t *rapid.T) {
	m.file["bob"] = []string{rapid.SampledFrom([]string{bob, "bob@new.example"}).Draw(t, "address")}
	m.contact(t, "bob", func(c *clients.Contact) { c.Addresses = m.file["bob"] })
}

func (m *machine) lift(t *rapid.T) {
	k := m.any(t)
	if _, err := m.Lift(k.id, "max", "A reason"); err != nil && slices.Contains(m.stopped[clientOf[k.contact]], k.id) {
		t.Fatalf("lift of a stopped client: %v", err)
	}
	m.learn(t)
}

func (m *machine) allowed(t *rapid.T) {
	k := m.any(t)
	a := m.may(t, k.id, k.class, rapid.SampledFrom([]string{"kim", "lee"}).Draw(t, "agent"))
	m.learn(t)
	if a.Decision != policy.Allow || k.class == policy.Question { // which needs nothing and uses nothing up
		return
	}
	proved := k.yes || k.class == policy.MinorChange && !k.disputed // its sender or token may do
	if !proved || k.over || k.disputed || k.held || k.old || m.cooling(k) || k.class.Privileged() && len(m.stopped[clientOf[k.contact]]) > 0 {
		t.Fatalf("%+v allowed: %+v", k, a)
	}
	if k.receiptRevision != k.revision {
		k.receipts, k.receiptRevision = nil, k.revision
	}
	if len(k.receipts) > 0 && k.receipts[0] != a.Receipt {
		t.Fatalf("revision %d allowed twice: %s, %s", k.revision, k.receipts[0], a.Receipt)
	}
	k.receipts = []string{a.Receipt}
}

// send takes what is due from the outbox, to addresses on file only.
func (m *machine) send(t *rapid.T) {
	out, err := m.Outbox.Due(m.Now(), 10, rapid.Bool().Draw(t, "all"))
	check(t, err)
	for _, o := range out {
		if o.Agent == "" && !slices.ContainsFunc([]string{"ada", "bob", "eve"}, func(c string) bool { return slices.Contains(m.file[c], o.To) }) {
			t.Fatalf("%+v is due, but not on file", o)
		}
		if o.Agent != "" && o.To != o.Agent+"@desk.example" {
			t.Fatalf("%+v is due, but not to staff", o)
		}
		check(t, m.Outbox.Attempt(o.ID, m.Now()))
		switch rapid.IntRange(0, 3).Draw(t, "fate") {
		case 0:
			check(t, m.Outbox.Retry(o.ID, m.Now().Add(time.Hour), false, "later"))
		case 1:
			m.restart(t)
			check(t, m.Outbox.Recover())
		case 2:
			check(t, m.Outbox.Failed(o.ID, "550 no"))
		default:
			check(t, m.Outbox.Sent(o.ID))
		}
	}
}

func (m *machine) check(t *rapid.T) {
	check(t, m.Tick())
	for _, k := range m.tickets {
		s := m.show(t, k.id)
		if s.State == policy.StateExpired && !k.over {
			if k.yes || k.disputed {
				t.Fatalf("%+v has expired", k)
			}
			k.over = true
			m.kill(k.id, void)
		}
		if s.Confirmed != k.yes || (s.State == policy.StateDisputed) != (k.disputed && !k.over) || s.Revision != k.revision {
			t.Fatalf("%s is %s, confirmed %v; the model: %+v\n%v", k.id, s.State, s.Confirmed, k, s.History)
		}
	}
	m.learn(t)
}

// TestMachine tries sequences of everything that can happen to tickets against
// the model, with the store in memory or, now and then, in a file.
func TestMachine(t *testing.T) {
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		d := memoryDesk(rt, nil)
		if n%25 == 0 {
			d = &desk{now: start, path: filepath.Join(t.TempDir(), "state.db")}
			engine, err := bolt.Open(d.path)
			check(rt, err)
			d.open(rt, engine, nil)
		}
		defer func() { d.Store.Close(); d.engine.Close() }()
		m := &machine{desk: d, cools: map[policy.Class]time.Time{}, file: map[string][]string{"ada": {ada}, "bob": {bob}, "eve": {eve}}, stopped: map[string][]string{}}
		rt.Repeat(m.actions())
		if _, err := audit.Verify(d.KV()); err != nil {
			rt.Fatal(err)
		}
	})
}
