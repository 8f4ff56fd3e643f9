package tickets

import (
	"encoding/json"
	"testing"

	"countersign/internal/kv/kvtest"
	"countersign/policy"
)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	given := proofs{fill[policy.Proof]()}
	given[0].Giver, given[0].Lead, given[0].Delegation = policy.Giver{}, policy.Lead{}, policy.Delegation{} // it is looked up, not kept
	ticket, ended, receipt := fill[Ticket](), fill[revision](), fill[Receipt]()
	ticket.Proofs, ended.Proofs, receipt.Proofs = given, given, given
	word := map[string]json.RawMessage{"role": json.RawMessage(`"primary"`)}
	kvtest.Golden(t, map[string]any{
		"ticket":      ticket,
		"event":       fill[Event](),
		"revision":    ended,
		"claims":      fill[claims](),
		"pending":     fill[pending](),
		"receipt":     receipt,
		"decision":    fill[decision](),
		"asking":      fill[asking](),
		"ticketed":    start,
		"ruling":      fill[ruling](),
		"policy-leaf": fill[policyLeaf](),
		"acts":        []act{fill[act]()},
		"provable":    fill[provable](),
		"heard":       fill[heard](),
		"corrected":   fill[correction](),
		"epoch":       fill[epoch](),
		"stop":        fill[stop](),
		"halt":        []string{"north", "south"},
		"notice":      fill[notice](),
		"alert":       fill[alert](),
		"message":     fill[messageRecord](),
		"proof":       fill[proofRecord](),
		"kept":        fill[kept](),
		"kept-sum":    fill[keptSum](),
		"import":      fill[Import](),
		"telling":     fill[telling](),
		"gathering":   fill[gathering](),
		"lock-leaf":   fill[lockLeaf](),
		"about":       fill[toldAbout](),
		"asked":       []string{"T-1042", "T-17"},
		"imported":    fill[imported](),
		"made-leaf":   fill[madeLeaf](), "held-leaf": fill[heldLeaf](), "sent-leaf": fill[sentLeaf](),
		"aside-leaf": fill[asideLeaf](), "gone-leaf": fill[goneLeaf](), "message-leaf": fill[messageLeaf](),
		"external-leaf": fill[externalLeaf](), "code-leaf": fill[codeLeaf](), "rotated-leaf": fill[rotatedLeaf](),
		"directory-leaf": directoryWrite{By: fill[By](), Why: "contact import i-1 of people.csv",
			Written: []Written{{Record: "contact c-7", Before: word, After: word}}},
	})
}
