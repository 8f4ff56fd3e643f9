package reply

import (
	"testing"

	"countersign/policy"
)

// A yes that words below it take back, in whatever form, confirms nothing; words
// that go with a yes leave it one.
func TestTakenBack(t *testing.T) {
	for _, s := range []string{"Yes\nI haven't requested anything", "Yes\nthis isn't mine", "Yes\nI refuse", "Yes\nI reject it",
		"Yes\nThis is a scam", "Yes\nHold off for now", "Yes\nI know nothing about this", "Yes\nplease ignore", "Yes\nForget it",
		"Yes\nThis was a mistake", "Oui\nje n'ai rien demandé", "Oui\nje n'ai jamais demandé cela", "Oui\nn'en faites rien",
		"Ja\nIch weiß von nichts", "Sí\nNo he pedido nada", "Sì\nnon ho chiesto niente"} {
		if got := Intent(s).For(""); got == policy.Yes {
			t.Errorf("Intent(%q) = %s", s, got)
		}
	}
	for _, s := range []string{"Yes\n\nLet me know if you need anything else.", "Yes please.\n\nThanks,\nAda Berg\nHead of IT, Northwind",
		"Yes\n\nBest regards\nAda", "Yes\nThe server is web-3.", "Ja, bitte\n\nViele Grüße\nAda", "Oui\n\nMerci beaucoup"} {
		if got := Intent(s).For(""); got != policy.Yes {
			t.Errorf("Intent(%q) = %s, want yes", s, got)
		}
	}
}
