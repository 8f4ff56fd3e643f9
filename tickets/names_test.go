package tickets

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"countersign/internal/kv"
	"countersign/policy"
)

// same is a mail of a stranger under somebody's Message-ID.
func (d *desk) same(id string) policy.Evidence {
	e := policy.Evidence{MessageID: id, From: "mallory@evil.example", Arrived: d.clock(), Kind: policy.KindNew, Sender: policy.Sender{Result: policy.ResultNone}}
	d.fresh(&e)
	return e
}

// TestSameMessageID: nobody hides a message by sending others under its
// Message-ID, before or after.
func TestSameMessageID(t *testing.T) {
	for name, before := range map[string]int{"after": 0, "between": 5, "before": 40} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			_, l := d.ask(t, bob, policy.PasswordChange)
			yes := d.reply(l, policy.Yes)
			for range before {
				d.receive(t, d.same(yes.MessageID))
			}
			m := d.receive(t, yes)
			wants(t, m, "confirmed")
			for range 40 {
				d.receive(t, d.same(yes.MessageID))
			}
			e, err := d.Explain("<" + yes.MessageID + ">")
			check(t, err)
			found := false
			for i, other := range e.Messages {
				found = found || other.ID == m.ID
				if i > 0 && other.At.Before(e.Messages[i-1].At) {
					t.Error("not oldest first")
				}
			}
			if !found || len(e.Messages) > maxSame {
				t.Errorf("%d messages, %s among them: %v", len(e.Messages), m.ID, found)
			}
		})
	}
}

// TestOldName: a name of an older state stands for one message.
func TestOldName(t *testing.T) {
	d := memoryDesk(t, nil)
	m := d.receive(t, d.same("a@x.example"))
	check(t, d.engine.Update(func(tx kv.Tx) error { return tx.Put(d.nameKey("b@x.example"), []byte(m.ID)) }))
	if e, err := d.Explain("b@x.example"); err != nil || len(e.Messages) != 1 || e.Messages[0].ID != m.ID {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestAsideUnderOneName: a Message-ID that several messages have names none of them.
func TestAsideUnderOneName(t *testing.T) {
	d := memoryDesk(t, nil)
	a, b := d.aside(), d.aside()
	a.MessageID, b.MessageID = "a@x.example", "a@x.example"
	first := d.receive(t, a)
	if m, err := d.Inbox.Quarantined("a@x.example"); err != nil || m.ID != first.ID {
		t.Errorf("one: %s, %v", m.ID, err)
	}
	second := d.receive(t, b)
	_, err := d.Inbox.Discard("a@x.example", "max")
	if _, ok := errors.AsType[*InvalidError](err); !ok || !strings.Contains(err.Error(), first.ID+", "+second.ID) {
		t.Errorf("two: %v", err)
	}
	if _, err := d.Inbox.Discard(second.ID, "max"); err != nil {
		t.Error(err)
	}
}

// TestExplainTellsNoCode: the record of a stranger's mail shows nobody whether
// the code in it was right.
func TestExplainTellsNoCode(t *testing.T) {
	d := memoryDesk(t, nil)
	_, l := d.ask(t, bob, policy.PasswordChange)
	var said []string
	for _, reference := range []string{l.Reference, "T-1-AAAAAA"} {
		e := d.reply(Letter{To: "mallory@evil.example", Reference: reference}, policy.Yes)
		e.MessageID, e.Threads, e.Numbers, e.Hash, e.RawHash = reference+"@evil.example", nil, []string{"T-1"}, digest(reference), digest(reference)
		e.Sender.SignatureID = "sig"
		m := d.receive(t, e)
		x, err := d.Explain(m.ID)
		check(t, err)
		b, err := json.Marshal(x)
		check(t, err)
		said = append(said, strings.NewReplacer(m.ID, "m", e.Hash, "h", e.MessageID, "i", strings.ToUpper(reference), "r").Replace(string(b)))
	}
	uid := strings.NewReplacer(`"uid":2`, "", `"uid":3`, "", `"uid":4`, "", `"uid":5`, "", `"uid":6`, "", `"uid":7`, "", `"uid":8`, "", `"uid":9`, "", "T-1-******@evil.example", "i", "T-1-AAAAAA@evil.example", "i")
	if a, b := uid.Replace(said[0]), uid.Replace(said[1]); a != b {
		t.Errorf("right: %s\nwrong: %s", a, b)
	}
}
