package tickets

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/internal/audit"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// TestAppliedOnce: the same bytes count once, wherever they turn up again.
func TestAppliedOnce(t *testing.T) {
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	e := d.reply(l, policy.Unclear)
	at := func(mailbox string, validity, uid uint32) Message {
		t.Helper()
		m, err := d.Inbox.Receive(e, ledger.Source{Mailbox: mailbox, UIDValidity: validity, UID: uid}, []byte(e.RawHash))
		check(t, err)
		return m
	}
	first := at("support", 1, 500)
	wants(t, first, "unclear_answer")
	before := d.show(t, ticket.ID)
	keys := len(d.dump(t))
	for range 5 { // the same place again: nothing at all is written
		if m := at("support", 1, 500); m.ID != first.ID || m.Outcome != policy.Applied {
			t.Errorf("handed in again: %+v", m)
		}
	}
	if n := len(d.dump(t)); n != keys {
		t.Errorf("handing in again wrote %d keys", n-keys)
	}
	d.restart(t)
	for i, m := range []Message{at("support", 1, 501), at("sales", 1, 500), at("support", 2, 1), at("support", 1, 500)} {
		if i < 3 {
			wants(t, m, "duplicate")
		}
	}
	if after := d.show(t, ticket.ID); happened(after, "message") != 1 || d.count("clearer", ticket.ID) != 1 || after.State != before.State {
		t.Errorf("a copy changed the ticket: %+v", after)
	}

	// A signature counts once on other bytes, too; it is no duplicate then.
	again := e
	again.Hash, again.RawHash = digest("other bytes"), digest("other bytes")
	wants(t, d.receive(t, again), "signature_used")

	// Nor does a copy of which somebody took one of two signatures off.
	twice := d.reply(l, policy.Unclear)
	twice.Sender.AlsoSigned = []string{digest("the other one")}
	d.receive(t, twice)
	for _, left := range []string{twice.Sender.SignatureID, "", digest("the other one")} {
		stripped := d.reply(l, policy.Unclear)
		stripped.Sender.SignatureID = left
		if left == "" {
			stripped.Sender.SignatureID, stripped.Sender.AlsoSigned = digest("a third one"), twice.Sender.AlsoSigned
		}
		wants(t, d.receive(t, stripped), "signature_used")
	}

	// A Message-ID chosen by a sender suppresses nothing.
	yes := d.reply(l, policy.Yes)
	yes.MessageID = e.MessageID
	wants(t, d.receive(t, yes), "confirmed")
}

// TestCopySpoilsNothing: who gets a message first and passes it on with other
// trace fields, by which it proves nothing, doesn't make it a duplicate.
func TestCopySpoilsNothing(t *testing.T) {
	for name, spoil := range map[string]func(*policy.Evidence){
		"empty return path": func(e *policy.Evidence) { e.Kind, e.Sender = policy.KindAutoReply, policy.Sender{} },
		"too many fields": func(e *policy.Evidence) {
			e.Refusals, e.Sender = []policy.Reason{{Code: "too_many_headers"}}, policy.Sender{}
		},
		"another server": func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} },
	} {
		for _, intent := range []policy.Intent{policy.Yes, policy.No} {
			t.Run(name+" "+string(intent), func(t *testing.T) {
				d := memoryDesk(t, nil)
				_, l := d.ask(t, bob, policy.PasswordChange)
				e := d.reply(l, intent)
				e.RawHash = digest("as it came")
				early := e
				early.RawHash, early.Answer = digest("as it was passed on"), policy.Answer{}
				spoil(&early)
				for range 2 {
					d.receive(t, early)
				}
				want := map[policy.Intent]string{policy.Yes: "confirmed", policy.No: "denied"}[intent]
				wants(t, d.receive(t, e), want)
				e.RawHash = digest("in another mailbox")
				wants(t, d.receive(t, e), "duplicate")
			})
		}
	}
	d := memoryDesk(t, nil) // what was proved and filed is filed once
	_, l := d.ask(t, bob, policy.PasswordChange)
	e := d.reply(l, policy.Yes)
	e.From, e.RawHash = ada, digest("as it came")
	wants(t, d.receive(t, e), "other_contact")
	e.From = bob
	wants(t, d.receive(t, e), "duplicate")
}

// TestForgerySpendsNothing: what proves nothing leaves token and signature to
// the message that does.
func TestForgerySpendsNothing(t *testing.T) {
	for name, spoil := range map[string]func(*policy.Evidence){
		"forged":  func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail} },
		"machine": func(e *policy.Evidence) { e.Kind = policy.KindAutoReply },
		"refused": func(e *policy.Evidence) { e.Refusals = []policy.Reason{{Code: "duplicate_from"}} },
		"other":   func(e *policy.Evidence) { e.From = "mallory@evil.example" },
		"neutral": func(e *policy.Evidence) { e.Sender.Result = policy.ResultNeutral },
		"no-kind": func(e *policy.Evidence) { e.Kind = "" },
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			for range 3 {
				e := d.reply(l, policy.Yes)
				spoil(&e)
				d.receive(t, e)
				d.state(t, ticket.ID, policy.StateUnconfirmed)
			}
			wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
		})
	}
}

// TestComputedAgain: every stored decision follows from the stored facts and
// has its entry in an audit log that is whole.
func TestComputedAgain(t *testing.T) {
	d := openDesk(t, nil)
	for i, intent := range []policy.Intent{policy.Yes, policy.No, policy.Unclear, ""} {
		for j, spoil := range []func(*policy.Evidence){
			func(*policy.Evidence) {},
			func(e *policy.Evidence) { e.From = ada },
			func(e *policy.Evidence) { e.From = "mallory@evil.example" },
			func(e *policy.Evidence) { e.Tokens = nil },
			func(e *policy.Evidence) {
				e.References = append(e.References, policy.Mark{Value: "T-9-AAAAAA", Field: "subject"})
			},
			func(e *policy.Evidence) { e.Tokens, e.References, e.Threads = nil, nil, nil },
			func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} },
			func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultPass, By: policy.BySPF} },
			func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail} },
			func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultTempError} },
			func(e *policy.Evidence) { e.Sender.SignedAt = time.Time{} },
			func(e *policy.Evidence) { e.Kind, e.KindWhy = policy.KindList, "List-Id" },
			func(e *policy.Evidence) { e.Text = strings.Repeat("lång ", 20000) },
			func(e *policy.Evidence) { e.Refusals = []policy.Reason{{Code: "too_deep", Text: "Too deep."}} },
		} {
			class := []policy.Class{policy.MinorChange, policy.PasswordChange}[(i+j)%2]
			_, l := d.ask(t, bob, class)
			e := d.reply(l, intent)
			spoil(&e)
			d.receive(t, e)
			e.Sender.SignatureID = digest(i, j)
			d.receive(t, e)
		}
	}
	logged := map[string]bool{}
	check(t, d.KV().View(func(v kv.View) error {
		return audit.List(v, 0, func(_ int64, e audit.Entry) error {
			var data struct{ Decision decisionRecord }
			if e.Kind == "message" {
				check(t, json.Unmarshal(e.Data, &data))
				logged[fmt.Sprint(e.Subject, data.Decision.decision())] = true
			}
			return nil
		})
	}))
	n := 0
	check(t, d.Inbox.Each(func(m Message) error {
		n++
		if got := policy.Decide(m.Facts); !reflect.DeepEqual(normal(t, got), normal(t, m.Decision)) {
			t.Errorf("%s: computed again %+v, stored %+v", m.ID, got, m.Decision)
		}
		if !logged[fmt.Sprint(m.ID, m.Decision)] {
			t.Errorf("%s: no audit entry with its decision", m.ID)
		}
		return nil
	}))
	if n != 4*14*2 {
		t.Errorf("%d messages have a record, want %d", n, 4*14*2)
	}
	entries, err := audit.Verify(d.KV())
	if err != nil || entries < int64(n) {
		t.Errorf("audit.Verify = %d, %v", entries, err)
	}
}

func normal(t *testing.T, d policy.Decision) (out map[string]any) {
	t.Helper()
	b, err := json.Marshal(d)
	check(t, err)
	check(t, json.Unmarshal(b, &out))
	return out
}

// TestDeferred: DNS is asked again with back-off, the message settles once,
// and after DNSWait it is filed without proof.
func TestDeferred(t *testing.T) {
	for _, answers := range []bool{true, false} {
		t.Run(fmt.Sprint("dns-answers-", answers), func(t *testing.T) {
			d := openDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			e := d.reply(l, policy.Yes)
			good := e.Sender
			e.Sender = policy.Sender{Result: policy.ResultTempError}
			src := ledger.Source{Mailbox: "support", UIDValidity: 1, UID: 900}
			m, err := d.Inbox.Receive(e, src, []byte(e.RawHash))
			check(t, err)
			wants(t, m, "dns_temperror")
			if todo, _ := d.Ledger.Pending("support"); len(todo) != 0 {
				t.Errorf("a deferred message has a to-do: %v", todo)
			}
			waits := []time.Duration{}
			for range 6 {
				d.restart(t)
				if due, err := d.Ledger.Deferred(d.Now(), false); err != nil || len(due) != 0 {
					t.Fatalf("due at once: %v %v", due, err)
				}
				if all, _ := d.Ledger.Deferred(d.Now(), true); len(all) != 1 {
					t.Fatalf("%d messages wait, want 1", len(all))
				}
				waits = append(waits, m.Next.Sub(d.Now()))
				d.turn(m.Next.Sub(d.Now()))
				if due, _ := d.Ledger.Deferred(d.Now(), false); len(due) != 1 || due[0].ID != m.ID {
					t.Fatalf("not due at its time: %v", due)
				}
				if len(waits) == 6 {
					break
				}
				m, err = d.Inbox.Receive(e, src, nil)
				check(t, err)
			}
			want := []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour}
			if !reflect.DeepEqual(waits, want) {
				t.Errorf("waits %v, want %v", waits, want)
			}
			d.state(t, ticket.ID, policy.StateUnconfirmed)
			code, state := "confirmed", policy.StateConfirmed
			if answers {
				e.Sender = good
			} else {
				code, state = "dns_gave_up", policy.StateUnconfirmed
				d.turn(72 * time.Hour)
			}
			for range 2 {
				m, err = d.Inbox.Receive(e, src, nil)
				check(t, err)
				wants(t, m, code)
			}
			d.state(t, ticket.ID, state)
			if all, _ := d.Ledger.Deferred(d.Now(), true); len(all) != 0 {
				t.Errorf("settled, yet it waits: %v", all)
			}
			if todo, _ := d.Ledger.Pending("support"); len(todo) != 1 {
				t.Errorf("to-dos %v, want one", todo)
			}
		})
	}
}
