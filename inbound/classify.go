package inbound

import (
	"math"
	"strings"

	"countersign/inbound/reply"
	"countersign/internal/clean"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/policy/classify"
)

// Bounds of what is kept of what a class rests on.
const (
	maxMatches = 8
	maxMatch   = 120     // bytes, of each of its two sides
	maxWhy     = 300     // bytes
	maxSubject = 4 << 10 // bytes that are looked at
)

// Classify reads which class of request a text asks for that is no mail, such as
// what an agent wrote down. It is read as the body of one: quotes, signatures and
// disclaimers in it are nothing.
func Classify(subject, text string) policy.Asks {
	own, quoted := reply.Bare(text)
	return asks(clean.SeenLine(clean.Cut(subject, maxSubject)), own, quoted)
}

// asks reads the class of cleaned text. What it rests on is the sender's words, and
// people see it: what could be a secret of ours is blotted out.
func asks(subject, own, quoted string) policy.Asks {
	r := read(classify.Text{Subject: subject, Own: own, Quoted: quoted})
	a := policy.Asks{Class: r.Class, Score: math.Round(1000*min(max(r.Score, 0), 1)) / 1000, Look: r.Look, Why: clean.Cut(token.Blot(r.Why), maxWhy), Matches: []policy.Match{}}
	for _, m := range r.Matches[:min(len(r.Matches), maxMatches)] {
		a.Matches = append(a.Matches, policy.Match{Rule: clean.Cut(m.Rule, maxMatch), Text: clean.Cut(token.Blot(m.Text), maxMatch)})
	}
	return a
}

// asksOf reads the class of a mail. What stands beside its own words may raise that,
// and then a person looks, before the contact is asked: they may mean no such thing.
func asksOf(subject string, r reply.Reading) policy.Asks {
	own, quoted := r.Asking(), r.Quoted()
	a := asks(subject, own, quoted)
	text, unread := r.Beside()
	if text != "" {
		if b := asks("", text, ""); b.Class.Privileged() && a.Class.Below(b.Class) {
			b.Score, b.Look, b.Why = min(b.Score, policy.SureScore-0.01), true, "What not every reader shows asks for it."
			return b
		}
	}
	switch {
	case a.Look:
	case unread:
		a.Look, a.Why = true, "Not all of it can be read."
	case a.Class == policy.Question && strings.TrimSpace(own) == "" && quoted != "":
		a.Look, a.Why = true, "It says nothing itself, and quotes something."
	}
	return a
}

// read is classify.Read; a test puts another in its place.
var read = classify.Read
