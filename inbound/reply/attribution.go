package reply

import (
	"regexp"
	"strings"
)

// maxAttribution is how many lines "On ... wrote:" may be wrapped over.
const maxAttribution = 4

// attribution tells how many lines at the start are an "On ..., ... wrote:".
// A line of own text right above it is none of them.
func attribution(lines []string) int {
	n := attributed(lines)
	if n == 0 && introduces(lines) {
		return 1
	}
	if n < 2 {
		return n
	}
	first := lower(strings.TrimSpace(lines[0]))
	if !begins(first, startWords) && !strings.ContainsAny(first, "0123456789@") {
		return 0
	}
	for i := 1; i < n; i++ {
		if begins(lower(strings.TrimSpace(lines[i])), startWords) && attributed(lines[i:]) == n-i {
			return 0
		}
	}
	return n
}

func attributed(lines []string) int {
	size, open := 0, 0 // open counts the "<" that no ">" has closed
	for n, last := 1, maxAttribution; n <= last && n <= len(lines); n++ {
		line := strings.TrimSpace(lines[n-1])
		if line == "" && n > 1 && n < len(lines) && strings.TrimSpace(lines[n]) == "<" {
			last++
			continue // Polymail sets the address apart
		}
		if size += len(line); line == "" || quoted(line) && open == 0 || size > 600 {
			return 0
		}
		open = max(0, open+strings.Count(line, "<")-strings.Count(line, ">"))
		if !closes(line, n == 1) {
			continue
		}
		if wrote(strings.Join(lines[:n], " "), quoted(firstLine(lines[n:]))) {
			return n
		}
		return 0
	}
	return 0
}

// closes reports whether a line ends as an attribution does: with a colon, the
// dashes of Zoho, which sets them round it, or the verb alone.
func closes(line string, alone bool) bool {
	bare := strings.TrimRight(line, "- ")
	return strings.HasSuffix(bare, ":") || strings.HasSuffix(bare, "：") || strings.HasSuffix(bare, "> wrote") ||
		alone && strings.HasPrefix(line, "----") && strings.HasSuffix(line, "----")
}

// wrote reports whether a line that closes like an attribution says who wrote
// when: by a verb, or by a date beside an address, as some languages do. What
// says less has to stand right above a quote.
func wrote(whole string, above bool) bool {
	digits, address := strings.ContainsAny(whole, "0123456789"), strings.Contains(whole, "@")
	low := lower(strings.TrimSpace(whole))
	switch {
	case holds(low, wroteWords):
		return digits || address || strings.HasPrefix(low, "----")
	case !digits || !address:
		return false
	}
	return strings.HasSuffix(strings.TrimRight(low, "- "), ">:") || above && begins(low, startWords) && strings.Contains(low, ">")
}

// introduces reports a line with a date and an address right above a quote,
// without a verb or a colon; or as Yahoo writes it above one without marks.
func introduces(lines []string) bool {
	line := strings.TrimSpace(lines[0])
	if len(line) <= 200 && withoutVerb.MatchString(line) {
		return true
	}
	if len(line) > 200 || !strings.HasSuffix(line, ">") || !strings.Contains(line, "@") || !datedLine.MatchString(line) {
		return false
	}
	next := strings.TrimSpace(strings.Join(lines[1:min(len(lines), 3)], ""))
	return quoted(next) || strings.HasPrefix(next, "|")
}

var (
	withoutVerb = regexp.MustCompile(`^On (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, [A-Z][a-z]+ \d{1,2}, (?:19|20)\d\d,? (?:at )?\d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?, [^<>]*<[^<>\s]+@[^<>\s]+>:?$`)
	datedLine   = regexp.MustCompile(`^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b`)
	// shared finds where an attribution begins behind own words in one line.
	shared = regexp.MustCompile(`(?:^|-{2,}\s*|\s)On (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ ,.]|\d)`)
)

// ownStart gives the own words that stand in the line where an attribution
// begins.
func ownStart(line string) string {
	if at := shared.FindStringIndex(line); at != nil {
		return strings.TrimRight(line[:at[0]], "- \t")
	}
	return ""
}

// headerBlock reports whether three lines of a quoted message's header stand
// at the start, as Outlook puts them, or two that hold an address and a time.
func headerBlock(lines []string) bool {
	if !field(lines[0]) {
		return false
	}
	n, topic := 0, false
	for _, line := range lines[:min(len(lines), 8)] {
		if field(line) {
			n++
			topic = topic || topicWords[label(line)]
		}
	}
	if n == 2 && field(lines[1]) {
		both := lines[0] + lines[1]
		return strings.Contains(both, "@") && fullTime.MatchString(both)
	}
	// Three may be a time that is asked for: "From: 22:00", "To: 23:00", "Date: Friday".
	block := strings.Join(lines[:min(len(lines), 8)], " ")
	return n >= 4 || n == 3 && (topic || strings.Contains(block, "@") || fullTime.MatchString(block))
}

var fullTime = regexp.MustCompile(`\b(19|20)\d\d\b.*\b\d{1,2}[:.]\d\d\b`)

// field reports whether a line begins with a label of a quoted header.
func field(line string) bool { return fieldWords[label(line)] }

// label gives what stands before a line's colon.
func label(line string) string {
	line = strings.TrimSpace(line)
	i := strings.IndexAny(line[:min(len(line), 48)], ":：")
	if i <= 0 {
		return ""
	}
	return lower(strings.Trim(line[:i], "* \u00A0\u202F"))
}
