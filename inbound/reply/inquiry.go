package reply

import "countersign/policy"

// Inquires reports whether the writer asks something, by the Subject of a mail
// that begins a conversation or by own words, and whether that is, in known words,
// whether a mail or a call was really ours.
func (r Reading) Inquires() (asks, ours bool) {
	text := r.Asking()
	if r.Kind == policy.KindNew { // that of an answer is another's
		text = r.Subject + "\n" + text
	}
	ours = holds(text, oursWords)
	return ours || question(text), ours
}
