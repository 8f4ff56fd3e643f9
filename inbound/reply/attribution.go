package reply

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
		if begins(strings.TrimSpace(lines[i]), startWords) && attributed(lines[i:]) == n-i {
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
	case begins(low, quotingWords) && (address || above):
		return len(strings.Fields(low)) <= 9
	case holds(low, wroteWords):
		return digits || address || strings.HasPrefix(low, "----") || above && namesWriter(whole)
	case !digits || !address:
		return false
	case strings.HasPrefix(low, "* ") && strings.HasSuffix(low, "]:"): // as Mutt and Gnus can be set to
		return true
	}
	return strings.HasSuffix(strings.TrimRight(low, "- "), ">:") || above && begins(low, startWords) && strings.Contains(low, ">")
}

// namesWriter reports that a line is a name and a verb, as "Ada Berg wrote:".
func namesWriter(line string) bool {
	words := strings.Fields(line)
	n := 0
	for n < len(words) && n < 4 && capital(words[n]) {
		n++
	}
	return n > 0 && n < len(words) && slices.Contains(patterns["wrote"], strings.TrimRight(lower(strings.Join(words[n:], " ")), " :"))
}

// capital reports a word that begins with a capital letter.
func capital(word string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(word, "\"'(„“«¿¡"))
	return unicode.IsUpper(r) || unicode.IsTitle(r)
}

// introduces reports a line that says who wrote when, with neither verb nor colon:
// as Yahoo and GroupWise write it above a quote without marks, or any program above
// one that has them.
func introduces(lines []string) bool {
	line := strings.TrimSpace(lines[0])
	if len(line) > 200 || line == "" {
		return false
	}
	next := strings.TrimSpace(strings.Join(lines[1:min(len(lines), 3)], ""))
	above := quoted(next) || strings.HasPrefix(next, "|")
	if withoutVerb(line) || groupWise(line) {
		return true
	}
	switch {
	case !above:
		return false
	case begins(line, quotingWords) && len(strings.Fields(line)) <= 9: // "Quoting Ada Berg (2026-11-24 10:02:11)"
		return strings.HasSuffix(line, ")") && strings.ContainsAny(line, "0123456789")
	}
	return strings.HasSuffix(line, ">") && strings.Contains(line, "@") && datedLine(line)
}

// withoutVerb reports Yahoo's line: a word that begins such lines, a day with its
// year, a time with its zone, a name and an address.
func withoutVerb(line string) bool {
	before, address, ok := strings.Cut(strings.TrimSuffix(line, ":"), "<")
	if !ok || !strings.HasSuffix(address, ">") || !strings.Contains(address, "@") || strings.ContainsAny(address, "< ") || !begins(line, startWords) {
		return false
	}
	words := strings.Fields(before)
	at := slices.IndexFunc(words, clock)
	if at < 2 || at > 9 || !slices.ContainsFunc(words[:at], yearly) {
		return false
	}
	name := 0
	for _, w := range words[at+1:] {
		if bare := strings.Trim(w, ",.()"); bare == "" || bare == strings.ToUpper(bare) || strings.ContainsAny(bare, "0123456789") {
			continue // AM, a zone, or a short name
		}
		if name++; name > 5 || !capital(w) {
			return false
		}
	}
	return true
}

// groupWise reports the line above a mail that Novell's program quotes without
// marks: ">>> Ada Berg <ada@customer.example> 24.11.2026 10:02 >>>".
func groupWise(line string) bool {
	inner, ok := strings.CutSuffix(line, ">>>")
	bare := strings.TrimLeft(inner, ">")
	marked := len(inner)-len(bare) >= 2
	if !ok || len(line) > 200 || strings.HasSuffix(bare, ">") || !marked && !strings.Contains(bare, "@") {
		return false
	}
	words := strings.Fields(bare)
	return slices.ContainsFunc(words, clock) && slices.ContainsFunc(words, yearly)
}

// clock reports a time of day, as 10:02, 10.02,, 10:02:11AM or 10:02>.
func clock(word string) bool {
	h := 0
	for h < len(word) && word[h] >= '0' && word[h] <= '9' {
		h++
	}
	if h < 1 || h > 2 || len(word) < h+3 || word[h] != ':' && word[h] != '.' {
		return false
	}
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	rest := word[h+1:]
	return digit(rest[0]) && digit(rest[1]) && (len(rest) == 2 || !digit(rest[2]) && (rest[2] != '.' || len(rest) == 3))
}

// yearly reports a word that ends or begins with a year, or a date of numbers.
func yearly(word string) bool {
	word = strings.Trim(word, ",.年")
	if n := len(word); n >= 4 && (strings.HasPrefix(word[n-4:], "20") || strings.HasPrefix(word, "20")) {
		return true
	}
	return datedLine(word)
}

// datedLine reports a line that begins with a date of numbers.
func datedLine(line string) bool {
	part, rest := "", line
	for i := range 3 {
		n := 0
		for n < len(rest) && n < 5 && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if part, rest = rest[:n], rest[n:]; part == "" || n > 4 {
			return false
		}
		if i < 2 && (rest == "" || !strings.ContainsRune("-/.", rune(rest[0]))) {
			return false
		}
		if i < 2 {
			rest = rest[1:]
		}
	}
	return true
}

// ownStart gives the own words that stand in the line where an attribution
// begins: "On" and a day, a month or a number.
func ownStart(line string) string {
	for i := 0; ; i++ {
		n := strings.Index(line[i:], "On ")
		if n < 0 {
			return ""
		}
		i += n
		if dated(line[i+len("On "):]) && (i == 0 || strings.ContainsRune(" \t\r\n\f", rune(line[i-1])) || strings.HasSuffix(line[:i], "--")) {
			return strings.TrimRight(line[:i], "- \t\r\n\f")
		}
	}
}

// dated reports a text that begins with a number or the English name of a day or month.
func dated(s string) bool {
	if s != "" && s[0] >= '0' && s[0] <= '9' {
		return true
	}
	if len(s) < 4 || !shortDates[s[:3]] {
		return false
	}
	rest := strings.TrimLeft(s[3:], "abcdefghijklmnopqrstuvwxyz")
	return rest != "" && (rest[0] == ' ' || rest[0] == ',' || rest[0] == '.')
}

var shortDates = set("Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")

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
		return strings.Contains(both, "@") && timed(both)
	}
	// Three may be a time that is asked for: "From: 22:00", "To: 23:00", "Date: Friday".
	block := strings.Join(lines[:min(len(lines), 8)], " ")
	return n >= 4 || n == 3 && (topic || strings.Contains(block, "@") || timed(block))
}

// timed reports a year of four digits and behind it, in its line, a time.
func timed(s string) bool {
	year := false
	for i := 0; i < len(s); i++ {
		if s[i] == '\n' {
			year = false
		}
		if !wordByte(s[i]) {
			continue
		}
		word := wordAt(s, i)
		switch {
		case len(word) == 4 && (word[:2] == "19" || word[:2] == "20") && digits(word):
			year = true
		case year && len(word) <= 2 && digits(word):
			end := i + len(word)
			if end < len(s) && (s[end] == ':' || s[end] == '.') {
				if minutes := wordAt(s, end+1); len(minutes) == 2 && digits(minutes) {
					return true
				}
			}
		}
		i += len(word)
		i--
	}
	return false
}

// wordAt gives the letters and digits of ASCII that begin at a place.
func wordAt(s string, i int) string {
	end := i
	for end < len(s) && wordByte(s[end]) {
		end++
	}
	return s[i:end]
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// field reports whether a line begins with a label of a quoted header.
func field(line string) bool { return fieldWords[label(line)] }

// label gives what stands before a line's colon.
func label(line string) string {
	line = strings.TrimSpace(line)
	head := line[:min(len(line), 48)]
	i := strings.IndexByte(head, ':')
	if wide := strings.Index(head, "："); wide >= 0 && (i < 0 || wide < i) {
		i = wide
	}
	if i <= 0 {
		return ""
	}
	return lower(strings.Trim(line[:i], "* \u00A0\u202F"))
}
