package policy

import (
	"slices"
	"time"
)

// missing names what the class demands and the ticket doesn't have.
func missing(a Action, d Demand) (codes []Code) {
	if len(d.AnyOf) == 0 || a.Class != a.Ticket.Class {
		return nil
	}
	lacks, alone := a.lacking(a.lists(d))
	if len(lacks) == 0 {
		return nil
	}
	if alone { // any of them is enough
		if codes = a.wanting(lacks...); len(codes) > 0 {
			return codes
		}
		if slices.Contains(lacks, ProofCode) && a.Channel.live() {
			return []Code{CodeCodeMissing}
		}
		if mailed := slices.DeleteFunc(slices.Clone(lacks), func(k ProofKind) bool { return !k.mailed() }); len(mailed) > 0 {
			lacks = mailed // who can be asked by mail is
		}
		for _, kind := range lacks {
			codes = appendNew(codes, a.missed(kind))
		}
		return codes
	}
	for _, kind := range lacks {
		if why := a.wanting(kind); len(why) > 0 {
			for _, code := range why {
				codes = appendNew(codes, code)
			}
			continue
		}
		codes = appendNew(codes, a.missed(kind))
	}
	return codes
}

// lists are the lists of proofs of which one is enough.
func (a Action) lists(d Demand) [][]ProofKind {
	if d.StandsIn(a.Class, a.TokenClasses) && !a.Channel.live() {
		return append(slices.Clone(d.AnyOf), []ProofKind{ProofToken})
	}
	return d.AnyOf
}

// lacking gives what is not there of the lists of which the least is not, and
// whether any one of that would be enough; nothing where a list is all there.
func (a Action) lacking(lists [][]ProofKind) (kinds []ProofKind, alone bool) {
	least := -1
	for _, list := range lists {
		var lacks []ProofKind
		for _, kind := range list {
			if !a.has(kind) {
				lacks = append(lacks, kind)
			}
		}
		switch n := len(lacks); {
		case n == 0:
			return nil, true
		case least < 0 || n < least:
			least, kinds = n, lacks
		case n == least:
			for _, kind := range lacks {
				kinds = appendNew(kinds, kind)
			}
		}
	}
	return kinds, least == 1
}

// missed says what it means that a kind of proof was not given.
func (a Action) missed(kind ProofKind) Code {
	switch {
	case kind == ProofExternal:
		return CodeExternalMissing
	case kind == ProofCode:
		return CodeCodeMissing
	case a.has(ProofSender):
		return CodeNotConfirmed
	}
	return CodeNotAuthenticated
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
		asked := d.Asks(p.Kind) && p.Kind.mailed() || p.Kind == ProofApproval && d.Approval() || p.Kind == ProofToken && d.StandsIn(a.Class, a.TokenClasses)
		if asked && p.Revision == a.Ticket.Revision && p.At.After(t) && a.lost(p) == "" {
			t = p.At
		}
	}
	return t
}
