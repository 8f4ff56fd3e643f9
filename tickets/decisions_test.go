package tickets

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/internal/audit"
	"countersign/internal/kv"
	"countersign/policy"
)

// strict are the rules of a desk that demands more in some matters.
func strict() policy.Rules {
	own := policy.ServerChange.Demands()
	own.Wait, own.Where = time.Hour, "policy.toml:4"
	return policy.Rules{Source: "sha256:strict", Classes: map[policy.Class]policy.Demand{policy.ServerChange: own}, More: []policy.Rule{
		{Name: "deleting needs a second person", Where: "policy.toml:31", Second: policy.Second{Contacts: 1}, Text: func(s string) bool { return strings.Contains(s, "web2") }},
		{Name: "a code, too", Where: "policy.toml:36", Classes: []policy.Class{policy.DNSChange, policy.MinorChange}, AnyOf: [][]policy.ProofKind{{policy.ProofCode}}}}}
}

// TestDecisionLosesNothing: everything that an answer depends on is in its record,
// but for the rules themselves, of which what they come to is.
func TestDecisionLosesNothing(t *testing.T) {
	a := fill[policy.Action]()
	a.Class, a.Ticket.Class = policy.ServerChange, policy.DNSChange
	a.Matter.Client, a.Matter.Contact = a.Ticket.Client, a.Ticket.Contact
	a.Matter.Text, a.Rules = "delete web2", strict()
	b, err := json.Marshal(recordAction(a))
	check(t, err)
	var r actionRecord
	check(t, json.Unmarshal(b, &r))
	got := r.action("", a.Rules.Source)
	for _, c := range []policy.Class{a.Class, a.Ticket.Class} {
		want := a.Rules.Demand(c, a.Matter)
		want.Words, want.Life = got.Rules.Demand(c, got.Matter).Words, 0 // which no answer depends on
		if d := got.Rules.Demand(c, got.Matter); !reflect.DeepEqual(d, want) {
			t.Errorf("%s: read %+v\nwant %+v", c, d, want)
		}
	}
	got.Rules, a.Rules = policy.Rules{}, policy.Rules{}
	read, want := reflect.ValueOf(got), reflect.ValueOf(a)
	for i := range want.NumField() {
		if !reflect.DeepEqual(read.Field(i).Interface(), want.Field(i).Interface()) {
			t.Errorf("%s: write it down in actionRecord: read %+v, want %+v", want.Type().Field(i).Name, read.Field(i), want.Field(i))
		}
	}
}

// wander lets agents ask about tickets while all kinds of things happen to those.
func wander(t failer, d *desk, r *rand.Rand, steps int) {
	t.Helper()
	type asked struct {
		id    string
		class policy.Class
	}
	var all []asked
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for range steps {
		if len(all) < 4 || r.IntN(8) == 0 {
			contact, class := pick(ada, bob), policy.Classes[r.IntN(len(policy.Classes))]
			if ticket, err := d.Open(OpenRequest{Contact: contact, Channel: policy.Phone, Class: class, Subject: "For " + pick("web1", "web2"), Agent: pick("kim", "lee")}); err == nil {
				all = append(all, asked{ticket.ID, class})
			}
			continue
		}
		one := all[r.IntN(len(all))]
		letter := func(kind policy.NoticeKind) (l Letter, ok bool) {
			if d.count(kind, one.id) > 0 {
				return d.last(t, kind, one.id), true
			}
			return l, false
		}
		switch r.IntN(14) {
		case 0, 1:
			if l, ok := letter(policy.NoticeConfirm); ok {
				e := d.reply(l, []policy.Intent{policy.No, policy.Unclear, policy.Unclear, policy.Yes}[min(r.IntN(20), 3)])
				switch r.IntN(9) {
				case 0:
					e.Kind = policy.KindAutoReply
				case 1:
					e.Sender = policy.Sender{Result: []policy.Result{policy.ResultNone, policy.ResultTempError, policy.ResultFail}[r.IntN(3)]}
				}
				d.receive(t, e)
			}
		case 2, 3:
			check(t, d.Tick())
			if l, ok := letter(policy.NoticeApprove); ok {
				d.receive(t, d.reply(l, policy.Yes))
			}
		case 4:
			d.turn(time.Duration(r.IntN(30)) * time.Hour)
		case 5:
			_, _ = d.Edit(EditRequest{Ticket: one.id, Request: "Then " + pick("web1", "web2"), Agent: "kim"})
		case 6:
			d.SetRules([]policy.Rules{{}, strict()}[r.IntN(2)])
		case 7:
			_, _ = d.AskAgain(one.id, "kim")
		default:
			class := one.class
			if r.IntN(12) == 0 {
				class = policy.Classes[r.IntN(len(policy.Classes))]
			}
			d.turn(time.Duration(r.IntN(20)) * time.Minute)
			_, err := d.Authorize(AuthorizeRequest{Ticket: one.id, Class: class, Agent: pick("kim", "kim", "lee", "max"), Channel: policy.Channels[max(0, r.IntN(3*len(policy.Channels))-2*len(policy.Channels))]})
			check(t, err)
		}
	}
}

// TestDecisionsComputedAgain: every stored answer to authorize follows from what is
// stored with it, and the history and the audit log have its hash.
func TestDecisionsComputedAgain(t *testing.T) {
	n, size, rules := 0, 0, map[string]int{}
	for seed := range uint64(8) {
		d := memoryDesk(t, nil)
		wander(t, d, rand.New(rand.NewPCG(15, seed)), 500)
		logged := map[string]bool{}
		check(t, d.KV().View(func(v kv.View) error {
			return audit.List(v, 0, func(_ int64, e audit.Entry) error {
				var data Event
				if e.Kind == "ticket" {
					check(t, json.Unmarshal(e.Data, &data))
					logged[e.Subject+data.Decision] = true
				}
				return nil
			})
		}))
		for key, value := range d.dump(t) {
			if !strings.HasPrefix(key, decisionPrefix) {
				continue
			}
			var one decision
			check(t, json.Unmarshal([]byte(value), &one))
			n, size, rules[one.Answer.Rule] = n+1, size+len(key)+len(value), rules[one.Answer.Rule]+1
			check(t, d.KV().View(func(v kv.View) error {
				a, err := one.action(v)
				if got := recordAnswer(policy.Authorize(a)); err != nil || !sameJSON(t, got, one.Answer) {
					t.Errorf("%s: computed again %+v, %v\nstored %+v", key, got, err, one.Answer)
				}
				return nil
			}))
			if !logged[one.Ticket+sha([]byte(value))] {
				t.Errorf("%s: not in the audit log", key)
			}
		}
	}
	if n < 500 || len(rules) < 11 || rules["proved"] == 0 || rules["same-receipt"] == 0 || rules["approval"] == 0 || rules["wait"] == 0 {
		t.Errorf("the run was too tame: %d decisions by %v", n, rules)
	}
	if size/n > 2500 {
		t.Errorf("%d bytes a decision", size/n)
	}
	t.Logf("%d decisions of %d bytes by %v", n, size/n, rules)
}

func sameJSON(t failer, a, b any) bool {
	t.Helper()
	x, err := json.Marshal(a)
	check(t, err)
	y, err := json.Marshal(b)
	check(t, err)
	return string(x) == string(y)
}

// TestSameAnswerIsCounted: a script that asks the same over and over fills no disk;
// how often it asked is in the history and in the audit log, and what is different
// is written down at once.
func TestSameAnswerIsCounted(t *testing.T) {
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	ask := func() Authorization { t.Helper(); return d.may(t, ticket.ID, policy.PasswordChange, "kim") }
	events := func(name string) (texts []string) {
		for _, e := range d.show(t, ticket.ID).History {
			if e.Event == name {
				texts = append(texts, e.Text)
			}
		}
		return texts
	}
	ask()
	keys, entries := len(d.dump(t)), entriesOf(t, d)
	for range 50 {
		ask()
		d.turn(time.Second)
	}
	if n := len(d.dump(t)); n > keys+1 || entriesOf(t, d) != entries {
		t.Errorf("50 times the same wrote %d keys and %d entries", n-keys, entriesOf(t, d)-entries)
	}
	d.may(t, ticket.ID, policy.PasswordChange, "lee") // is another question
	if n := len(events("authorize deny")); n != 2 {
		t.Errorf("%d denials in the history, want 2", n)
	}
	d.restart(t)
	d.turn(countedFor)
	check(t, d.Tick())
	check(t, d.Tick())
	if got := events("authorize again"); len(got) != 1 || !strings.Contains(got[0], "50 times more until 2026-11-25 09:00 UTC") {
		t.Errorf("said again: %q", got)
	}
	ask() // the time is over
	ask()
	if n := len(events("authorize deny")); n != 3 {
		t.Errorf("%d denials in the history, want 3", n)
	}
	d.receive(t, d.reply(l, policy.Unclear))
	if a := ask(); !has(a, "not_confirmed") || len(events("authorize deny")) != 4 || len(events("authorize again")) != 2 {
		t.Errorf("another answer: %+v; %q, %q", a, events("authorize deny"), events("authorize again"))
	}
	d.receive(t, d.reply(d.last(t, "clearer", ticket.ID), policy.Yes))
	first := ask()
	for range 3 {
		if a := ask(); a.Receipt != first.Receipt || !a.Repeat || !a.Until.Equal(first.Until) {
			t.Errorf("the same receipt: %+v, first %+v", a, first)
		}
	}
	if n := len(events("authorize allow")); n != 2 { // the yes, and the same receipt
		t.Errorf("%d allows in the history, want 2", n)
	}
	q := d.may(t, ticket.ID, policy.Question, "kim")
	if again := d.may(t, ticket.ID, policy.Question, "kim"); again.Receipt != q.Receipt || q.Repeat || !again.Repeat || again.Until != q.Until {
		t.Errorf("a question again: %+v, first %+v", again, q)
	}
	if _, err := audit.Verify(d.KV()); err != nil {
		t.Error(err)
	}
}

func entriesOf(t failer, d *desk) int64 {
	t.Helper()
	n, err := audit.Verify(d.KV())
	check(t, err)
	return n
}

// TestReceiptNamesItsDecision: a receipt shows the rules that were in force and what
// it rests on.
func TestReceiptNamesItsDecision(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Rules = strict() })
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	a := d.may(t, ticket.ID, policy.PasswordChange, "kim")
	e, err := d.Explain(a.Receipt)
	check(t, err)
	if r := e.Receipt; a.Policy != "sha256:strict" || r == nil || r.Policy != a.Policy || r.Decision == "" || !e.Genuine {
		t.Fatalf("%+v, receipt %+v", a, e.Receipt)
	}
	if len(e.Decisions) != 1 || !e.Decisions[0].Holds || e.Decisions[0].Hash != e.Receipt.Decision || !strings.Contains(string(e.Decisions[0].Facts), `"kind":"reply"`) {
		t.Errorf("it rests on %+v", e.Decisions)
	}
}

// TestExplainsDecisions: a ticket shows its latest answers, each with whether it
// follows from what was stored with it; one that somebody changed does not.
func TestExplainsDecisions(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, _ := d.ask(t, bob, policy.PasswordChange)
	for range shownDecisions + 3 {
		d.may(t, ticket.ID, policy.PasswordChange, "kim")
		d.turn(countedFor)
	}
	shown := func() []Decided {
		t.Helper()
		e, err := d.Explain(ticket.ID)
		check(t, err)
		return e.Decisions
	}
	all := shown()
	if len(all) != shownDecisions || !all[0].At.Equal(start.Add(3*countedFor)) {
		t.Fatalf("%d decisions from %v on", len(all), all[0].At)
	}
	for _, one := range all {
		if !one.Holds || one.Rule != "not-proved" || one.Agent != "kim" || one.Policy != "built-in" || one.Facts != nil {
			t.Errorf("%+v", one)
		}
	}
	check(t, d.engine.Update(func(tx kv.Tx) error {
		key, err := tx.Get(decidedKey(ticket.ID, d.eventsOf(t, ticket.ID)))
		check(t, err)
		stored, err := tx.Get(string(key))
		check(t, err)
		return tx.Put(string(key), []byte(strings.Replace(string(stored), `"agent":"kim"`, `"agent":"lee"`, 1)))
	}))
	if last := shown()[shownDecisions-1]; last.Holds {
		t.Errorf("changed, and it holds: %+v", last)
	}
}

func (d *desk) eventsOf(t failer, id string) (n uint64) {
	t.Helper()
	check(t, d.KV().View(func(v kv.View) error {
		ticket, err := load(v, id)
		n = ticket.Events
		return err
	}))
	return n
}

// TestReceiptNamesItsPolicy: rules that come in force while an answer is given are not
// those that it says it was given by.
func TestReceiptNamesItsPolicy(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.DNSChange)
	d.receive(t, d.reply(l, policy.Yes))
	d.SetRules(policy.Rules{Source: "sha256:old", More: []policy.Rule{{Name: "reload", Text: func(string) bool {
		d.SetRules(policy.Rules{Source: "sha256:new"})
		return false
	}}}})
	a := d.may(t, ticket.ID, policy.DNSChange, "kim")
	var r Receipt
	check(t, d.kv.View(func(v kv.View) (err error) { r, _, err = kv.Load[Receipt](v, receiptPrefix+a.Receipt); return err }))
	if a.Decision != policy.Allow || a.Policy != "sha256:old" || r.Policy != a.Policy {
		t.Errorf("answered by %q, the receipt says %q: %+v", a.Policy, r.Policy, a)
	}
}
