package reply

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed patterns.txt
var patternsFile string

// patterns holds the lists of patterns.txt.
var patterns = parsePatterns(patternsFile)

func parsePatterns(file string) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(file) {
		name, list, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for entry := range strings.SplitSeq(list, "|") {
			out[name] = append(out[name], strings.TrimSpace(entry))
		}
	}
	return out
}

// Lists that are looked for in a line or at its beginning: see begins and holds.
const (
	wroteWords mark = 1 << iota
	startWords
	quotingWords
	originalWords
	phoneWords
	legalWords
	bannerWords
	footWords
	ackSubjects
	receiptMails
	autoTexts
	reactionWords
	tapbackWords
	returnWords
	lateWords
	answererNames
	quoteNames
	signNames
	restNames
	partNames
	oursWords
)

// marked are those lists by name.
var marked = map[string]mark{
	"wrote":      wroteWords,
	"start":      startWords,
	"quoting":    quotingWords,
	"original":   originalWords,
	"phone":      phoneWords,
	"legal":      legalWords,
	"banner":     bannerWords,
	"foot":       footWords,
	"ack":        ackSubjects,
	"receipt":    receiptMails,
	"text":       autoTexts,
	"reaction":   reactionWords,
	"tapback":    tapbackWords,
	"return":     returnWords,
	"late":       lateWords,
	"answerer":   answererNames,
	"ours":       oursWords,
	"quote-name": quoteNames, "signature-name": signNames, "rest-name": restNames, "part-name": partNames,
}

var (
	fieldWords    = setOf(patterns["field"])
	topicWords    = setOf(patterns["topic"])
	autoSubjects  = patterns["subject"]
	farewellWords = setOf(patterns["farewell"])
	postWords     = patterns["post"]
	postColons    = patterns["post-colon"]
	placeWords    = setOf(patterns["place"])
	placeEnds     = patterns["place-end"]
	particles     = setOf(patterns["particle"])
	customerWords = setOf(patterns["customer"])
	selfWords     = setOf(patterns["self"])
	pointWords    = setOf(patterns["point"])
	negations     = setOf(append(patterns["negation"], patterns["nobody"]...))
	nobodies      = setOf(patterns["nobody"])
	days          = setOf(patterns["day"])
	robotNames    = setOf(patterns["robot"])
	replyWords    = patterns["re"]
)

func setOf(list []string) map[string]bool {
	out := map[string]bool{}
	for _, w := range list {
		out[w] = true
	}
	return out
}

// begins reports whether a pattern of the lists stands at the start of a text, in
// whatever case; * is any text.
func begins(s string, lists mark) bool { return table().begins(s, lists) }

// holds reports whether a pattern of the lists stands in a text, in whatever case;
// * is any text of at most 60 bytes behind the first place where stands what comes
// before it.
func holds(s string, lists mark) bool { return table().find(s, lists) != 0 }

// lower is strings.ToLower with straight apostrophes and without the blanks
// that French typography sets.
func lower(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '’':
			return '\''
		case '\u202F', '\u00A0':
			return ' '
		case 'İ':
			return 'i'
		}
		return unicode.ToLower(r)
	}, s)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
