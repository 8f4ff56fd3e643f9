package reply

import "strings"

// Locks reports whether the first own line is the word LOCK and nothing else, in
// whatever case and with or without a full stop: so a primary contact locks their
// account. It is the same word in every language, as our mails write it.
func (r Reading) Locks() bool {
	for line := range strings.Lines(r.said.own) {
		if line = strings.TrimSpace(line); line != "" {
			return strings.ToUpper(strings.TrimSpace(strings.TrimSuffix(line, "."))) == "LOCK" //rule:8 exactly-that-word =strings.HasPrefix(strings.ToUpper(line),"LOCK") TestLocks
		}
	}
	return false
}
