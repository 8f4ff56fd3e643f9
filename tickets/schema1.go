package tickets

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"unicode"

	"countersign/policy"
)

// decisionOfSchema1 is a decision as it was stored: what followed from it stood
// in a field each, named as in Go.
type decisionOfSchema1 struct {
	Verdict    policy.Verdict     `json:"verdict"`
	Outcome    policy.Outcome     `json:"outcome"`
	Reasons    []reasonRecord     `json:"reasons"`
	Ticket     string             `json:"ticket"`
	Proofs     []policy.ProofKind `json:"proofs"`
	Spend      bool               `json:"spend"`
	Dispute    bool               `json:"dispute"`
	Revision   int                `json:"revision"`
	Also       []string           `json:"also"`
	UnprovedNo bool               `json:"unproved_no"`
	Lift       bool               `json:"lift"`
	Open       bool               `json:"open"`
	Joins      bool               `json:"joins"`
	Ask        policy.NoticeKind  `json:"ask"`
}

// messageOfSchema1 reads the record of a message as it was stored by schema 1.
func messageOfSchema1(b []byte) (Message, error) {
	b, err := renamed(b)
	if err != nil {
		return Message{}, err
	}
	var m Message
	var old struct {
		Decision decisionOfSchema1 `json:"decision"`
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return Message{}, err
	}
	if err := json.Unmarshal(b, &old); err != nil {
		return Message{}, err
	}
	m.Decision = old.Decision.decision()
	m.Decision.Rule = ruleOf(m)
	return m, nil
}

// decision lists what followed from the decision.
func (d decisionOfSchema1) decision() policy.Decision {
	out := policy.Decision{Verdict: d.Verdict, Outcome: d.Outcome, Reasons: readReasons(d.Reasons), Ticket: d.Ticket}
	add := func(follows bool, e policy.Effect) {
		if follows {
			out.Effects = append(out.Effects, e)
		}
	}
	add(d.Open, policy.Effect{Kind: policy.EffectOpen})
	add(d.Joins, policy.Effect{Kind: policy.EffectJoin})
	for _, kind := range d.Proofs {
		add(true, policy.Effect{Kind: policy.EffectProve, Proof: kind})
	}
	add(d.Spend, policy.Effect{Kind: policy.EffectSpend})
	add(d.UnprovedNo, policy.Effect{Kind: policy.EffectUnprovedNo})
	add(d.Lift, policy.Effect{Kind: policy.EffectLift})
	add(d.Dispute, policy.Effect{Kind: policy.EffectDispute, Revision: d.Revision})
	for _, ticket := range d.Also {
		add(true, policy.Effect{Kind: policy.EffectDisputeAlso, Ticket: ticket})
	}
	add(d.Ask != "", policy.Effect{Kind: policy.EffectNotice, Notice: d.Ask})
	return out
}

// ruleOf gives the rule by which a message is decided as it was, "" where it
// would be decided otherwise today: schema 1 did not write it down. A record that
// lacks what the rules take for granted has none either, and keeps no store from
// its migration.
func ruleOf(m Message) (rule string) {
	defer func() {
		if recover() != nil {
			rule = ""
		}
	}()
	again := policy.Decide(m.Facts)
	rule, again.Rule = again.Rule, ""
	if !reflect.DeepEqual(recordDecision(again), recordDecision(m.Decision)) {
		return ""
	}
	return rule
}

// renamed gives the JSON with every name that was one of Go in our spelling:
// MayDeny becomes may_deny, ID becomes id.
func renamed(b []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(renameIn(v))
}

func renameIn(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = renameIn(v[i])
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, value := range v {
			out[snake(name)] = renameIn(value)
		}
		return out
	}
	return v
}

func snake(name string) string {
	var b strings.Builder
	lower := true
	for _, r := range name {
		if unicode.IsUpper(r) && !lower {
			b.WriteByte('_')
		}
		lower = unicode.IsUpper(r) || b.Len() == 0
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
