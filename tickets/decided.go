package tickets

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// Decided is an answer to authorize, as it was given.
type Decided struct {
	Ticket   string          `json:"ticket"`
	At       time.Time       `json:"at"`
	Agent    string          `json:"agent"`
	Class    policy.Class    `json:"class"`
	Channel  policy.Channel  `json:"channel"`
	Decision policy.Verb     `json:"decision"`
	Rule     string          `json:"rule"`
	Policy   string          `json:"policy"`
	Reasons  []policy.Reason `json:"reasons"`
	Hash     string          `json:"hash"`
	// Holds says that it follows from what was stored with it, and is what the
	// history and so the audit log have the hash of.
	Holds bool            `json:"holds"`
	Facts json.RawMessage `json:"facts,omitempty"`
}

// shownDecisions is how many answers a ticket shows: the last ones.
const shownDecisions = 20

// decidedOn gives the last answers on a ticket.
func (s *Store) decidedOn(v kv.View, ticket string) (out []Decided, err error) {
	var events []uint64
	prefix := decidedPrefix + ticket + "/"
	err = v.Scan(prefix, "", func(key string, _ []byte) error {
		n, err := strconv.ParseUint(strings.TrimPrefix(key, prefix), 10, 64)
		if events = append(events, n); len(events) > shownDecisions {
			events = events[1:]
		}
		return err
	})
	for _, n := range events {
		if err != nil {
			return out, err
		}
		var one Decided
		var ok bool
		if one, ok, err = s.decidedAt(v, ticket, n, false); ok {
			out = append(out, one)
		}
	}
	return out, err
}

// decidedAt gives the answer that an event of a ticket tells of, with what it rests
// on if that is asked for.
func (s *Store) decidedAt(r kv.Reader, ticket string, event uint64, facts bool) (out Decided, ok bool, err error) {
	key, err := r.Get(decidedKey(ticket, event))
	if err != nil || key == nil {
		return out, false, err
	}
	stored, err := r.Get(string(key))
	if err != nil || stored == nil {
		return out, false, err
	}
	var d decision
	if err := json.Unmarshal(stored, &d); err != nil {
		return out, false, err
	}
	e, _, err := kv.Load[Event](r, eventPrefix+ticket+"/"+kv.Seq(event))
	if err != nil {
		return out, false, err
	}
	out = d.shown()
	out.Hash = sha(stored)
	again, err := d.computed(r)
	out.Holds = again && out.Hash == e.Decision && d.Ticket == ticket //rule:6.12 changed-does-not-hold =true TestExplainsDecisions
	if facts {
		out.Facts, err = json.Marshal(d.Facts)
	}
	return out, true, err
}

func (d decision) shown() Decided {
	f := d.Facts
	return Decided{Ticket: d.Ticket, At: f.Now, Agent: f.Agent, Class: f.Class, Channel: f.Channel, Decision: d.Answer.Decision,
		Rule: d.Answer.Rule, Policy: cmp.Or(d.Policy, builtIn), Reasons: readReasons(d.Answer.Reasons)}
}

// computed reports whether the answer follows from what was stored with it.
func (d decision) computed(r kv.Reader) (bool, error) {
	a, err := d.action(r)
	if err != nil {
		return false, err
	}
	was, err := json.Marshal(d.Answer)
	if err != nil {
		return false, err
	}
	now, err := json.Marshal(recordAnswer(policy.Authorize(a)))
	return string(was) == string(now), err
}
