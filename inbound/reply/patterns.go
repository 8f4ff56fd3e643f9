package reply

import (
	_ "embed"
	"strings"
	"unicode"
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

var (
	wroteWords    = patterns["wrote"]
	startWords    = patterns["start"]
	originalWords = patterns["original"]
	fieldWords    = setOf(patterns["field"])
	topicWords    = setOf(patterns["topic"])
	phoneWords    = patterns["phone"]
	legalWords    = patterns["legal"]
	bannerWords   = patterns["banner"]
	footWords     = patterns["foot"]
	autoSubjects  = patterns["subject"]
	ackSubjects   = patterns["ack"]
	receiptMails  = patterns["receipt"]
	autoTexts     = patterns["text"]
)

func setOf(list []string) map[string]bool {
	out := map[string]bool{}
	for _, w := range list {
		out[w] = true
	}
	return out
}

// begins reports whether one of the patterns stands at the start of a text in
// lower case, holds whether one stands in it; * is any text.
func begins(s string, list []string) bool {
	for _, p := range list {
		before, after, any := strings.Cut(p, "*")
		if !strings.HasPrefix(s, before) {
			continue
		}
		if !any || strings.Contains(s[len(before):], after) {
			return true
		}
	}
	return false
}

func holds(s string, list []string) bool {
	for _, p := range list {
		before, after, any := strings.Cut(p, "*")
		i := strings.Index(s, before)
		if i < 0 {
			continue
		}
		if !any {
			return true
		}
		rest := s[i+len(before):]
		if rest = rest[:min(len(rest), 60)]; strings.Contains(rest, after) {
			return true
		}
	}
	return false
}

// lower is strings.ToLower with straight apostrophes and without the blanks
// that French typography sets.
func lower(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			s = strings.Map(func(r rune) rune {
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
			return s
		}
	}
	return strings.ToLower(s)
}
