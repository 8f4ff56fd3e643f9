package reply

import (
	"strings"
	"unicode/utf8"

	"countersign/policy"
)

const every = ^languages(0)

// longestAnswer bounds the first line and greeting in bytes; a longer one is
// no plain yes or no.
const longestAnswer = 200

// intentOf reads own text, from which quotes and signature are gone, by the rule
// of the design: the first line behind a greeting answers if it is made only
// of the words of one language; a denial counts anywhere. A question or a
// condition anywhere in the text leaves a yes unclear, also on a later line:
// a question too many costs one more notice, a wrong yes costs a server.
//
// Names are the writer's, from the From field: they say nothing in a line.
func intentOf(own string, names ...string) policy.Answer {
	unclear := policy.Answer{Intent: policy.Unclear}
	if lex().denies(newPhrase(words(sentences(own)))) {
		return policy.Answer{Intent: policy.No}
	}
	first, rest := answerLine(own)
	if first == "" || len(first) > longestAnswer || question(first) {
		return unclear
	}
	readings := lex().readings(newPhrase(words(first)), ownNames(names))
	if readings[policy.Yes] == 0 {
		return lex().answer(readings)
	}
	spoilt := languages(every)
	if !question(rest) {
		spoilt = lex().spoilt(rest, readings[policy.Yes] == lex().all())
	}
	readings[policy.Unclear] |= readings[policy.Yes] & spoilt
	readings[policy.Yes] &^= spoilt
	out := lex().answer(readings)
	// A "Yes" above "pas maintenant" is none of a French contact.
	return out.But(policy.Unclear, lex().list(spoilt&^(readings[policy.No]|readings[policy.Unclear]))...)
}

// answer makes one of what a line is in which languages.
func (l *lexicon) answer(readings map[policy.Intent]languages) policy.Answer {
	out := policy.Answer{Intent: policy.Unclear}
	var distinct []policy.Intent
	for _, i := range []policy.Intent{policy.Yes, policy.No, policy.Unclear} {
		if readings[i] != 0 {
			distinct = append(distinct, i)
		}
	}
	if len(distinct) == 1 {
		out.Intent = distinct[0]
		return out
	}
	for _, i := range distinct {
		out = out.But(i, l.list(readings[i])...)
	}
	return out
}

// list names the languages of a set.
func (l *lexicon) list(set languages) (out []string) {
	for n, name := range l.names {
		if set&(1<<n) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// intent reads the own words by what stands below them, too: an objection there
// takes the clearness from a yes, and so does a denial in a signature.
func (p pieces) intent(names ...string) policy.Answer {
	if first, _ := answerLine(p.own); first == "" {
		return policy.Answer{Intent: policy.Unclear}
	}
	said := p.own + "\n" + p.foot
	a := intentOf(said, names...)
	if a.Intent != policy.No && lex().denies(newPhrase(words(p.sign))) {
		return policy.Answer{Intent: policy.Unclear}
	}
	if strings.TrimSpace(p.veiled) != "" {
		return agreed(a, intentOf(said+"\n"+p.veiled, names...))
	}
	return a
}

// readings says what a line is in which languages: made only of yes-words,
// only of no-words, something else that is said there (unclear), or nothing.
func (l *lexicon) readings(line phrase, names map[string]bool) map[policy.Intent]languages {
	out := map[policy.Intent]languages{}
	if line.len() == 0 {
		return out
	}
	if whole := l.entries[line.run(0, line.len())]; whole != nil {
		out[policy.Unclear] = whole[otherList]
	}
	way := parse{lexicon: l, line: line, names: names, stuck: make([]bool, line.len())}
	for n := range l.names {
		way.in = languages(1) << n
		if out[policy.Unclear]&way.in != 0 {
			continue
		}
		clear(way.stuck)
		switch yes, no, ok := way.from(0); {
		case !ok:
		case yes && !no:
			out[policy.Yes] |= way.in
		case no && !yes:
			out[policy.No] |= way.in
		default:
			out[policy.Unclear] |= way.in
		}
	}
	return out
}

// parse looks for a way to take a line apart into entries of one language.
type parse struct {
	*lexicon
	line  phrase
	names map[string]bool
	in    languages
	stuck []bool // no way leads from there
}

// from takes apart what begins at word i, by long entries first.
func (p *parse) from(i int) (yes, no, ok bool) {
	if i == p.line.len() {
		return false, false, true
	}
	if p.stuck[i] {
		return false, false, false
	}
	p.matches(p.line, i, func(size int, e *[lists]languages) bool {
		if e[otherList]&p.in != 0 {
			return true // says something else: an order to us, as "please confirm"
		}
		if (e[yesList]|e[noList]|e[politeList])&p.in == 0 {
			return false
		}
		yes, no, ok = p.from(i + size)
		yes, no = yes || e[yesList]&p.in != 0, no || e[noList]&p.in != 0
		return ok
	})
	if !ok && p.names[p.line.run(i, 1)] {
		yes, no, ok = p.from(i + 1)
	}
	p.stuck[i] = !ok
	return yes && ok, no && ok, ok
}

// spoilt gives the languages in which later lines take the clearness from a
// yes: a no-word of any language spoils it in all, a condition in its own and,
// if it is English, in all. So does a condition of any language if the yes is
// one of all, as "OK", unless it is so short that it may be a word of another.
// Phrases known to be harmless are passed over.
func (l *lexicon) spoilt(rest string, shared bool) (out languages) {
	if strings.TrimSpace(rest) == "" {
		return 0
	}
	p := newPhrase(words(rest))
	en := l.language("en")
	for i := 0; i < p.len(); {
		step := 1
		l.matches(p, i, func(n int, e *[lists]languages) bool {
			switch {
			case e[harmlessList] != 0:
				step = n
				return true
			case n == 1 && numbered(p, i):
				return true
			case e[noList] != 0 && len(p.run(i, n)) > 2, (e[noList]|e[butList])&en != 0:
				out = every
			case shared && e[butList] != 0 && utf8.RuneCountInString(p.run(i, n)) >= 4:
				out = every
			}
			out |= e[noList] | e[butList] // "nu" is no to some, and now to others
			return out == every
		})
		if out == every {
			return out
		}
		i += step
	}
	return out
}

// numbered reports whether word i is short for "number", as in "VAT no. 12".
func numbered(p phrase, i int) bool {
	if p.run(i, 1) != "no" || i+1 >= p.len() {
		return false
	}
	return strings.ContainsAny(p.run(i+1, 1), "0123456789")
}

// ownNames gives the words of names that answer nothing in any language.
func ownNames(names []string) map[string]bool {
	if len(names) == 0 {
		return nil
	}
	out := map[string]bool{}
	for _, name := range names {
		w := words(name)
		for _, s := range w[:min(len(w), 6)] {
			e := lex().entries[s]
			out[s] = utf8.RuneCountInString(s) > 1 && (e == nil || e[yesList]|e[noList]|e[butList]|e[otherList] == 0)
		}
	}
	return out
}

// question reports a question mark, those within an address of the web apart.
func question(s string) bool {
	if !strings.ContainsAny(s, questionMarks) {
		return false
	}
	for word := range strings.FieldsSeq(s) {
		if !strings.ContainsAny(word, questionMarks) {
			continue
		}
		if !strings.Contains(word, "://") && !strings.HasPrefix(word, "www.") || strings.ContainsAny(word, questionMarks[1:]) || strings.HasSuffix(word, "?") {
			return true
		}
	}
	return false
}

const questionMarks = "?？؟\u037e﹖⁇⁈⁉‽⸮❓❔"

// saysYes reports whether a clause of the first line is a yes, as "but yes" is
// in "I'm away, but yes, do it".
func saysYes(own string) bool {
	first, _ := answerLine(own)
	for clause := range strings.FieldsFuncSeq(first, func(r rune) bool { return strings.ContainsRune(".,;:!。，、；：！،", r) }) {
		w := words(clause[:min(len(clause), longestAnswer)])
		if len(w) > 1 && lex().has(newPhrase(w[:1]), butList, every) {
			w = w[1:]
		}
		if lex().readings(newPhrase(w), nil)[policy.Yes] != 0 {
			return true
		}
	}
	return false
}

// answerLine gives the first line that is no greeting, and what follows it.
func answerLine(own string) (first, rest string) {
	for own != "" {
		line, after, _ := strings.Cut(own, "\n")
		line, own = strings.TrimSpace(line), after
		if line == "" {
			continue
		}
		if len(line) > longestAnswer {
			return line, own
		}
		if tail, ok := greeting(line); ok {
			if line = strings.TrimSpace(tail); line == "" {
				continue
			}
		}
		return line, own
	}
	return "", ""
}

// greeting takes "Hi Sam," off a line: a greeting and at most four words, none
// of which answers or objects.
func greeting(line string) (tail string, ok bool) {
	if i := strings.IndexAny(line, ".。"); i >= 0 { // no name may stand there, as in "Dear Mr. Low"
		if e := lex().entries[strings.Join(words(line[:i]), " ")]; e != nil && e[helloList] != 0 {
			_, size := utf8.DecodeRuneInString(line[i:])
			return line[i+size:], true
		}
	}
	head := line
	if i := strings.IndexAny(line, ",!:，、،！"); i >= 0 {
		_, size := utf8.DecodeRuneInString(line[i:])
		head, tail = line[:i], line[i+size:]
	}
	w := words(head)
	if len(w) == 0 || len(w) > 16 || question(head) {
		return "", false
	}
	p := newPhrase(w)
	lex().matches(p, 0, func(n int, e *[lists]languages) bool {
		if e[helloList] == 0 || len(w)-n > 4 {
			return false
		}
		name := newPhrase(w[n:])
		ok = !lex().has(name, yesList, every) && !lex().has(name, noList, every) && !lex().has(name, butList, every)
		return true
	})
	return tail, ok
}
