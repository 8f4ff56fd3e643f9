package reply

import (
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

	lines []string // all of it
	cut   int      // from here on it is what the writer answers
}

func divide(plain string) pieces {
	lines := strings.Split(strings.ReplaceAll(plain, "\r\n", "\n"), "\n")
	out := make([]string, 0, 16)
	var foot, sign []string
	told := disclaimers{lines: lines}
	begun := false            // own words stand above
	below := (*[]string)(nil) // where lines go until a quote comes; nil is out
	done := func(cut int) pieces {
		return pieces{own: join(out), foot: join(foot), sign: join(sign), lines: lines, cut: cut}
	}
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
		case groupWise(line), novell(lines, i):
			if below = nil; !quoted(firstLine(lines[i+1:])) {
				out = withoutRule(out)
				return done(i)
			}
			continue
		case quoted(line):
			below = nil
			continue
		case !begun && banner(lines[i:]) > 0:
			n := banner(lines[i:])
			sign = append(sign, lines[i:i+n]...)
			i += n - 1
			continue
		case original(line) && quoted(firstLine(lines[i+1:])):
			out, below = withoutRule(out), nil
			continue
		case original(line), headerBlock(lines[i:]):
			out = withoutRule(out)
			return done(i)
		case strings.TrimRight(lines[i], "\r ") == "--", line == "—", told.at(i):
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
				return done(i)
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
	return done(len(lines))
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

// novell reports the same program's line with a verb, which begins like a quote
// and stands in none: ">>> On 24.11.2026 at 10:02, Ada Berg wrote:".
func novell(lines []string, i int) bool {
	rest, ok := strings.CutPrefix(lines[i], ">>> ")
	return ok && attributed([]string{rest}) == 1 && (i == 0 || !quoted(lines[i-1])) && (i+1 == len(lines) || !quoted(lines[i+1]))
}

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
	return begins(bare, originalWords)
}

// phone reports the line that a program adds below the text. A sentence may
// begin like one, as "Sent from my desk, which is easier."
func phone(line string) bool {
	return len(line) <= 160 && begins(line, phoneWords) && !(strings.Contains(line, ", ") && strings.HasSuffix(line, "."))
}

// disclaimers tells where one stands in a text.
type disclaimers struct {
	lines []string
	known int  // the line of which is known, one more
	is    bool // whether it holds words that tell one
}

// at reports a line that tells a disclaimer, or two of which the words that tell it
// stand over the end of the first.
func (d *disclaimers) at(i int) bool {
	const least = 20 // bytes
	line, here := strings.TrimSpace(d.lines[i]), d.holds(i)
	if here && len(line) >= least {
		return true
	}
	if i+1 == len(d.lines) || line == "" || len(d.lines[i]) >= 400 {
		return false
	}
	next := strings.TrimSpace(d.lines[i+1])
	if next == "" || len(next) >= 400 || len(line)+1+len(next) < least {
		return false
	}
	there := d.holds(i + 1)
	return !(there && len(next) >= least) && (here || there || table().over(line, next, legalWords))
}

func (d *disclaimers) holds(i int) bool {
	if d.known != i+1 {
		d.known, d.is = i+1, holds(strings.TrimSpace(d.lines[i]), legalWords)
	}
	return d.is
}

// banner tells how many lines at the start are a gateway's, which sets them on
// top of mail from outside: a paragraph that says so. An answer right below is
// none of it, nor is what follows a line that no program wraps, as HTML has.
func banner(lines []string) int {
	n, _ := paragraph(lines, func(string) bool { return false })
	if n == 0 || !holds(strings.Join(lines[:n], " "), bannerWords) {
		return 0 // as with most, which need not be read for answers
	}
	n, told := paragraph(lines, answers)
	if told > longestBanner || !holds(strings.Join(lines[:n], " "), bannerWords) {
		return 0
	}
	return n
}

const longestBanner = 1000 // bytes

// paragraph tells how many lines at the start may be a banner's, and their bytes.
func paragraph(lines []string, answers func(string) bool) (n, told int) {
	const most = 8
	for ; n < len(lines) && n < most && told <= longestBanner; n++ {
		line := strings.TrimSpace(lines[n])
		if line == "" || quoted(line) || n > 0 && (len(lines[n-1]) > 100 || answers(line)) {
			break
		}
		told += len(line)
	}
	return n, told
}

// answers reports a line made only of words that say yes or no, or a denial.
func answers(line string) bool {
	if len(line) > longestAnswer {
		return false
	}
	r := sense(lex().Read(line), nil)
	return r[policy.Yes]|r[policy.No] != 0 || objects(line)
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
		if holds(line, footWords) {
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
