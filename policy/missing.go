package policy

import (
	"slices"
	"time"
)

// missing names what the class demands and the ticket doesn't have.
func missing(a Action, d Demand) []Code {
	if len(d.AnyOf) == 0 || a.Class != a.Ticket.Class {
		return nil
	}
	kinds := slices.Clone(d.AnyOf)
	if a.Class.StandsIn(a.TokenClasses) && !a.Channel.live() {
		kinds = append(kinds, ProofToken)
	}
	if slices.ContainsFunc(kinds, a.has) {
		return nil
	}
	wanting := a.wanting(kinds...)
	switch {
	case len(wanting) > 0:
		return wanting
	case slices.Contains(d.AnyOf, ProofCode) && a.Channel.live():
		return []Code{CodeCodeMissing}
	case a.has(ProofSender):
		return []Code{CodeNotConfirmed}
	}
	return []Code{CodeNotAuthenticated}
}

// given are the proofs of these kinds for this very revision. By chat or phone a
// message proves nothing about who is talking, so there a class that asks for
// code or sender wants the code.
func (a Action) given(kinds ...ProofKind) (out []Proof) {
	for _, p := range a.Proofs {
		if slices.Contains(kinds, p.Kind) && p.Revision == a.Ticket.Revision && !(a.Channel.live() && p.Kind == ProofSender) { //rule:6.6 a-proof-is-of-its-revision part=2 TestAuthorize/proof-of-another-revision
			out = append(out, p)
		}
	}
	return out
}

// has reports whether there is a proof of that kind that counts now.
func (a Action) has(kind ProofKind) bool {
	return slices.ContainsFunc(a.given(kind), func(p Proof) bool { return a.void(p) == "" })
}

// wanting says why those of these kinds that were given count no longer.
func (a Action) wanting(kinds ...ProofKind) (codes []Code) {
	for _, p := range a.given(kinds...) {
		codes = appendNew(codes, a.void(p))
	}
	return codes
}

// void says why a proof counts for nothing now, "" if it counts.
func (a Action) void(p Proof) Code {
	if code := a.lost(p); code != "" { //rule:6.5 a-proof-is-judged-at-the-act TestRightsAtTheAct/approver-removed
		return code
	}
	if !a.Now.Before(a.Expires(p)) { //rule:6.4 a-proof-dies TestAuthorize/proof-expired
		return CodeProofExpired
	}
	return ""
}

// Expires is when a proof dies: 7 days from the last proof or the end of a wait. A
// code was said by whoever was on the line then, and nothing renews that.
func (a Action) Expires(p Proof) time.Time {
	end := p.Expires
	if p.Kind == ProofCode { //rule:6.5 code-is-not-renewed TestCodeAtTheAct/renewed-by-a-mail
		return end
	}
	if later := a.WaitEnds().Add(p.Expires.Sub(p.At)); later.After(end) {
		end = later
	}
	return end
}

// WaitEnds is when the wait of what is asked is over. It begins with the last proof,
// and not before everybody was told of it.
func (a Action) WaitEnds() time.Time {
	from := a.last()
	switch {
	case a.untold():
		from = a.Now
	case a.Told.After(from):
		from = a.Told
	}
	return from.Add(a.demands().Wait)
}

// untold reports whether somebody who has to know of it was not told yet.
func (a Action) untold() bool {
	if len(a.Untold) > 0 { //rule:6.15 change-waits-for-the-telling TestAuthorize/account-change-untold
		return true
	}
	return a.lostMailbox() && a.Told.IsZero() //rule:6.15 lost-mailbox-waits-for-the-telling =false TestLostMailbox/not-told
}

// last is when the last proof of this revision came, of those that the class
// asks for and that count: a "thank you" renews no yes, nor does a code.
func (a Action) last() (t time.Time) {
	d := a.demands()
	for _, p := range a.Proofs {
		asked := slices.Contains(d.AnyOf, p.Kind) && p.Kind != ProofCode || p.Kind == ProofApproval && d.Approval || p.Kind == ProofToken && a.Class.StandsIn(a.TokenClasses)
		if asked && p.Revision == a.Ticket.Revision && p.At.After(t) && a.lost(p) == "" {
			t = p.At
		}
	}
	return t
}
