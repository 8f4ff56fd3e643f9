package reply

import "strings"

// isAnswer reports the beginning of an answer's subject: a program's word for "re",
// perhaps with a number, and a colon.
func isAnswer(subject string) bool {
	const longest = 40 // bytes
	low := lower(subject[:min(len(subject), longest)])
	for _, word := range replyWords {
		rest, ok := strings.CutPrefix(low, word)
		if !ok {
			continue
		}
		if number, after, ok := strings.Cut(rest, "]"); ok && len(number) > 1 && number[0] == '[' && strings.Trim(number[1:], "0123456789") == "" {
			rest = after
		}
		if rest = strings.TrimLeft(rest, " \t\r\n"); strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "：") {
			return true
		}
	}
	return false
}

// daemon reports a From field by which programs return mail.
func daemon(from string) bool {
	low := lower(from)
	return strings.Trim(low, " \t\r\n") == "<>" || hasWord(low, "mailer-daemon") || hasWord(low, "postmaster")
}

// hasWord reports that a word stands in a text, with no letter or digit beside it.
func hasWord(s, word string) bool {
	for i := 0; ; {
		n := strings.Index(s[i:], word)
		if n < 0 {
			return false
		}
		i += n
		if end := i + len(word); (i == 0 || !wordByte(s[i-1])) && (end == len(s) || !wordByte(s[end])) {
			return true
		}
		i++
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// returns reports a text that says that a mail could not be delivered. It is asked of
// what programs sent that return mail.
func returns(s string) bool {
	if holds(s, returnWords) {
		return true
	}
	_, to, ok := strings.Cut(lower(s), "delivery to ") // an address of any length
	to, _, _ = strings.Cut(to, "\n")
	return ok && strings.Contains(to, " failed")
}

// takesNoAnswers reports an address that takes none by its name, which stands alone or
// beside others behind a dot, dash, underscore or plus.
func takesNoAnswers(address string) bool {
	const longest = 24
	local, _, ok := strings.Cut(address, "@")
	if !ok {
		return false
	}
	local = lower(local)
	for from := 0; from < len(local); from++ {
		if from > 0 && !joins(local[from-1]) {
			continue
		}
		for to := from + 1; to <= len(local) && to-from <= longest; to++ {
			if (to == len(local) || joins(local[to])) && robotNames[local[from:to]] {
				return true
			}
		}
	}
	return false
}

func joins(c byte) bool { return c == '+' || c == '.' || c == '_' || c == '-' }

// answersAlone reports a mail program that only answers by itself, or can't be told
// from itself: Zendesk marks what an agent writes as automatic, too.
func answersAlone(mailer string) bool {
	i := 0
	for i < len(mailer) && !wordByte(mailer[i]) {
		i++
	}
	low := strings.ToLower(mailer[i:])
	if version, ok := strings.CutPrefix(low, "vacation"); ok && strings.Trim(version, " v/.-0123456789") == "" {
		return true
	}
	return begins(low, answererNames)
}
