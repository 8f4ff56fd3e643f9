package policy

import "slices"

func refused(f Facts) (Decision, bool) {
	if len(f.Refusals) == 0 && (f.From != "" || f.Kind.Machine()) { //rule:6.1 one-plain-from part=2 TestDecide/no-from
		return Decision{}, false
	}
	reasons := f.Refusals
	if len(reasons) == 0 {
		reasons = []Reason{{CodeBadFrom, "There is not exactly one plain From address."}}
	}
	return Decision{Verdict: Rejected, Outcome: SetAside, Reasons: reasons}, true
}

func seen(f Facts) (Decision, bool) {
	var code Code
	switch {
	case f.Duplicate: //rule:6.11 the-same-bytes-once TestDecide/duplicate
		code = CodeDuplicate
	case f.SignatureUsed && !f.Kind.Machine() && !f.unheard() && (f.SignatureLock || !f.locks()): //rule:6.11 a-signature-once TestDecide/signature-used
		code = CodeSignatureUsed
	}
	return Decision{Verdict: Ignored, Outcome: OutcomeIgnored, Reasons: []Reason{Because(code)}}, code != ""
}

// machine: a machine proves nothing and is never answered.
func machine(f Facts) (Decision, bool) {
	codes := map[Kind]Code{KindAutoReply: CodeAutoReply, KindBounce: CodeBounce, KindReceipt: CodeReceipt,
		KindCalendar: CodeCalendar, KindList: CodeList, KindLoop: CodeLoop}
	code, ok := codes[f.Kind]
	if !ok {
		code = CodeAutoReply // a kind that isn't known is no person's
	}
	r := Because(code)
	if f.KindWhy != "" {
		r.Text += " (" + f.KindWhy + ")"
	}
	d := Decision{Verdict: Ignored, Outcome: OutcomeIgnored, Ticket: f.Binding.Ticket, Reasons: []Reason{r}}
	if f.away() {
		d.with(Effect{Kind: EffectAway})
	}
	return d, f.Kind.Machine()
}

func undecided(f Facts) (Decision, bool) {
	if f.Sender.Result != ResultTempError { //rule:6.2 temperror-is-no-pass =true TestDecide/temperror
		return Decision{}, false
	}
	if f.Standing == Stranger { // nothing could come of it, so it need not wait
		return file(f, Unauthenticated, f.nobody()), true
	}
	if f.GaveUp || f.NoRoom { // without its bytes it can't be judged again
		return stopped(f, file(f, Unauthenticated, CodeDNSGaveUp)), true
	}
	return Decision{Verdict: Deferred, Outcome: OutcomeDefer, Ticket: f.Binding.Ticket, Reasons: []Reason{Because(CodeDNSTemperror)}}, true
}

// unproved: nothing vouches for the From address, so it is only what was typed.
func unproved(f Facts) (Decision, bool) {
	switch {
	case f.Sender.Result == ResultPass: //rule:6.2 no-result-is-no-pass =true TestDecide/sender-zero
		return Decision{}, false
	case f.Sender.Result == ResultNone:
		if d, ok := tokenOnly(f); ok {
			return d, true
		}
		if f.Person.Staff {
			return file(f, Unauthenticated, CodeStaffAddress, CodeNotAligned), true
		}
		if f.Person.ID == "" && f.Binding.Ticket == "" {
			return file(f, Unauthenticated, f.nobody(), CodeNotAligned), true
		}
		return file(f, Unauthenticated, CodeNotAligned), true
	}
	return stopped(f, file(f, Rejected, CodeDMARCFail)), true
}

// stopped adds that a no which holds the secret stops the ticket, whatever else
// is wrong with the mail: forwarders break mail, too. Nothing else of it counts.
func stopped(f Facts, d Decision) Decision {
	if no, ok := tokenOnly(f); ok && (no.Has(EffectUnprovedNo) || no.Has(EffectRefuse)) { //rule:6.8 unproved-no-stops-its-ticket TestTokenOnly/policy-fail-no
		d.Effects = append(d.Effects, no.Effects...)
		d.Reasons = append([]Reason{Because(no.Reason())}, d.Reasons...)
	}
	return d
}

// weaklyProved: something vouches, but not for this person or not enough for
// this class.
func weaklyProved(f Facts) (Decision, bool) {
	n := f.Binding.Notice
	privileged := n != nil && (n.Lifts || n.Approves) || f.Binding.Ticket != "" && f.Ticket.Class.Privileged()
	if f.Sender.Proves(privileged) { //rule:6.2 spf-is-no-sender =true TestDecide/spf-only
		return Decision{}, false
	}
	if f.Sender.By != BySPF {
		return stopped(f, file(f, Unauthenticated, CodeBorderNotExclusive)), true
	}
	if d, ok := tokenOnly(f); ok {
		if !slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Code == CodeSPFOnly }) {
			d.Reasons = append(d.Reasons, Because(CodeSPFOnly))
		}
		return d, true
	}
	if f.Person.ID == "" && !f.Person.Staff {
		return file(f, Unauthenticated, f.nobody(), CodeSPFOnly), true
	}
	return file(f, Unauthenticated, CodeSPFOnly), true
}

// tokenOnly: the secret that only the mailbox on file was sent came back from
// its address, yet nothing proves the sender. Somebody reads that mailbox; that
// is the weak proof "token", and a no of that kind asks afresh.
func tokenOnly(f Facts) (Decision, bool) {
	n := f.Binding.LiveToken
	if n != nil && n.Approves {
		return f.unprovedRefusal(*n)
	}
	if n == nil || n.Lifts || f.Person.ID == "" || f.Person.ID != n.Contact || n.Contact != f.Ticket.Contact || //rule:6.4 weak-proof-of-who-was-asked part=4 TestTokenOnly/other-contact
		f.Binding.Ticket != n.Ticket || f.Ticket.State.Over() || f.Ticket.State == StateDisputed {
		return Decision{}, false
	}
	switch f.Person.Means(f.Answer) {
	case No:
		d := file(f, Unauthenticated, CodeUnprovedNo, CodeTokenOnly, CodeNotAligned)
		d.with(Effect{Kind: EffectUnprovedNo})
		return d, true
	case Yes:
		if f.Person.Removed || !f.Person.May || f.Binding.Mixed { //rule:6.4 weak-proof-needs-the-right TestTokenOnly/no-permission TestTokenOnly/removed
			return Decision{}, false
		}
		d := file(f, Unauthenticated, CodeTokenOnly, CodeNotAligned)
		if !f.Person.Cooling || !f.Ticket.Class.Privileged() { //rule:6.5 weak-proof-cools =true TestTokenOnly/cooling
			// Where it counts for nothing, it must not use up what the real yes needs.
			d.prove(ProofToken)
			if f.StandsIn {
				d.with(Effect{Kind: EffectSpend})
			}
		}
		return d, true
	}
	return Decision{}, false
}
