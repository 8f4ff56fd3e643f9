package rulebook

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/clean"
	"countersign/internal/near"
	"countersign/internal/strict"
	"countersign/policy"
)

// Bounds of what one entry says.
const (
	maxTitle     = 100 // characters; it stands in mails
	maxExamples  = 200 // of a class
	maxApprovals = 32  // persons
	maxWait      = 720 * time.Hour
	minLife      = time.Minute // as of proof.token
	maxLife      = 336 * time.Hour
	maxTime      = 8760 * time.Hour
)

// classes checks every class and says what it asks for.
func (r *reader) classes() {
	for _, c := range policy.Classes {
		path := "class." + string(c)
		f := r.book.file.Class[string(c)]
		for i, text := range f.Examples {
			at := fmt.Sprintf("%s.examples[%d]", path, i)
			if i == maxExamples {
				r.Report(r.Where(at), path+".examples", "there are more than %d. Keep those that differ.", maxExamples)
				break
			}
			if text == "" && !r.Lost[at] {
				r.Report(r.Where(at), at, "is empty. Write what a customer would.")
			}
			r.book.Examples[c] = append(r.book.Examples[c], Line{text, r.line(at)})
		}
		if _, given := r.At[path]; !given {
			if r.base {
				continue // as it is built in
			}
			r.Report(-1, path, "is missing.")
		}
		r.class(c, path, f)
		r.book.Rules.Classes[c] = policy.Demand{
			AnyOf: lists(f.Proofs), Second: second(f.Approvals, f.Approvers), Wait: f.Wait, Life: f.Life, Channels: channels(f.Channels),
			Words: f.Title, Team: f.Team, Priority: f.Priority, Targets: policy.Targets(f.Targets), Limit: f.Limit, Where: r.where(path),
		}
	}
}

// where is the line of a class that the desk has written itself.
func (r *reader) where(path string) string {
	if !r.base {
		return ""
	}
	return r.line(path)
}

func channels(written []string) (out []policy.Channel) {
	for _, w := range written {
		out = append(out, policy.Channel(w))
	}
	return out
}

// class finds what is wrong with one class.
func (r *reader) class(c policy.Class, path string, f *class) {
	if f.Title == "" && !r.Lost[path+".title"] {
		r.Report(r.Where(path+".title"), path+".title", "is empty. Say in words what the class is, as customers read it.")
	}
	if len([]rune(f.Title)) > maxTitle || clean.Trick(f.Title) >= 0 {
		r.Report(r.Where(path+".title"), path+".title", "is longer than %d characters, or holds some that play tricks. It stands in mails to customers: shorten it.", maxTitle)
	}
	r.between(path+".life", f.Life, minLife, maxLife, true)
	r.between(path+".limit", f.Limit, time.Minute, maxTime, true)
	r.between(path+".targets.first", f.Targets.First, time.Second, maxTime, true)
	r.between(path+".targets.between", f.Targets.Between, time.Second, maxTime, true)
	r.between(path+".targets.solve", f.Targets.Solve, time.Second, maxTime, true)
	if t := f.Targets; t.Solve > 0 && t.First > t.Solve {
		r.Report(r.Where(path+".targets.first"), path+".targets.first", "%s is later than solve (%s): it would be solved before it is answered. Shorten it.", strict.Short(t.First), strict.Short(t.Solve))
	}
	if c == policy.Question {
		r.question(path, f) //rule:8 nothing-is-asked-of-a-question TestProblems/question-asks
		return
	}
	r.proofs(path+".proofs", f.Proofs)
	r.approvals(path, f.Approvals, f.Approvers)
	r.between(path+".wait", f.Wait, 0, maxWait, false)
	r.channels(path+".channels", f.Channels)
	switch {
	case c.Privileged():
		r.floor(c, path, f) //rule:8 weaker-rules-are-refused TestProblems/sender-alone TestProblems/no-approval TestProblems/shorter-wait TestProblems/by-phone
	case len(f.Proofs) == 0 && !r.Lost[path+".proofs"]:
		r.Report(r.Where(path+".proofs"), path+".proofs", `asks for nothing: whoever gives a name could have it done. Name a proof, such as "sender".`)
	}
	r.talk(path, f)
}

// question refuses to demand anything of who asks a question.
func (r *reader) question(path string, f *class) {
	floor := policy.Question.Demands()
	for _, s := range []struct {
		key string
		bad bool
	}{
		{"proofs", len(f.Proofs) > 0},
		{"approvals", f.Approvals != 0},
		{"approvers", f.Approvers != "" && f.Approvers != "contacts"},
		{"wait", f.Wait != 0},
		{"channels", !sameSet(channels(f.Channels), floor.Channels)},
	} {
		if at := path + "." + s.key; s.bad && !r.Lost[at] {
			r.Report(r.Where(at), at, "whoever is on file may ask a question, by every channel. Remove it.")
		}
	}
}

func sameSet[T comparable](a, b []T) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x T) bool { return !slices.Contains(b, x) })
}

// proofs checks that lists are made of proofs that can be asked for.
func (r *reader) proofs(path string, written []string) {
	kinds := []string{"sender", "reply", "code", "external"}
	for i, list := range lists(written) {
		at := fmt.Sprintf("%s[%d]", path, i)
		for _, k := range list {
			switch {
			case r.Lost[at] || slices.Contains(kinds, string(k)):
			case k == policy.ProofApproval:
				r.Report(r.Where(at), key(at), "an approval is no proof of the one who asks. Write approvals = 1.")
			case k == policy.ProofToken:
				r.Report(r.Where(at), key(at), "a reply holds its token. Where a token alone may stand in for it: proof.token_classes of countersign.toml. Remove it.")
			default:
				r.Report(r.Where(at), key(at), `"%s" is not one of %s.%s`, strict.Shown(string(k)), strings.Join(kinds, ", "), guess(string(k), kinds))
			}
		}
	}
	if len(written) > maxApprovals {
		r.Report(r.Where(path), key(path), "there are more than %d lists. Keep the least that is enough.", maxApprovals)
	}
}

// guess says what was perhaps meant, with a blank before it.
func guess(word string, known []string) string {
	if best := near.Of(word, known); best != "" {
		return " Did you mean " + best + "?"
	}
	return ""
}

// key is what people call a path: rule.wait for rule[3].wait.
func key(path string) string {
	if i, j := strings.IndexByte(path, '['), strings.IndexByte(path, ']'); i > 0 && j > i && !strings.Contains(path[:i], ".") {
		return path[:i] + path[j+1:]
	}
	return path
}

func (r *reader) approvals(path string, n int, who string) {
	at := path + ".approvals"
	if !r.Lost[at] && (n < 0 || n > maxApprovals) {
		r.Report(r.Where(at), key(at), "%d is not between 0 and %d.", n, maxApprovals)
	}
	if at = path + ".approvers"; !r.Lost[at] && who != "" && !slices.Contains(approvers, who) {
		r.Report(r.Where(at), key(at), `"%s" is not one of %s.%s`, strict.Shown(who), strings.Join(approvers, ", "), guess(who, approvers))
	}
}

func (r *reader) channels(path string, written []string) {
	known := words(policy.Channels)
	for i, c := range written {
		if at := fmt.Sprintf("%s[%d]", path, i); !r.Lost[at] && !slices.Contains(known, c) {
			r.Report(r.Where(at), at, `"%s" is not one of %s.%s`, strict.Shown(c), strings.Join(known, ", "), guess(c, known))
		}
	}
	if len(written) == 0 && !r.Lost[path] {
		r.Report(r.Where(path), path, "there is none, so nobody could ever have it done. Name one, or remove the line.")
	}
}

// between checks a duration; zero stands for none where that may be.
func (r *reader) between(path string, d, low, high time.Duration, none bool) {
	if r.Lost[path] || none && d == 0 || d >= low && d <= high {
		return
	}
	r.Report(r.Where(path), key(path), "%s is not between %s and %s.", strict.Short(d), strict.Short(low), strict.Short(high))
}

// floor refuses what asks for less than is built in for a privileged class.
func (r *reader) floor(c policy.Class, path string, f *class) {
	floor := c.Demands()
	needs := strings.Join(words(floor.AnyOf[0]), "+")
	if len(f.Proofs) == 0 && !r.Lost[path+".proofs"] {
		r.Report(r.Where(path+".proofs"), path+".proofs", `asks for nothing, and %s is never done without %s. Write ["%[2]s"], or remove the line.`, c, needs)
	}
	for i, list := range lists(f.Proofs) {
		at := fmt.Sprintf("%s.proofs[%d]", path, i)
		if !r.Lost[at] && slices.ContainsFunc(list, func(k policy.ProofKind) bool { return slices.Contains(policy.ProofKinds, k) }) && !holds(list, floor.AnyOf) {
			r.Report(r.Where(at), at, `"%s" is less than what is built in: %s is never done without %s. Write "%[3]s+%[1]s", or remove it.`, strict.Shown(f.Proofs[i]), c, needs)
		}
	}
	if key := path + ".approvals"; !r.Lost[key] && f.Approvals >= 0 && f.Approvals < floor.Second.Persons() {
		r.Report(r.Where(key), key, "%d is less than what is built in: %s needs %d. Raise it, or remove the line.", f.Approvals, c, floor.Second.Persons())
	}
	if key := path + ".wait"; !r.Lost[key] && f.Wait >= 0 && f.Wait < floor.Wait {
		r.Report(r.Where(key), key, "%s is less than what is built in: %s waits %s. Raise it, or remove the line.", strict.Short(f.Wait), c, strict.Short(floor.Wait))
	}
	for i, ch := range f.Channels {
		at := fmt.Sprintf("%s.channels[%d]", path, i)
		if !r.Lost[at] && slices.Contains(policy.Channels, policy.Channel(ch)) && !floor.By(policy.Channel(ch)) {
			r.Report(r.Where(at), at, "%s is never done by %s: only a voice says who it is. Remove it.", c, ch)
		}
	}
}

// holds reports whether a list has all of one that is asked for.
func holds(list []policy.ProofKind, asked [][]policy.ProofKind) bool {
	return slices.ContainsFunc(asked, func(one []policy.ProofKind) bool {
		return !slices.ContainsFunc(one, func(k policy.ProofKind) bool { return !slices.Contains(list, k) })
	})
}

// talk refuses a channel by which nobody could give what is asked for: who talks
// to an agent is not known by a mail that somebody sent.
func (r *reader) talk(path string, f *class) {
	if len(f.Proofs) == 0 || slices.ContainsFunc(lists(f.Proofs), func(list []policy.ProofKind) bool { return !slices.Contains(list, policy.ProofSender) }) {
		return
	}
	for i, ch := range f.Channels {
		if at := fmt.Sprintf("%s.channels[%d]", path, i); ch == string(policy.Chat) || ch == string(policy.Phone) {
			r.Report(r.Where(at), at, `by %s nobody can ever give "sender": a mail doesn't say who is talking. Add "code" to proofs, or remove the channel.`, ch)
		}
	}
}
