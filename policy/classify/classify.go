// Package classify reads which class of request a mail asks for.
//
// It errs upwards: where words may be read as a harmless question and as a
// privileged request, they are the request, and a person should look. What is
// done with a class is package policy's and package tickets' matter.
//
// A text is cut into segments, a sentence or so each. Of each it notes which lists
// of the word files meet in it: what it is about, what shall be done with it, and
// how that is said. A linear model over these notes and over hashed n-grams of its
// words and letters gives every class a weight (see model.go); the notes are what
// is shown to people.
package classify

import (
	"slices"
	"strings"

	"countersign/inbound/reply/words"
	"countersign/internal/ngram"
	"countersign/internal/phrase"
	"countersign/policy"
)

// Text is what a mail says, cleaned.
type Text struct {
	Subject string
	Own     string // the writer's own words, without quotes and signature
	Quoted  string // what they answer, as it stands below them
}

// A Result is the class that was read.
type Result struct {
	Class   policy.Class
	Score   float64 // 0..1: how surely the text asks for something privileged; below a half it does not
	Look    bool    // a person should look: it is not sure, or there are two classes
	Why     string  // of Look, for people
	Matches []Match // what it rests on
}

// A Match is a piece of the text, and the rule that it met.
type Match struct {
	Rule string `json:"rule"` // such as "password-change: set password"
	Text string `json:"text"`
}

// Bounds of what is read, in bytes: of a longer text the beginning counts, and
// the end. What stands between is no support request that people write.
const (
	maxRead    = 32 << 10
	maxSubject = 1 << 10
)

// sure is the least score on either side of a half at which nobody needs to look.
const sure = 0.25

// Read reads the class that a text asks for. A few words that agree to what they
// answer ask for that.
func Read(t Text) Result { return read(shipped(), t) }

func read(m *ngram.Model, t Text) Result {
	p := parse(t.Subject, t.Own, false)
	r := p.result(m)
	if t.Quoted == "" || !p.agrees() || r.Class != policy.Question && p.names() {
		return r // what they name themselves counts, not what is guessed of an "OK, do it"
	}
	q := parse("", t.Quoted, true).result(m)
	if q.Class == policy.Question {
		return r
	}
	q.Look, q.Why = true, "It agrees to what it quotes, and names nothing itself."
	return q
}

// result weighs the windows, and takes for each class the best.
func (p *parsed) result(m *ngram.Model) Result {
	best := p.best(m)
	r := Result{Class: policy.Question, Score: score(best[grave].weight)}
	if p.foreign != "" {
		r.Score = min(r.Score, 0.5+sure-0.01)
		r.look(true, p.foreign)
	}
	r.look(p.unread, "It is so long that not all of it is read.")
	top, second := 1, -1 // of the privileged ones
	for c := 2; c < nClasses; c++ {
		switch {
		case best[c].weight > best[top].weight:
			top, second = c, top
		case second < 0 || best[c].weight > best[second].weight:
			second = c
		}
	}
	if i := slices.IndexFunc(p.segments, segment.asksFor); i >= 0 && r.Score < 0.5 && best[0].weight <= 0 {
		r.Score, best[top].from, best[top].to = 0.5, i, i+1
	}
	switch {
	case r.Score < 0.5 && best[0].weight > 0:
		r.Class, r.Matches = classes[0], p.matches(best[0], classes[0])
		fallthrough
	case r.Score < 0.5:
		r.look(r.Score > 0.5-sure, "It may ask for something more: "+string(classes[top])+".")
		return r
	case best[second].weight > asked && !best[second].overlaps(best[top]):
		top, second = max(top, second), min(top, second)
		r.look(true, "It asks for two things: "+string(classes[top])+" and "+string(classes[second])+".")
	case best[second].weight > 0 && best[top].weight-best[second].weight < close:
		r.look(true, "It may also be "+string(classes[second])+".")
	}
	r.Class, r.Matches = classes[top], p.matches(best[top], classes[top])
	r.look(r.Score < 0.5+sure, "It is not sure that it asks for anything.")
	return r
}

// other are the lists of what is said of a thing without asking for it.
const other = 1<<(words.About-words.Password) | 1<<(words.Report-words.Password) | 1<<(words.Negated-words.Password) |
	1<<(words.Back-words.Password) | 1<<(words.Past-words.Password) | asks

// asksFor reports that the lists alone make it a request: something privileged and
// what shall be done with it, asked for, with no word that makes it a question, a
// report, or anything but wanted. It errs upwards.
func (s segment) asksFor() bool {
	const (
		wanted = 1<<(words.Please-words.Password) | 1<<(words.Want-words.Password)
		small  = 1 << (words.Small - words.Password)
	)
	return s.lists&(things&^small) != 0 && s.lists&acts != 0 && s.lists&wanted != 0 && s.lists&(other|bit(words.Thanks)) == 0
}

// look notes the first reason why a person should look.
func (r *Result) look(is bool, why string) {
	if is && !r.Look {
		r.Look, r.Why = true, why
	}
}

// agrees reports that the own words are few, begin by agreeing, and say nothing
// else of what they answer: no question, no report, nothing taken back.
func (p *parsed) agrees() bool {
	const few = 16
	from := len(phrase.Words(p.subject))
	if n := p.text.Len() - from; n == 0 || n > few {
		return false
	}
	for _, s := range p.segments {
		if s.from >= from && s.lists&(other|bit(words.Lost)) != 0 {
			return false
		}
	}
	for from < p.text.Len() {
		step, agreed := 0, false
		p.text.Each(from, func(n int, e phrase.Entry) bool {
			agreed = e.InAny(words.Agree, words.Yes)&p.of != 0
			if e.InAny(words.Hello, phrase.Lead, words.Polite)&p.of != 0 {
				step = max(step, n)
			}
			return agreed
		})
		if agreed || step == 0 {
			return agreed
		}
		from += step
	}
	return false
}

// names reports that the own words are about something that may be asked for.
func (p *parsed) names() bool {
	return slices.ContainsFunc(p.segments, func(s segment) bool { return s.lists&things != 0 })
}

// matches are the lists that met in what was decisive.
func (p *parsed) matches(w window, c policy.Class) (out []Match) {
	for _, s := range p.segments[w.from:w.to] {
		var names []string
		for l := words.Password; l <= words.Now; l++ {
			if s.lists&bit(l) != 0 {
				names = append(names, words.Name(l))
			}
		}
		m := Match{string(c), p.phrase(s)}
		if len(names) > 0 {
			m.Rule += ": " + strings.Join(names, " ")
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b Match) int { return len(b.Rule) - len(a.Rule) })
	return out[:min(len(out), 5)]
}
