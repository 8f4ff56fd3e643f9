package reply

import (
	"strings"
	"unicode/utf8"
)

// maxAttribution is how many lines "On ... wrote:" may be wrapped over.
const maxAttribution = 4

// OwnText gives the lines of plain text that its writer added: without quotes,
// the lines that introduce them, signature and disclaimer. Its lines are lines
// of the input, in their order.
func OwnText(plain string) string {
	lines := strings.Split(strings.ReplaceAll(plain, "\r\n", "\n"), "\n")
	out := make([]string, 0, 16)
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		switch {
		case line == "":
			out = append(out, "")
			continue
		case quoted(line):
			continue
		case original(line), headerBlock(lines[i:]):
			return join(withoutRule(out))
		case strings.TrimRight(lines[i], "\r ") == "--", line == "—", phone(line), legal(line):
			// A signature may stand above the quote below which the answer does.
			if i = nextQuote(lines, i); i == len(lines) {
				return join(withoutRule(out))
			}
			i--
			continue
		}
		if n := attribution(lines[i:]); n > 0 {
			next := i + n
			for next < len(lines) && strings.TrimSpace(lines[next]) == "" {
				next++
			}
			if next < len(lines) && quoted(strings.TrimSpace(lines[next])) {
				i += n - 1
				continue
			}
			return join(out)
		}
		out = append(out, strings.TrimRight(lines[i], " \t\r"))
	}
	return join(out)
}

func quoted(line string) bool { return strings.HasPrefix(line, ">") || strings.HasPrefix(line, "＞") }

func nextQuote(lines []string, i int) int {
	for i < len(lines) && !quoted(strings.TrimSpace(lines[i])) {
		i++
	}
	return i
}

// join gives the lines as one text, with one empty line where several stood.
func join(lines []string) string {
	kept := lines[:0]
	for _, line := range lines {
		if line != "" || len(kept) > 0 && kept[len(kept)-1] != "" {
			kept = append(kept, line)
		}
	}
	return strings.Trim(strings.Join(kept, "\n"), "\n\t ")
}

// withoutRule takes off the line of dashes that stands above a cut.
func withoutRule(lines []string) []string {
	n := len(lines)
	for n > 0 && lines[n-1] == "" {
		n--
	}
	if n > 0 && len(lines[n-1]) >= 5 && strings.Trim(lines[n-1], "_-=* ") == "" {
		return lines[:n-1]
	}
	return lines
}

// original reports the line that programs set above a quoted mail, as
// "-----Original Message-----".
func original(line string) bool {
	if len(line) > 200 || line == "" {
		return false
	}
	if c := line[0]; c != '-' && c != '_' && c != '*' && c != 'B' {
		return false
	}
	bare := strings.TrimLeft(line, "-_* ")
	dashes := len(line) - len(bare)
	if dashes < 2 {
		return bare == "Begin forwarded message:"
	}
	return begins(lower(bare), originalWords)
}

func phone(line string) bool { return len(line) <= 160 && begins(lower(line), phoneWords) }

func legal(line string) bool { return len(line) >= 20 && holds(lower(line), legalWords) }

// attribution tells how many lines at the start are an "On ..., ... wrote:".
// A line of own text right above it is none of them.
func attribution(lines []string) int {
	n := attributed(lines)
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
	for n := 1; n <= maxAttribution && n <= len(lines); n++ {
		line := strings.TrimSpace(lines[n-1])
		if size += len(line); line == "" || quoted(line) && open == 0 || size > 600 {
			return 0
		}
		open = max(0, open+strings.Count(line, "<")-strings.Count(line, ">"))
		bare := strings.TrimRight(line, "- ") // Zoho sets dashes round it, and no colon
		dashes := n == 1 && strings.HasPrefix(line, "----") && strings.HasSuffix(line, "----")
		if strings.HasSuffix(bare, ":") || strings.HasSuffix(bare, "：") || dashes {
			whole := strings.Join(lines[:n], " ")
			switch {
			case !strings.ContainsAny(whole, "0123456789@"):
				return 0
			case holds(lower(whole), wroteWords):
				return n
			case strings.ContainsAny(whole, "0123456789") && strings.Contains(whole, "@") && strings.HasSuffix(bare, ">:"):
				return n // some languages leave the verb out
			}
			return 0
		}
	}
	return 0
}

// headerBlock reports whether three lines of a quoted message's header stand
// at the start, as Outlook puts them.
func headerBlock(lines []string) bool {
	if !field(lines[0]) {
		return false
	}
	n := 0
	for _, line := range lines[:min(len(lines), 8)] {
		if field(line) {
			n++
		}
	}
	return n >= 3
}

// field reports whether a line begins with a label of a quoted header.
func field(line string) bool {
	line = strings.TrimSpace(line)
	i := strings.IndexAny(line[:min(len(line), 48)], ":：")
	if i <= 0 {
		return false
	}
	return fieldWords[lower(strings.Trim(line[:i], "* \u00A0\u202F"))]
}

// wrappedQuote reports whether a line of own text may be the end of a quoted
// line that a program broke without repeating its mark.
func wrappedQuote(plain string) bool {
	long := false
	for line := range strings.Lines(plain) {
		line = strings.TrimSpace(line)
		if long && line != "" && !quoted(line) {
			return true
		}
		long = quoted(line) && len(line) >= 65 && utf8.RuneCountInString(line) >= 65 && !strings.ContainsAny(line[len(line)-1:], ".!?:;>")
	}
	return false
}
