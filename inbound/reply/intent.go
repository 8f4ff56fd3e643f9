package reply

import (
	"strings"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
	"countersign/policy"
)

// lex gives the words of all languages.
var lex = words.Lexicon

// intentOf reads own text, from which quotes and signature are gone, by the rule
// of the design: the first line behind a greeting answers if it is made only
// of the words of one language; a denial counts anywhere. A question or a
// condition anywhere in the text leaves a yes unclear, also on a later line:
// a question too many costs one more notice, a wrong yes costs a server.
//
// Names are the writer's, from the From field: they say nothing in a line.
func intentOf(own string, names ...string) policy.Answer {
	return perhaps(intentWith(own, "", names), own)
}

// intentWith is intentOf with text beside the own one that can't say yes, but can
// object.
func intentWith(own, beside string, names []string) policy.Answer {
	unclear := policy.Answer{Intent: policy.Unclear}
	first, rest := answerLine(own)
	if begins(first[:min(len(first), longestAnswer)], tapbackWords) {
		return unclear
	}
	whole := lex().ReadSlips(own + "\n" + beside)
	if d := deny(whole); d.of != 0 {
		return policy.Answer{Intent: policy.No, Cancels: d.cancels, By: policy.ByPattern}
	} else if d.unsure {
		return unclear
	}
	if first == "" || len(first) > longestAnswer {
		return unclear
	}
	known := ownNames(names)
	if refused(first, known) {
		return policy.Answer{Intent: policy.No}
	}
	if question(first) {
		return unclear
	}
	r := sense(lex().Read(withoutName(first)), known)
	if r[policy.Yes] != 0 && (wordless(first) || holds(first+"\n"+head(rest), reactionWords)) {
		r[policy.Unclear] |= r[policy.Yes] // one click, made by mistake and never taken back
		r[policy.Yes] = 0
	}
	if r[policy.Yes] == 0 {
		return answer(r)
	}
	spoilt := phrase.Every
	if below := remains(own, rest, beside, known, r[policy.Yes]); !below.asks {
		spoilt = spoils(whole, below.lines, r[policy.Yes] == lex().All())
	}
	r[policy.Unclear] |= r[policy.Yes] & spoilt
	r[policy.Yes] &^= spoilt
	out := answer(r)
	// A "Yes" above "pas maintenant" is none of a French contact.
	return out.But(policy.Unclear, lex().Names(spoilt&^(r[policy.No]|r[policy.Unclear]))...)
}

// intent reads the own words by what stands below them, too: an objection there
// takes the clearness from a yes, and so does a denial in a signature.
func (p pieces) intent(names ...string) policy.Answer {
	if first, _ := answerLine(p.own); first == "" {
		return policy.Answer{Intent: policy.Unclear}
	}
	a := intentWith(p.own, p.foot, names)
	if a.Intent != policy.No && objects(p.sign) {
		return policy.Answer{Intent: policy.Unclear}
	}
	if strings.TrimSpace(p.veiled) != "" {
		return agreed(a, intentWith(p.own, p.foot+"\n"+p.veiled, names))
	}
	return a
}

// meant is the intent, of which what is clear in no language may be like a denial.
func (p pieces) meant(names ...string) policy.Answer { return perhaps(p.intent(names...), p.own) }

func objects(s string) bool {
	d := deny(lex().Read(s))
	return d.of != 0 || d.unsure
}
