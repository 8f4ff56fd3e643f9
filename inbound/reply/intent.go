package reply

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
	"countersign/policy"
)

// lex gives the words of all languages.
var lex = words.Lexicon

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
		return policy.Answer{Intent: policy.No, Cancels: d.cancels}
	} else if d.unsure {
		return unclear
	}
	if first == "" || len(first) > longestAnswer || question(first) {
		return unclear
	}
	known := ownNames(names)
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

// wordless reports a line of signs alone, as of one thumb.
func wordless(line string) bool {
	return !strings.ContainsFunc(line, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// senses say what a line is in which languages.
type senses map[policy.Intent]phrase.Set

// answer makes one of what a line is in which languages.
func answer(r senses) policy.Answer {
	out := policy.Answer{Intent: policy.Unclear}
	var distinct []policy.Intent
	for _, i := range []policy.Intent{policy.Yes, policy.No, policy.Unclear} {
		if r[i] != 0 {
			distinct = append(distinct, i)
		}
	}
	if len(distinct) == 1 {
		out.Intent = distinct[0]
		return out
	}
	for _, i := range distinct {
		out = out.But(i, lex().Names(r[i])...)
	}
	return out
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

func objects(s string) bool {
	d := deny(lex().Read(s))
	return d.of != 0 || d.unsure
}

// sense says what a line is in which languages: made only of yes-words, only of
// no-words, something else that is said there (unclear), or nothing.
func sense(line *phrase.Text, names map[string]bool) senses {
	out := senses{}
	if line.Len() == 0 {
		return out
	}
	out[policy.Unclear] = line.Whole().In(words.Other)
	way := parse{line: line, names: names, stuck: make([]bool, line.Len()), claims: claims(line)}
	for n := range lex().Languages {
		way.in = phrase.Set(1) << n
		if out[policy.Unclear]&way.in != 0 {
			continue
		}
		clear(way.stuck)
		switch yes, no, ok := way.from(0); {
		case !ok:
		case yes && !no && way.informed():
			out[policy.Unclear] |= way.in
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

// claims finds where a line says by itself that its writer asked, as "we asked
// for it this morning". Its lists say what may stand in it; a filler between them
// that takes clearness from a yes in the same language takes it from a claim.
func claims(line *phrase.Text) (out []phrase.Match) {
	line.Find(func(m phrase.Match) bool {
		if m.Kind != words.Claim {
			return false
		}
		spoilt := false
		for i := m.From; i < m.To; i++ {
			line.Each(i, func(_ int, e phrase.Entry) bool {
				spoilt = spoilt || e.In(phrase.Filler)&e.InAny(words.No, words.But, words.If, words.Doubt)&m.Of != 0
				return spoilt
			})
		}
		if !spoilt {
			out = append(out, m)
		}
		return false
	})
	return out
}

// parse looks for a way to take a line apart into entries and claims of one
// language.
type parse struct {
	line   *phrase.Text
	names  map[string]bool
	claims []phrase.Match
	in     phrase.Set
	stuck  []bool // no way leads from there
}

// from takes apart what begins at word i, by long entries first.
func (p *parse) from(i int) (yes, no, ok bool) {
	if i == p.line.Len() {
		return false, false, true
	}
	if p.stuck[i] {
		return false, false, false
	}
	p.line.Each(i, func(size int, e phrase.Entry) bool {
		if e.In(words.Other)&p.in != 0 && !p.parted(i, i+size) {
			return true // says something else: an order to us, as "please confirm"
		}
		if e.InAny(words.Yes, words.No, words.Polite, words.Ack, words.Informed)&p.in == 0 {
			return false
		}
		yes, no, ok = p.from(i + size)
		yes, no = yes || e.In(words.Yes)&p.in != 0, no || e.In(words.No)&p.in != 0
		return ok
	})
	for _, m := range p.claims {
		if !ok && m.From == i && m.Of&p.in != 0 {
			_, no, ok = p.from(m.To)
			yes = ok
		}
	}
	if !ok && p.names[p.line.Word(i)] {
		yes, no, ok = p.from(i + 1)
	}
	p.stuck[i] = !ok
	return yes && ok, no && ok, ok
}

// informed reports a line of a bare yes that thanks for being told, as "Yes, thanks for
// the information": it has read what we wrote, and may say no more.
func (p *parse) informed() bool {
	const bare = 7 // characters, as "ja takk" has
	if !p.line.Has(words.Informed, p.in, 0, p.line.Len()) {
		return false
	}
	for i := range p.line.Len() {
		if n := entryAt(p.line, i, p.in, words.Yes); n > 0 && runes(p.line, i, n) > bare {
			return false
		}
	}
	return !slices.ContainsFunc(p.claims, func(m phrase.Match) bool { return m.Of&p.in != 0 })
}

// parted reports a comma or the like within words [i, to).
func (p *parse) parted(i, to int) bool {
	for i++; i < to; i++ {
		if p.line.Before(i) >= phrase.Part {
			return true
		}
	}
	return false
}

// A remainder is what stands below an answer and may take its clearness away.
type remainder struct {
	lines []int // of the text, without those of a signature
	asks  bool
}

// remains gives what remains behind the first line: rest is the end of the own words,
// beside follows them.
func remains(own, rest, beside string, names map[string]bool, yes phrase.Set) (out remainder) {
	all := strings.Split(rest, "\n")
	for _, n := range aboveSignature(all, names, yes|lex().Language("en")) {
		out.lines = append(out.lines, n+strings.Count(own[:len(own)-len(rest)], "\n"))
		out.asks = out.asks || question(all[n])
	}
	for n := range 1 + strings.Count(beside, "\n") {
		out.lines = append(out.lines, 1+strings.Count(own, "\n")+n)
	}
	out.asks = out.asks || question(beside)
	return out
}

// spoils gives the languages in which lines of a text take the clearness from a
// yes: a no-word of any language spoils it in all, a condition in its own and,
// if it is English, in all. So does a condition of any language if the yes is
// one of all, unless it is so short that it may be a word of another.
// Phrases known to be harmless are passed over.
func spoils(t *phrase.Text, lines []int, shared bool) (out phrase.Set) {
	for len(lines) > 0 && out != phrase.Every {
		from, to := t.Line(lines[0])
		for lines = lines[1:]; len(lines) > 0; lines = lines[1:] {
			next, end := t.Line(lines[0])
			if next != to {
				break
			}
			to = end
		}
		out |= spoilsIn(t, from, to, shared)
	}
	return out
}

// spoilsIn does so for words [from, to).
func spoilsIn(t *phrase.Text, from, to int, shared bool) (out phrase.Set) {
	en := lex().Language("en")
	for i := from; i < to; {
		step := 1
		t.Each(i, func(n int, e phrase.Entry) bool {
			if i+n > to || t.Slips(i, i+n) {
				return false
			}
			switch no, but := e.In(words.No), e.In(words.But); {
			case e.In(words.Harmless) != 0:
				step = n
				return true
			case no|but == 0, n == 1 && numbered(t, i):
			case no != 0 && runes(t, i, n) > 2, (no|but)&en != 0:
				out = phrase.Every
			case shared && but != 0 && runes(t, i, n) >= 4:
				out = phrase.Every
			default:
				out |= no | but // "nu" is no to some, and now to others
			}
			return out == phrase.Every
		})
		if out == phrase.Every {
			return out
		}
		i += step
	}
	return out
}

// runes counts the characters of words [i, i+n) and the blanks between them.
func runes(t *phrase.Text, i, n int) (size int) {
	for j := i; j < i+n; j++ {
		size += utf8.RuneCountInString(t.Word(j)) + 1
	}
	return size - 1
}

// numbered reports whether word i is short for "number", as in "VAT no. 12".
func numbered(t *phrase.Text, i int) bool {
	return i+1 < t.Len() && t.Word(i) == "no" && strings.ContainsAny(t.Word(i+1), "0123456789")
}

// ownNames gives the words of names that answer nothing in any language.
func ownNames(names []string) map[string]bool {
	if len(names) == 0 {
		return nil
	}
	out := map[string]bool{}
	for _, name := range names {
		w := phrase.Words(name)
		for _, s := range w[:min(len(w), 6)] {
			says := lex().Read(s).Whole().InAny(words.Yes, words.No, words.But, words.Other)
			out[s] = utf8.RuneCountInString(s) > 1 && says == 0
		}
	}
	return out
}

// asksInGreek reports the Greek question mark as keyboards have it: a semicolon
// behind a Greek letter.
func asksInGreek(s string) bool {
	last := ' '
	for _, r := range s {
		if r == ';' && unicode.Is(unicode.Greek, last) {
			return true
		}
		last = r
	}
	return false
}

// question reports a question mark, those within an address of the web apart.
func question(s string) bool {
	if ascii(s) {
		if strings.IndexByte(s, '?') < 0 {
			return false
		}
	} else if strings.IndexByte(s, ';') >= 0 && asksInGreek(s) {
		return true
	} else if !strings.ContainsFunc(s, phrase.QuestionMark) {
		return false
	}
	for word := range strings.FieldsSeq(s) {
		if !strings.ContainsFunc(word, phrase.QuestionMark) {
			continue
		}
		if !strings.Contains(word, "://") && !strings.HasPrefix(word, "www.") || strings.ContainsFunc(word, func(r rune) bool { return r != '?' && phrase.QuestionMark(r) }) || strings.HasSuffix(word, "?") {
			return true
		}
	}
	return false
}

// saysYes reports whether a clause of the first line is a yes, as "but yes" is
// in "I'm away, but yes, do it".
func saysYes(own string) bool {
	first, _ := answerLine(own)
	for clause := range strings.FieldsFuncSeq(first, func(r rune) bool { return strings.ContainsRune(".,;:!。，、；：！،", r) }) {
		w := phrase.Words(clause[:min(len(clause), longestAnswer)])
		if len(w) > 1 && lex().Read(w[0]).Whole().In(words.But) != 0 {
			w = w[1:]
		}
		if sense(lex().Read(strings.Join(w, " ")), nil)[policy.Yes] != 0 {
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
			// One greeting may stand behind another, as in "Madame, Monsieur,".
			if line = strings.TrimSpace(tail); line == "" || lex().Read(line).Whole().In(words.Hello) != 0 {
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
		if lex().Read(line[:i]).Whole().In(words.Hello) != 0 {
			_, size := utf8.DecodeRuneInString(line[i:])
			return line[i+size:], true
		}
	}
	head := line
	if i := strings.IndexAny(line, ",!:，、،！"); i >= 0 {
		_, size := utf8.DecodeRuneInString(line[i:])
		head, tail = line[:i], line[i+size:]
	}
	t := lex().Read(head)
	if t.Len() == 0 || t.Len() > 16 || question(head) {
		return "", false
	}
	t.Each(0, func(n int, e phrase.Entry) bool {
		if e.In(words.Hello) == 0 || t.Len()-n > 4 {
			return false
		}
		ok = !slices.ContainsFunc([]phrase.List{words.Yes, words.No, words.But}, func(l phrase.List) bool {
			return t.Has(l, phrase.Every, n, t.Len())
		})
		return true
	})
	return tail, ok
}
