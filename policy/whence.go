package policy

import (
	"fmt"
	"strings"
	"time"
)

// Extra is something that the rules of a desk demand beyond what is built in, and
// which of them does, with its line.
type Extra struct {
	What string // a kind of proof, or wait
	Rule string
}

// waits is what an Extra demands that is no proof.
const waits = "wait"

// beyond gives what is asked for more than floor does, each thing for a reason.
func beyond(floor Demand, proofs [][]ProofKind, s Second, wait time.Duration, rule string) (out []Extra) {
	asked := Demand{AnyOf: proofs}
	for _, kind := range ProofKinds {
		if asked.Asks(kind) && !floor.Asks(kind) {
			out = append(out, Extra{string(kind), rule})
		}
	}
	if s.With(floor.Second) != floor.Second {
		out = append(out, Extra{string(ProofApproval), rule})
	}
	if wait > floor.Wait {
		out = append(out, Extra{waits, rule})
	}
	return out
}

// missedBy is what is missing where a reason stands.
var missedBy = map[Code]string{
	CodeNotAuthenticated: string(ProofReply),
	CodeNotConfirmed:     string(ProofReply),
	CodeCodeMissing:      string(ProofCode),
	CodeExternalMissing:  string(ProofExternal),
	CodeExternalNone:     string(ProofExternal),
	CodeApprovalMissing:  string(ProofApproval),
	CodeWaiting:          waits,
}

// demandedBy are the rules of the desk by which it is that this is missing; none
// where it is built in.
func (d Demand) demandedBy(code Code) (rules []string) {
	what := missedBy[code]
	if code == CodeChannelForbidden && d.Where != "" {
		return []string{d.Where}
	}
	for _, e := range d.Extra {
		if what != "" && e.What == what {
			rules = appendNew(rules, e.Rule)
		}
	}
	return rules
}

// byRule is the reason, with the rules of the desk that it comes of.
func (d Demand) byRule(r Reason) Reason {
	if rules := d.demandedBy(r.Code); len(rules) > 0 {
		r.Text = fmt.Sprintf("%s (%s).", strings.TrimSuffix(r.Text, "."), strings.Join(rules, "; "))
	}
	return r
}
