package reply

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"countersign/policy"
)

// ownText gives the lines of plain text that its writer added: without quotes,
// the lines that introduce them, signature and disclaimer. Its lines are lines
// of the input, in their order.
func ownText(plain string) string { return divide(plain).own }

// pieces are what a text holds beside quotes.
type pieces struct {
	own  string // what the writer says
	foot string // what stands below the line of a phone or a list: it can't say yes, but can object
	sign string // signature and disclaimer: nothing in them counts but a denial

	veiled string // what only some readers hide: it can't say yes, but can object
}

func divide(plain string) pieces {
	lines := strings.Split(strings.ReplaceAll(plain, "\r\n", "\n"), "\n")
	out := make([]string, 0, 16)
	var foot, sign []string
	begun := false            // own words stand above
	below := (*[]string)(nil) // where lines go until a quote comes; nil is out
	done := func() pieces { return pieces{own: join(out), foot: join(foot), sign: join(sign)} }
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		switch {
		case line == "" && below == nil:
			out = append(out, "")
			continue
		case line == "", line == "ᐧ": // the mark of a program that watches who reads
			continue
		case fromMangled(lines, i):
			foot = append(foot, line[1:])
			continue
		case groupWise.MatchString(line):
			out = withoutRule(out)
			return done()
		case quoted(line):
			below = nil
			continue
		case !begun && banner(lines[i:]) > 0:
			n := banner(lines[i:])
			sign = append(sign, lines[i:i+n]...)
			i += n - 1
			continue
		case original(line), headerBlock(lines[i:]):
			out = withoutRule(out)
			return done()
		case strings.TrimRight(lines[i], "\r ") == "--", line == "—", legal(line), disclaims(lines[i:]):
			// A signature may stand above the quote below which the answer does.
			below = &sign
		case below == nil && (phone(line) || listFoot(lines[i:])):
			below = &foot
			continue
		}
		if n := attribution(lines[i:]); n > 0 {
			if own := ownStart(lines[i]); own != "" && below == nil {
				out = append(out, own)
			}
			if !quoted(firstLine(lines[i+n:])) {
				if below != nil {
					out = withoutRule(out)
				}
				return done()
			}
			i += n - 1
			continue
		}
		if below != nil {
			*below = append(*below, line)
			continue
		}
		out, begun = append(out, strings.TrimRight(lines[i], " \t\r")), true
	}
	if below != nil {
		out = withoutRule(out)
	}
	return done()
}

// firstLine gives the first line that isn't empty.
func firstLine(lines []string) string {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

func quoted(line string) bool { return strings.HasPrefix(line, ">") || strings.HasPrefix(line, "＞") }

// groupWise is the line above a mail that Novell's program quotes without marks.
var groupWise = regexp.MustCompile(`^>{2,3} [^<>]*<?[^<>\s]+@[^<>\s]+>?,? .*\d{1,2}[:.]\d\d.* >{2,3}$`)

// fromMangled reports a line that a mailbox of files may have marked (mbox), with
// no quote around it: it may be the writer's own.
func fromMangled(lines []string, i int) bool {
	if !strings.HasPrefix(lines[i], ">From ") {
		return false
	}
	return !(i > 0 && quoted(lines[i-1])) && !(i+1 < len(lines) && quoted(lines[i+1]))
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
	if n > 0 && len(lines[n-1]) >= 4 && strings.Trim(lines[n-1], "_-=* ") == "" {
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
	line = strings.ReplaceAll(line, "&nbsp;", " ") // QQ writes it into its text
	bare := strings.TrimLeft(line, "-_* \u00A0")
	dashes := len(line) - len(bare)
	if dashes < 2 {
		return bare == "Begin forwarded message:"
	}
	return begins(lower(bare), originalWords)
}

// phone reports the line that a program adds below the text. A sentence may
// begin like one, as "Sent from my desk, which is easier."
func phone(line string) bool {
	return len(line) <= 160 && begins(lower(line), phoneWords) && !(strings.Contains(line, ", ") && strings.HasSuffix(line, "."))
}

func legal(line string) bool { return len(line) >= 20 && holds(lower(line), legalWords) }

// disclaims reports a disclaimer of which the words that tell it stand over two
// lines.
func disclaims(lines []string) bool {
	if len(lines) < 2 || strings.TrimSpace(lines[0]) == "" {
		return false
	}
	next := strings.TrimSpace(lines[1])
	return len(next) < 400 && len(lines[0]) < 400 && next != "" && !legal(next) && legal(strings.TrimSpace(lines[0])+" "+next)
}

// banner tells how many lines at the start are a gateway's, which sets them on
// top of mail from outside: a paragraph that says so. An answer right below is
// none of it, nor is what follows a line that no program wraps, as HTML has.
func banner(lines []string) int {
	n, told := 0, 0
	for ; n < len(lines) && n < 8 && told <= 1000; n++ {
		line := strings.TrimSpace(lines[n])
		if line == "" || quoted(line) || n > 0 && (len(lines[n-1]) > 100 || answers(line)) {
			break
		}
		told += len(line)
	}
	if told > 1000 || n == 0 || !holds(lower(strings.Join(lines[:n], " ")), bannerWords) {
		return 0
	}
	return n
}

// answers reports a line made only of words that say yes or no, or a denial.
func answers(line string) bool {
	if len(line) > longestAnswer {
		return false
	}
	p := newPhrase(words(line))
	r := lex().readings(p, nil)
	return r[policy.Yes]|r[policy.No] != 0 || lex().denies(p)
}

// listFoot reports the lines that a mailing list adds: below a rule of
// underscores, few, and they say so.
func listFoot(lines []string) bool {
	if len(lines[0]) < 2 || strings.Trim(lines[0], "_ \r") != "" {
		return false
	}
	for _, line := range lines[1:min(len(lines), 8)] {
		if line = strings.TrimSpace(line); quoted(line) {
			return false
		}
		if holds(lower(line), footWords) {
			return true
		}
	}
	return false
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
