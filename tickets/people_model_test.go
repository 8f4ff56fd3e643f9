package tickets

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/audit"
	"countersign/internal/kv"
	"countersign/internal/suite"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/outbox"
)

// mail is a letter of ours as the model knows it.
type mail struct {
	Letter
	who      string // contact it went to
	revision int
	dead     bool // for a yes
	past     bool // it is of before a restore or an unproved no, so it binds nothing
}

// folk is a desk whose people change, beside the oracle.
type folk struct {
	*desk
	oracle
	mails     []*mail
	read      int // letters that were learned of
	backup    *folkBackup
	left      map[string]time.Time // when mails that tell of a change were seen to have left
	allowedOf map[string]int       // how many by class
}

// the addresses that each of them may come to have, and what they may come to be allowed
var (
	mailboxes = map[string][]string{
		"ada": {ada, "ada@home.example"}, "bob": {bob, "bob@home.example", "bob@new.example"},
		"nils": {"nils@client.example", "nils@home.example"}, "eve": {eve, "eve@home.example"},
	}
	grants    = []string{"minor-change", "password-change", "cancellation", "account-change", "approve"}
	codeWords = []codes.Secret{bobs, another}
	clock1    = []time.Duration{time.Second, 10 * time.Minute, 29 * time.Minute, 5 * time.Hour, 25 * time.Hour, 72 * time.Hour, 96 * time.Hour}
)

// everything is the request of an account-change that names all that there could be.
var everything = func() string {
	var all []string
	for _, who := range slices.Sorted(maps.Keys(mailboxes)) {
		for _, box := range mailboxes[who] {
			all = append(all, "add "+box)
		}
	}
	return "Please: " + strings.Join(append(all, grants...), " ") + "."
}()

func newFolk(t *rapid.T, allowed map[string]int) *folk {
	f := &folk{desk: memoryDesk(t, nil), allowedOf: allowed, left: map[string]time.Time{}, oracle: oracle{people: map[string]*human{}, matters: map[string]*matter1{},
		codes: map[string]*phoneCode{}, leads: map[string]bool{"max": true, "lea": true}, off: map[string]bool{}, stopped: map[string][]string{}}}
	put := func(id, client string, role clients.Role, may ...string) {
		check(t, f.kv.Update(func(tx kv.Tx) error {
			return clients.PutContact(tx, clients.Contact{ID: id, Client: client, Role: role, Status: clients.Active, Addresses: mailboxes[id][:1], Permissions: permissions(may)})
		}))
		if role == clients.Primary {
			may = append(may, "primary")
		}
		f.people[id] = &human{client: client, addresses: mailboxes[id][:1], may: may, since: map[string]time.Time{}}
	}
	put("ada", "c1", clients.Primary, grants...)
	put("bob", "c1", clients.Authorised, "minor-change", "password-change", "cancellation", "account-change")
	put("nils", "c1", clients.Authorised, "minor-change", "approve")
	put("eve", "c2", clients.Primary, grants...)
	check(t, f.kv.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "lea", Role: staff.RoleLead, Email: "lea@desk.example", Authorities: []string{staff.All}})
		return err
	}))
	f.now1()
	return f
}

// begins brings tickets to somewhere before all is proved, and codes that cool no longer.
func (f *folk) begins(t *rapid.T) {
	for _, who := range []string{"bob", "eve"} {
		if rapid.Bool().Draw(t, "a code") {
			f.setCode(t, CodeRequest{Contact: f.people[who].addresses[0]}, who, "max")
		}
	}
	f.turn(73 * time.Hour)
	for range 4 {
		f.opens(t)
	}
	for range rapid.IntRange(0, 6).Draw(t, "carried") {
		f.carried(t)
	}
}

func permissions(names []string) (all []clients.Permission) {
	for _, n := range names {
		if n != "primary" {
			all = append(all, clients.Permission(n))
		}
	}
	return all
}

func (f *folk) now1() { f.oracle.now = f.clock() }

// leaves lets what waits leave, perhaps, and sees which of those mails did by which
// others hear of a change of the account.
func (f *folk) leaves(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "mails leave") > 0 {
		f.send(t)
	}
	told, untold := map[string]time.Time{}, map[string]bool{}
	check(t, f.Outbox.Each(func(o outbox.Outgoing) error {
		if o.Kind != policy.NoticeChangeAsked {
			return nil
		}
		return f.kv.View(func(v kv.View) error {
			n, _, err := kv.Load[notice](v, noticePrefix+o.Notice)
			k := f.matters[o.Ticket]
			switch {
			case err != nil || k == nil || n.Revision != k.revision:
			case o.State == outbox.Queued:
				untold[o.Ticket] = true
			case f.left[o.ID].IsZero():
				f.left[o.ID] = f.oracle.now
				fallthrough
			default:
				if at := f.left[o.ID]; at.After(told[o.Ticket]) {
					told[o.Ticket] = at
				}
			}
			return err
		})
	}))
	for _, k := range f.matters {
		k.told, k.untold = told[k.id], untold[k.id]
	}
}

// tick lets what is to be told be written, and learns of it.
func (f *folk) tick(t *rapid.T) {
	f.now1()
	check(t, f.Tick())
	f.learn(t)
	f.leaves(t)
	for _, k := range f.matters {
		if s := f.show(t, k.id); s.State.Over() && !k.over {
			k.over = true
			f.kill(func(m *mail) bool { return m.Ticket == k.id })
		}
	}
}

// learn takes over what was written: to addresses on file, or that left it lately.
func (f *folk) learn(t *rapid.T) {
	for _, l := range f.letters[f.read:] {
		f.read++
		m := &mail{Letter: l}
		m.who = whoReads(l.To)
		if h := f.people[m.who]; h == nil || !h.reads(l.To) && l.Kind != policy.NoticeChanged {
			t.Fatalf("a %s went to %s, which is not on file", l.Kind, l.To)
		}
		k := f.matters[l.Ticket]
		if k == nil { // opened to tell of something
			s := f.show(t, l.Ticket)
			k = &matter1{id: l.Ticket, contact: whoReads(s.Contact), client: s.Client, class: s.Class, revision: 1, over: true, acted: 1}
			f.matters[k.id] = k
		}
		m.revision = k.revision
		f.mails = append(f.mails, m)
	}
}

// whoReads gives whose address it is.
func whoReads(address string) string {
	for id, boxes := range mailboxes {
		if slices.Contains(boxes, address) {
			return id
		}
	}
	return ""
}

// kill makes letters good for no yes.
func (f *folk) kill(which func(*mail) bool) {
	for _, m := range f.mails {
		m.dead = m.dead || which(m)
	}
}

// pick draws one of the tickets.
func (f *folk) pick(t *rapid.T, which func(*matter1) bool) *matter1 {
	var ids []string
	for id, k := range f.matters {
		if k.class != policy.Question && (which == nil || which(k)) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		t.Skip("no ticket")
	}
	slices.Sort(ids)
	return f.matters[rapid.SampledFrom(ids).Draw(t, "ticket")]
}

func (f *folk) agent(t *rapid.T) string {
	return rapid.SampledFrom([]string{"kim", "lee", "max", "lea"}).Draw(t, "agent")
}

// person draws somebody who was ever on file.
func (f *folk) somebody(t *rapid.T) string {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(f.people))).Draw(t, "person")
}

func (f *folk) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"open": f.opens, "edit": f.edits, "answer": f.answers, "deny": f.denies, "time": f.passes, "act": f.acts,
		"all-of-it": f.carried, "all-of-it-2": f.carried, "all-of-it-3": f.carried,
		"widen": f.widens, "widen2": f.widens, "narrow": f.narrows, "import": f.imported, "remove": f.removes, "add": f.adds,
		"call": f.calls, "code": f.code, "code-set": f.codeSet, "approve": f.approves, "agent": f.agents, "lift": f.lifts,
		"backup": f.save, "restore": f.putBack, "": f.looks,
	}
}

func (f *folk) opens(t *rapid.T) {
	who := f.somebody(t)
	class := rapid.SampledFrom([]policy.Class{policy.MinorChange, policy.PasswordChange, policy.Cancellation, policy.AccountChange, policy.AccountChange}).Draw(t, "class")
	request := rapid.SampledFrom([]string{everything, everything, "Please add bob@home.example."}).Draw(t, "request")
	agent := f.agent(t)
	got, err := f.Open(OpenRequest{Contact: f.people[who].addresses[0], Channel: policy.Phone, Class: class, Subject: "A thing", Request: request, Agent: agent})
	if err != nil {
		if h := f.people[who]; h.has(string(class)) && !f.off[agent] {
			t.Fatalf("open for %s by %s: %v", who, agent, err)
		}
		return
	}
	f.matters[got.ID] = &matter1{id: got.ID, contact: who, client: f.people[who].client, class: class, request: request, revision: 1, wrote: []string{agent}}
	f.learn(t)
}

func (f *folk) edits(t *rapid.T) {
	k, agent := f.pick(t, nil), f.agent(t)
	if _, err := f.Edit(EditRequest{Ticket: k.id, Request: everything + fmt.Sprint(" ", k.revision), Agent: agent}); err != nil {
		return
	}
	k.drop()
	k.revision, k.request, k.usedBy, k.old, k.changed = k.revision+1, everything, "", false, false
	k.wrote = append(k.wrote, agent)
	f.kill(func(m *mail) bool { return m.Ticket == k.id })
	f.learn(t)
}

func (f *folk) passes(t *rapid.T) {
	f.turn(rapid.SampledFrom(clock1).Draw(t, "by"))
	f.tick(t)
}

// carried has a ticket answered as it was meant to be, and what it needs to pass.
func (f *folk) carried(t *rapid.T) {
	k := f.pick(t, func(k *matter1) bool { return !k.over && !k.disputed && k.request != "" })
	yes := func(kinds ...policy.NoticeKind) {
		for _, m := range slices.Backward(f.mails) {
			if m.Ticket == k.id && slices.Contains(kinds, m.Kind) && !m.dead {
				f.answer(t, m, m, policy.Yes, m.To, true)
				f.tick(t)
				return
			}
		}
	}
	if k.reply == nil {
		yes(policy.NoticeConfirm, policy.NoticeClearer, policy.NoticeReminder)
	}
	if rapid.Bool().Draw(t, "and the approver") {
		yes(policy.NoticeApprove)
	}
	if k.class == policy.AccountChange && rapid.Bool().Draw(t, "and the wait") {
		f.turn(72 * time.Hour)
		f.tick(t)
	}
	if rapid.Bool().Draw(t, "and act") {
		f.act(t, k, f.agent(t), policy.Email)
		if k.class == policy.AccountChange && k.usedBy != "" && rapid.Bool().Draw(t, "and change it") {
			id := k.contact
			if rapid.IntRange(0, 2).Draw(t, "of another") == 0 {
				id = f.somebody(t)
			}
			f.widen(t, id, k.usedBy, k)
		}
	}
}

func (f *folk) acts(t *rapid.T) {
	f.act(t, f.pick(t, nil), f.agent(t), rapid.SampledFrom([]policy.Channel{policy.Email, policy.Phone}).Draw(t, "channel"))
}

// act asks for an allow, which uses the revision up.
func (f *folk) act(t *rapid.T, k *matter1, agent string, by policy.Channel) {
	f.now1()
	may := f.lets(k, agent, by == policy.Phone)
	a, err := f.Authorize(AuthorizeRequest{Ticket: k.id, Class: k.class, Agent: agent, Channel: by})
	check(t, err)
	if a.Decision == policy.Allow {
		if !may {
			t.Fatalf("%s was allowed %s by %s: %+v\n%+v", agent, k.id, by, a, k)
		}
		if f.allowedOf[string(k.class)]++; by == policy.Phone {
			f.allowedOf["by code"]++
		}
		if k.usedBy == "" {
			k.usedBy, k.usedAt, k.acted = agent, f.oracle.now, k.revision
		}
	}
	f.tick(t)
}

// looks asks for every ticket, agent and channel whether it might be done now, which
// changes nothing.
func (f *folk) looks(t *rapid.T) {
	f.now1()
	check(t, kv.DryRun(f.kv, func(v kv.Tx) error {
		for _, k := range f.matters {
			if k.class == policy.Question { // which asks for no proof
				continue
			}
			ticket, err := f.current(v, k.id)
			if err != nil {
				return err
			}
			for _, id := range []string{"kim", "lee", "max", "lea"} {
				a, _, err := staff.Get(v, id)
				if err != nil {
					return err
				}
				for _, by := range []policy.Channel{policy.Email, policy.Phone} {
					_, got, err := f.judge(v, ticket, AuthorizeRequest{Ticket: k.id, Class: k.class, Agent: id, Channel: by}, a)
					if err != nil {
						return err
					}
					if got.Decision == policy.Allow && !f.lets(k, id, by == policy.Phone) {
						return fmt.Errorf("%s by %s would be allowed to %s: %v\n%+v\ncontact %+v\nproofs %+v", k.id, by, id, got.Reasons, k, f.people[k.contact], ticket.Proofs)
					}
				}
			}
		}
		return nil
	}))
}

// TestPeopleModel: whatever happens to people, addresses, permissions, codes, agents
// and answers, in whatever order and however late, nothing is allowed that the
// oracle says no to. Section 6.5 of the design.
func TestPeopleModel(t *testing.T) {
	allowed := map[string]int{}
	lacks := func() (all []string) {
		for _, what := range []string{"minor-change", "password-change", "cancellation", "account-change", "widened", "by code", "by a lead"} {
			if allowed[what] == 0 {
				all = append(all, what)
			}
		}
		return all
	}
	sized(t, "rapid.steps", "60") // what is proved has to be there before it can be taken away
	sized(t, "rapid.checks", suite.Size("30", "100"))
	for round := 0; !t.Failed() && (round < suite.Size(1, 100) || len(lacks()) > 0 && round < 20); round++ {
		rapid.Check(t, func(rt *rapid.T) {
			f := newFolk(rt, allowed)
			f.begins(rt)
			rt.Repeat(f.actions())
			if _, err := audit.Verify(f.KV()); err != nil {
				rt.Fatal(err)
			}
		})
	}
	if t.Logf("allowed: %v", allowed); len(lacks()) > 0 && !t.Failed() {
		t.Errorf("nothing was allowed for %v, so nothing is shown of it", lacks())
	}
}

// sized sets a flag of package rapid for one test.
func sized(t *testing.T, name, value string) {
	f := flag.Lookup(name)
	before := f.Value.String()
	check(t, f.Value.Set(value))
	t.Cleanup(func() { check(t, f.Value.Set(before)) })
}
