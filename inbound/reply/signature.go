package reply

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
)

// aboveSignature gives the lines below an answer that may take its clearness away:
// not those of a signature that stands there without its mark. It begins below a
// word of farewell or with the writer's name, and what has the form of one says
// nothing in it: names, streets, companies, and what they say to customers of
// themselves. What has the form of a sentence, or stands below a postscript's
// mark, is the writer's all the same: in doubt a line counts. A denial counts
// wherever it stands, which is read elsewhere.
//
// Of are the languages of the answer: short words of others are names here. The
// lines are told by their numbers.
func aboveSignature(all []string, names map[string]bool, of phrase.Set) (kept []int) {
	first, below, sure := true, false, false // sure that it is a signature: there is more than a name
	contacts := 0                            // lines of a company, a place, a number: a program adds these
	for i, line := range all {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		alone := first
		first = false
		switch {
		case postscript(line):
			for ; i < len(all); i++ {
				kept = append(kept, i)
			}
			return kept
		case farewell(line, names):
			below, sure = true, true
			continue
		case named(line, names) || alone && nameAlone(line):
			below = true
			continue
		case (below || namesFirst(line, names, alone)) && formal(line, of):
			below, sure = true, true
			if strings.ContainsAny(line, "0123456789@|") || placed(line) {
				contacts++
			}
			continue
		case below && sure && boasts(line, contacts >= 2, of):
			continue
		}
		kept = append(kept, i)
	}
	return kept
}

// postscript reports a line behind the mark of words that come after a signature.
func postscript(line string) bool {
	low := lower(line[:min(len(line), 60)])
	for _, p := range postWords {
		if rest, ok := strings.CutPrefix(low, p); ok {
			r, _ := utf8.DecodeRuneInString(rest)
			return rest == "" || !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}
	}
	head, _, _ := cutAt(low, func(r rune) bool { return r == ':' || r == '：' || r == '!' || r == '-' || r == '–' })
	return slices.Contains(postColons, strings.Trim(head, " .,"))
}

// farewell reports a line made of courtesy, with a name behind it or none.
func farewell(line string, names map[string]bool) bool {
	if len(line) > 80 || question(line) {
		return false
	}
	low := strings.Trim(lower(line), " ,.!:-–—")
	if farewellWords[low] {
		return true
	}
	fields := strings.Fields(line)
	for k := 0; k <= 3 && k < len(fields); k++ {
		name := fields[len(fields)-k:]
		if k > 0 && !capitals(name) && !named(strings.Join(name, " "), names) {
			return false
		}
		head := strings.Join(fields[:len(fields)-k], " ")
		if farewellWords[strings.Trim(lower(head), " ,.!:-–—")] || polite(lex().Read(head)) {
			return k == 0 || quiet(strings.Join(name, " "))
		}
	}
	return false
}

// polite reports a text made of courtesy alone.
func polite(t *phrase.Text) bool {
	i := 0
	for i < t.Len() {
		step := 0
		t.Each(i, func(n int, e phrase.Entry) bool {
			if e.In(words.Polite) != 0 {
				step = n
			}
			return step > 0
		})
		if step == 0 {
			return false
		}
		i += step
	}
	return i > 0
}

// quiet reports that no word of a text answers, objects, asks or is courtesy.
func quiet(s string) bool {
	t := lex().Read(s)
	for i := range t.Len() {
		says := false
		t.Each(i, func(n int, e phrase.Entry) bool {
			says = says || e.InAny(words.Yes, words.No, words.But, words.Other, words.If, words.Ask, words.Polite) != 0
			return says
		})
		if says {
			return false
		}
	}
	return true
}

// named reports a line made of words of the writer's own name.
func named(line string, names map[string]bool) bool {
	const most = 6
	if len(names) == 0 || wordsAtLeast(line) > most {
		return false
	}
	w := phrase.Words(line)
	return len(w) > 0 && len(w) <= most && !slices.ContainsFunc(w, func(s string) bool { return !names[s] && utf8.RuneCountInString(s) > 1 }) &&
		slices.ContainsFunc(w, func(s string) bool { return names[s] })
}

// wordsAtLeast counts what stands between blanks and has a letter or digit of ASCII.
func wordsAtLeast(line string) (n int) {
	inside := false
	for i := range len(line) {
		c := line[i] | 0x20
		switch {
		case line[i] == ' ':
			inside = false
		case !inside && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9'):
			inside = true
			n++
		}
	}
	return n
}

// nameAlone reports a line that may be a name: one to three words with capital
// letters that say nothing.
func nameAlone(line string) bool {
	fields := strings.Fields(line)
	return len(fields) <= 3 && capitals(fields) && quiet(line)
}

// namesFirst reports a line that begins with the writer's name, or with one that
// says nothing if it stands right below the answer, and goes on behind a comma, a
// bar, a dash or a bracket.
func namesFirst(line string, names map[string]bool, below bool) bool {
	head, _, ok := cutAt(line, func(r rune) bool { return r == ',' || r == '|' || r == '–' || r == '—' || r == '/' || r == '(' })
	return ok && (below && nameAlone(head) || named(head, names))
}

// cutAt cuts a text at the first mark.
func cutAt(s string, mark func(rune) bool) (before, after string, ok bool) {
	i := strings.IndexFunc(s, mark)
	if i < 0 {
		return s, "", false
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	return s[:i], s[i+size:], true
}

// capitals reports words of letters alone that begin with a capital.
func capitals(fields []string) bool {
	return len(fields) > 0 && !slices.ContainsFunc(fields, func(f string) bool {
		f = strings.Trim(f, ",.")
		return !capital(f) || strings.ContainsFunc(f, func(r rune) bool { return !unicode.IsLetter(r) && !strings.ContainsRune("-.'’", r) })
	})
}

// formal reports the form of a signature's line: capitals, numbers and addresses,
// at most twelve. Where such a line holds a word that objects, it has to be the
// name of a place, a company or an office, or to stand behind a comma, as the
// country does in "Oslo, NO".
func formal(line string, of phrase.Set) bool {
	fields := strings.Fields(line)
	if len(fields) > 12 || question(line) {
		return false
	}
	for _, f := range fields {
		bare := strings.Trim(f, ",.:;|()-–—•*&+<>")
		if bare == "" {
			continue
		}
		low := lower(bare)
		if !capital(bare) && !particles[low] && !placeWords[low] && !strings.ContainsAny(bare, "0123456789@/") && !strings.Contains(bare, ".") {
			return false
		}
	}
	t := lex().Read(line)
	placed := placed(line)
	shouts := !strings.ContainsFunc(line, unicode.IsLower)
	for i := range t.Len() {
		says, courteous := false, false
		t.Each(i, func(n int, e phrase.Entry) bool {
			says = says || objecting(t, i, n, e, of)
			courteous = courteous || i == 0 && (runes(t, i, n) > 2 || e.InAny(words.Polite, words.Ask, words.Yes, words.Other)&of != 0) && e.InAny(words.Polite, words.Ask, words.Yes, words.Other) != 0
			return false
		})
		switch {
		case courteous:
			return false
		case says && !placed && !numbered(t, i) && !(t.Before(i) >= phrase.Part && i > 0 && i == t.Len()-1 && len(t.Word(i)) <= 3):
			return false
		case says && placed && shouts && i == 0:
			return false
		}
	}
	return t.Len() > 0
}

// objecting reports an entry that objects in one of the languages, or in any if it
// is so long that it is no other's word.
func objecting(t *phrase.Text, i, n int, e phrase.Entry, of phrase.Set) bool {
	in := e.InAny(words.No, words.But, words.If)
	return in&of != 0 || in != 0 && runes(t, i, n) >= 4
}

// placed reports a line with a word of the names of streets, companies or offices.
func placed(line string) bool {
	for f := range strings.FieldsSeq(lower(line)) {
		f = strings.Trim(f, ",.:;|()-–—•*&+<>")
		if placeWords[f] || slices.ContainsFunc(placeEnds, func(end string) bool { return strings.HasSuffix(f, end) && len(f) > len(end)+2 }) {
			return true
		}
	}
	return false
}

// boasts reports what a company says of itself to its customers, as "We never stop
// working for you!" or "Need your own server?": it speaks of them or of us, not of
// me, and no word in it objects but a negation, none of which begins it. Below a
// company's own lines, which a program adds, it may speak of nobody, as "Why settle
// for less?", if it negates nothing and points at nothing.
func boasts(line string, company bool, of phrase.Set) bool {
	if !capital(line) {
		return false
	}
	t := lex().Read(line)
	sells, plain := false, company
	for i := 0; i < t.Len(); {
		w := t.Word(i)
		if selfWords[w] {
			return false
		}
		sells = sells || customerWords[w]
		plain = plain && !pointWords[w]
		step, objects := 1, false
		t.Each(i, func(n int, e phrase.Entry) bool {
			if e.In(words.Harmless) != 0 {
				step, objects = n, false
				return true
			}
			plain = plain && (i > 0 || e.InAny(words.Yes, words.Ack, words.Polite) == 0)
			if objecting(t, i, n, e, of) {
				plain = false
				objects = objects || !negations[t.Phrase(i, i+n)] || i == 0 && !nobodies[t.Phrase(i, i+n)]
			}
			return false
		})
		if objects {
			return false
		}
		i += step
	}
	return sells || plain
}

// withoutName takes the writer's name off the end of a line that answers, where it
// stands behind a word of thanks or farewell: "Yes, please. Thanks, Olu".
func withoutName(line string) string {
	fields := strings.Fields(line)
	for k := 1; k <= 2 && k < len(fields); k++ {
		name := fields[len(fields)-k:]
		if !capitals(name) {
			return line
		}
		t := lex().Read(line)
		n := t.Len() - len(phrase.Words(strings.Join(name, " ")))
		if n <= 0 || n == t.Len() {
			return line
		}
		for i := n; i < t.Len(); i++ {
			if t.Known(i) || days[t.Word(i)] {
				return line
			}
		}
		from := n - 1
		for from > 0 && t.Before(from) < phrase.Part {
			from--
		}
		if farewellWords[t.Phrase(from, n)] {
			return strings.Join(fields[:len(fields)-k], " ")
		}
	}
	return line
}
