package tickets

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/clients"
	"countersign/internal/audit"
	"countersign/internal/kv"
	"countersign/internal/suite"
	"countersign/policy"
	"countersign/staff"
)

// keeper is what the design says of one locked client, in as few words as that takes;
// of notices, tokens and records it knows nothing.
type keeper struct {
	locked bool
	epoch  int
	asked  *askedKeeper
	people map[string]*keyed
	leads  map[string]bool // agents, and whether they may
}

type keyed struct {
	client            string
	primary, approves bool
	since             time.Time // when they came to approve anew; zero: always
	gone              bool
	left              time.Time // when they went
}

type askedKeeper struct {
	ticket          string
	epoch           int
	hours           int
	good, dead      bool
	until, from, to time.Time
	said            []string // lea, max, or contacts
	spent           []string // contacts who have answered
}

// counts reports whether somebody's yes is one now.
func (k *keeper) counts(who string, now time.Time) bool {
	if lead, is := k.leads[who]; is {
		return lead
	}
	p := k.people[who]
	return !p.gone && p.client == "c1" && (p.primary || p.approves && !(!p.since.IsZero() && now.Before(p.since.Add(coolFor))))
}

func (k *keeper) two(now time.Time, out ...string) bool {
	n, theirs := 0, false
	for _, who := range k.asked.said {
		if k.counts(who, now) && !slices.Contains(out, who) {
			_, lead := k.leads[who]
			n, theirs = n+1, theirs || !lead
		}
	}
	return n >= 2 && theirs
}

func (k *keeper) asking(now time.Time) bool {
	a := k.asked
	return a != nil && !a.dead && a.epoch == k.epoch && a.from.IsZero() && now.Before(a.until)
}

// within reports whether it is one of the hours for which two agreed once.
func (k *keeper) within(now time.Time) bool {
	a := k.asked
	return a != nil && !a.dead && a.epoch == k.epoch && !a.from.IsZero() && now.Before(a.to)
}

// wants is the code that stands against an agent, "" if none does.
func (k *keeper) wants(agent string, now time.Time) policy.Code {
	switch {
	case !k.locked:
		return ""
	case !k.within(now) || !k.two(now):
		return policy.CodeClientLocked
	case !k.two(now, agent):
		return policy.CodeLockOpener
	}
	return ""
}

func (k *keeper) agrees(who string, now time.Time) {
	a := k.asked
	a.said = append(a.said, who)
	if !a.from.IsZero() || !k.two(now) {
		return
	}
	a.from, a.to = now, now.Add(time.Duration(a.hours)*time.Hour)
	if a.good {
		k.locked, a.to = false, now
	}
}

func (k *keeper) copy() *keeper {
	c := *k
	c.people, c.leads = map[string]*keyed{}, maps.Clone(k.leads)
	for id, p := range k.people {
		one := *p
		c.people[id] = &one
	}
	if k.asked != nil {
		one := *k.asked
		one.said, one.spent = slices.Clone(one.said), slices.Clone(one.spent)
		c.asked = &one
	}
	return &c
}

// lockSteps is a desk beside that.
type lockSteps struct {
	*desk
	*keeper
	letters map[string]Letter // the latest of each kind, by kind and contact
	read    int
	ticket  string // Bob's, which is looked at
	seen    map[string]int
	copied  *lockCopy
}

type lockCopy struct {
	store   map[string]string
	oracle  *keeper
	letters map[string]Letter
	ticket  string
}

var lockClock = []time.Duration{time.Second, time.Second, time.Minute, 50 * time.Minute, 2 * time.Hour, 5 * time.Hour, 25 * time.Hour, 73 * time.Hour}

func newLockSteps(t *rapid.T, seen map[string]int) *lockSteps {
	m := &lockSteps{desk: lockDesk(t), seen: seen, letters: map[string]Letter{}, keeper: &keeper{leads: map[string]bool{"lea": true, "max": true}, people: map[string]*keyed{
		"ada": {client: "c1", primary: true, approves: true}, "bob": {client: "c1", approves: true}, "nils": {client: "c1", approves: true}}}}
	ticket, _ := m.ask(t, bob, policy.PasswordChange)
	m.ticket = ticket.ID
	return m
}

// learn reads the mails that were written since.
func (m *lockSteps) learn(t *rapid.T) {
	check(t, m.Tick())
	for ; m.read < len(m.desk.letters); m.read++ {
		l := m.desk.letters[m.read]
		who, _, _ := strings.Cut(l.To, "@")
		m.letters[string(l.Kind)+" "+who] = l
	}
	if a := m.asked; a != nil && !a.dead && a.from.IsZero() && !m.clock().Before(a.until) && a.epoch == m.epoch {
		a.dead = true // nobody agreed in time
	}
}

func (m *lockSteps) letter(t *rapid.T, kinds ...policy.NoticeKind) (Letter, string) {
	who := rapid.SampledFrom([]string{"ada", "bob", "nils"}).Draw(t, "who")
	l, ok := m.letters[string(rapid.SampledFrom(kinds).Draw(t, "kind"))+" "+who]
	if !ok {
		t.Skip("no such mail")
	}
	return l, who
}

func (m *lockSteps) actions() map[string]func(*rapid.T) {
	lead := func(t *rapid.T) string { return rapid.SampledFrom([]string{"lea", "max", "kim"}).Draw(t, "agent") }
	return map[string]func(*rapid.T){
		"lock": func(t *rapid.T) {
			agent := lead(t)
			_, err := m.LockClient(By{}, LockRequest{Client: "c1", Agent: agent, Reason: "so"})
			m.may(t, err, m.leads[agent])
			if err == nil {
				m.locks()
			}
		},
		"writes LOCK": func(t *rapid.T) {
			who := rapid.SampledFrom([]string{"ada", "bob", "nils"}).Draw(t, "who")
			m.receive(t, m.writesLock(who+"@client.example"))
			if p := m.people[who]; p.primary && !p.gone && p.client == "c1" {
				m.locks()
			}
		},
		"unlock":  func(t *rapid.T) { m.unlocks(t, lead(t)) },
		"unlock2": func(t *rapid.T) { m.unlocks(t, "lea") },
		"unlock3": func(t *rapid.T) { m.unlocks(t, "max") },
		"yes":     func(t *rapid.T) { m.saysYes(t) },
		"yes2":    func(t *rapid.T) { m.saysYes(t) },
		"yes3":    func(t *rapid.T) { m.saysYes(t) },
		"no": func(t *rapid.T) {
			l, who := m.letter(t, policy.NoticeUnlock, policy.NoticeUnlocked)
			m.receive(t, m.reply(l, policy.No))
			if p := m.people[who]; l.Kind == policy.NoticeUnlocked && p.gone && !m.Now().Before(p.left.Add(clients.LeftLife)) {
				return // too late to object
			}
			if a := m.asked; a != nil && a.ticket == l.Ticket && !a.dead {
				a.dead, m.locked = true, true
				m.seen["shut by a no"]++
			}
		},
		"turns": func(t *rapid.T) { m.turn(rapid.SampledFrom(lockClock).Draw(t, "by")) },
		"people": func(t *rapid.T) {
			who := rapid.SampledFrom([]string{"bob", "nils"}).Draw(t, "who")
			what := rapid.SampledFrom([]string{"approves", "approves", "removed", "moved"}).Draw(t, "what")
			p := m.people[who]
			m.contact(t, who, func(c *clients.Contact) {
				switch what {
				case "removed":
					p.gone = !p.gone
					p.left = m.Now()
					c.Ended = p.left
					c.Status = map[bool]clients.Status{true: clients.Removed, false: clients.Active}[p.gone]
				case "moved":
					p.client = map[string]string{"c1": "c2", "c2": "c1"}[p.client]
					c.Client = p.client
				default:
					if p.approves = !p.approves; p.approves {
						p.since = m.Now()
						c.Gained = map[string]time.Time{string(clients.Approve): p.since}
					}
					c.Permissions = map[bool][]clients.Permission{true: {"ask", "password-change", clients.Approve}, false: {"ask", "password-change"}}[p.approves]
				}
			})
		},
		"agent": func(t *rapid.T) {
			who := rapid.SampledFrom([]string{"lea", "max"}).Draw(t, "agent")
			m.leads[who] = !m.leads[who]
			m.agent(t, who, func(a *staff.Agent) { a.Disabled = !m.leads[who] })
		},
		"opens": func(t *rapid.T) {
			n := len(m.desk.letters)
			ticket, err := m.Open(OpenRequest{Contact: ada, Channel: policy.Chat, Class: policy.PasswordChange, Subject: "Another", Agent: "kim"})
			check(t, err)
			shut := m.wants("", m.clock()) == policy.CodeClientLocked
			if asked := len(m.desk.letters) > n; asked == shut {
				t.Fatalf("%s: the contact was asked %v, and it is shut %v", ticket.ID, asked, shut)
			}
		},
		"backup": func(t *rapid.T) { m.copied = &lockCopy{m.dump(t), m.keeper.copy(), maps.Clone(m.letters), m.ticket} },
		"restore": func(t *rapid.T) {
			if m.copied == nil || rapid.Bool().Draw(t, "not yet") {
				t.Skip("there is no copy")
			}
			m.putBack1(t)
		},
		"": func(t *rapid.T) { m.learn(t); m.judged(t) },
	}
}

func (m *lockSteps) may(t *rapid.T, err error, may bool) {
	t.Helper()
	if (err == nil) != may {
		t.Fatalf("%v, and it may %v; %+v", err, may, m.asked)
	}
}

// locks locks it, or shuts what is asked or open.
func (m *lockSteps) locks() {
	now := m.Now()
	switch {
	case !m.locked:
		m.locked, m.asked = true, nil
	case m.keeper.asking(now) || m.within(now):
		m.asked.dead = true
		m.seen["shut by a lock"]++
	}
	m.seen["locked"]++
}

func (m *lockSteps) unlocks(t *rapid.T, agent string) {
	hours, good := rapid.SampledFrom([]int{0, 1, 3}).Draw(t, "hours"), rapid.IntRange(0, 4).Draw(t, "for good") == 0
	if good {
		hours = 0
	}
	now := m.Now()
	_, err := m.Unlock(By{}, UnlockRequest{Client: "c1", Agent: agent, Hours: hours, Good: good, Reason: "so"})
	a := m.asked
	other := m.keeper.asking(now) && (good != a.good && (good || hours > 0) || hours > 0 && hours != a.hours)
	m.may(t, err, m.locked && m.leads[agent] && !(m.within(now) && m.two(now)) && !(m.keeper.asking(now) && slices.Contains(a.said, agent)) && !other)
	if err != nil {
		return
	}
	if !m.keeper.asking(now) {
		m.asked = &askedKeeper{ticket: m.lockNow1(t).Last.Ticket, epoch: m.epoch, hours: cmp.Or(hours, openHours), good: good, until: now.Add(unlockLife)}
	}
	m.agrees(agent, now)
	if m.keeper.asking(now) && len(m.asked.said) == 2 {
		m.seen["two leads"]++
	}
}

func (m *lockSteps) saysYes(t *rapid.T) {
	l, who := m.letter(t, policy.NoticeUnlock)
	now, a := m.Now(), m.asked
	m.receive(t, m.reply(l, policy.Yes))
	if !m.locked || a == nil || a.ticket != l.Ticket || !m.counts(who, now) || slices.Contains(a.spent, who) || now.After(a.until) || !m.keeper.asking(now) && !m.within(now) {
		return
	}
	a.spent = append(a.spent, who)
	was := m.within(now)
	m.agrees(who, now)
	switch {
	case m.within(now) && !was:
		m.seen["opened by a contact"]++
	case !m.locked:
		m.seen["ended for good"]++
	}
}

// putBack1 puts the copy in the place of the store.
func (m *lockSteps) putBack1(t *rapid.T) {
	now := m.dump(t)
	check(t, m.engine.Update(func(tx kv.Tx) error {
		for key := range now {
			check(t, tx.Delete(key))
		}
		for key, value := range m.copied.store {
			check(t, tx.Put(key, []byte(value)))
		}
		return nil
	}))
	if restored, err := m.Log.CheckHead(""); err != nil || !restored {
		t.Fatalf("restored %v, %v", restored, err)
	}
	m.keeper, m.letters, m.ticket = m.copied.oracle.copy(), maps.Clone(m.copied.letters), m.copied.ticket
	m.read, m.copied = len(m.desk.letters), nil
	check(t, m.KV().View(func(v kv.View) error {
		e, err := epochNow(v)
		m.epoch = e.Number
		return err
	}))
	m.seen["restored"]++
}

// judged asks for everybody, by mail and by phone, and compares.
func (m *lockSteps) judged(t *rapid.T) {
	check(t, m.KV().View(func(v kv.View) error {
		ticket, err := load(v, m.ticket)
		check(t, err)
		for _, id := range []string{"kim", "lea", "max"} {
			agent, _, err := staff.Get(v, id)
			check(t, err)
			for _, by := range []policy.Channel{policy.Email, policy.Phone} {
				_, d, err := m.judge(v, ticket, AuthorizeRequest{Ticket: ticket.ID, Class: ticket.Class, Agent: id, Channel: by}, agent)
				check(t, err)
				var got policy.Code
				for _, r := range d.Reasons {
					if r.Code == policy.CodeClientLocked || r.Code == policy.CodeLockOpener {
						got = r.Code
					}
				}
				if want := m.wants(id, m.Now()); got != want {
					t.Fatalf("%s by %s: %q, want %q; locked %v, asked %+v, epoch %d, %s", id, by, got, want, m.locked, m.asked, m.epoch, m.Now())
				}
				m.seen[string(cmp.Or(got, "free"))]++
			}
		}
		l, known, err := m.LockOf(v, "c1")
		if known && (l.Locked != m.locked || l.Open != (m.locked && m.within(m.Now()) && m.two(m.Now()))) {
			t.Fatalf("shown as %+v %+v; locked %v, asked %+v", l, l.Last, m.locked, m.asked)
		}
		return err
	}))
}

// TestLockModel: whatever leads and contacts do, in whatever order and however late, a
// lock is open exactly when the oracle says so, and for whom it says.
func TestLockModel(t *testing.T) {
	seen := map[string]int{}
	sized(t, "rapid.steps", "50")
	sized(t, "rapid.checks", suite.Size("60", "2000"))
	rapid.Check(t, func(rt *rapid.T) {
		m := newLockSteps(rt, seen)
		defer m.Store.Close()
		if rapid.Bool().Draw(rt, "locked at first") {
			_, err := m.LockClient(By{}, LockRequest{Client: "c1", Agent: "max", Reason: "so"})
			check(rt, err)
			m.locks()
		}
		rt.Repeat(m.actions())
		if _, err := audit.Verify(m.KV()); err != nil {
			rt.Fatal(err)
		}
	})
	t.Logf("seen: %v", seen)
	for _, what := range []string{"locked", "opened by a contact", "ended for good", "shut by a no", "shut by a lock", "restored", "client_locked", "lock_opener", "free"} {
		if seen[what] == 0 && !t.Failed() {
			t.Errorf("it was never %s, so nothing is shown of it", what)
		}
	}
}
