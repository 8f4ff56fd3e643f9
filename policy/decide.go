package policy

import "slices"

// Reason is the code that settled the matter.
func (d Decision) Reason() Code {
	if len(d.Reasons) == 0 {
		return ""
	}
	return d.Reasons[0].Code
}

// rules are tried in order; the first that applies settles the matter. Only
// the last ones grant anything, and falling off the end refuses.
var rules = []struct {
	name string
	rule func(Facts) (Decision, bool)
}{
	{"refused", refused}, //rule:6.1 refused-proves-nothing TestDecide/refused
	{"seen", seen},
	{"machine", machine}, //rule:6.7 machine-is-no-answer TestDecide/kind-unknown
	{"no-answer-of-dns", undecided},
	{"unproved", unproved},
	{"weakly-proved", weaklyProved}, //rule:6.2 weak-is-no-sender TestDecide/nothing-vouches
	{"stranger", stranger},
	{"opening", opening},
	{"unbound", unbound}, //rule:6.4 unbound-proves-nothing TestDecide/superseded
	{"lifting", lifting}, //rule:6.8 lifting-proves-no-request TestLifting/yes
	{"other-contact", otherContact},
	{"ticket-over", over},
	{"answer", answer},
}

// Decide judges one message by the table "What a message comes to" of the
// design, section 8.
func Decide(f Facts) Decision {
	d := settle(f)
	if f.NoRoom && (d.Outcome == SetAside || d.Reason() == CodeDNSGaveUp) {
		d.Reasons = append(slices.Clone(d.Reasons), Because(CodeNoRoom))
	}
	if d.Outcome == Applied {
		d.Reasons = append(d.Reasons, lookAlike(f.Person)...)
	}
	return d
}

// lookAlike warns of a stranger who could be taken for a contact. It comes
// behind what settled the matter and changes nothing of it.
func lookAlike(p Person) (out []Reason) {
	if p.ID != "" || p.Staff {
		return nil
	}
	if p.LooksLike != "" {
		out = append(out, Reason{CodeLookAlike, "The sender's address looks like " + p.LooksLike + ", which is on file, and is another one."})
	}
	if p.Shows != "" {
		out = append(out, Reason{CodeLookAlike, "The name beside the sender's address shows " + p.Shows + ", which is on file and did not send this."})
	}
	return out
}

func settle(f Facts) Decision {
	for _, r := range rules {
		if d, ok := r.rule(f); ok {
			d.Rule = r.name
			return d
		}
	}
	return Decision{Verdict: Rejected, Outcome: SetAside, Rule: "no-rule", Reasons: []Reason{{CodeNoRule, "No rule allows this message."}}}
}

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
	case f.SignatureUsed && !f.Kind.Machine() && !f.unheard(): //rule:6.11 a-signature-once TestDecide/signature-used
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
	return Decision{Verdict: Ignored, Outcome: OutcomeIgnored, Ticket: f.Binding.Ticket, Reasons: []Reason{r}}, f.Kind.Machine()
}

func undecided(f Facts) (Decision, bool) {
	if f.Sender.Result != ResultTempError { //rule:6.2 temperror-is-no-pass =true TestDecide/temperror
		return Decision{}, false
	}
	if f.Standing == Stranger { // nothing could come of it, so it need not wait
		return file(f, Unauthenticated, CodeUnknownSender), true
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
			return file(f, Unauthenticated, CodeUnknownSender, CodeNotAligned), true
		}
		return file(f, Unauthenticated, CodeNotAligned), true
	}
	return stopped(f, file(f, Rejected, CodeDMARCFail)), true
}

// stopped adds that a no which holds the secret stops the ticket, whatever else
// is wrong with the mail: forwarders break mail, too. Nothing else of it counts.
func stopped(f Facts, d Decision) Decision {
	if no, ok := tokenOnly(f); ok && no.Has(EffectUnprovedNo) { //rule:6.8 unproved-no-stops-its-ticket TestTokenOnly/policy-fail-no
		d.with(Effect{Kind: EffectUnprovedNo})
		d.Reasons = append([]Reason{Because(CodeUnprovedNo)}, d.Reasons...)
	}
	return d
}

// weaklyProved: something vouches, but not for this person or not enough for
// this class.
func weaklyProved(f Facts) (Decision, bool) {
	lifts := f.Binding.Notice != nil && f.Binding.Notice.Lifts
	privileged := lifts || f.Binding.Ticket != "" && f.Ticket.Class.Privileged()
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
		return file(f, Unauthenticated, CodeUnknownSender, CodeSPFOnly), true
	}
	return file(f, Unauthenticated, CodeSPFOnly), true
}

// tokenOnly: the secret that only the mailbox on file was sent came back from
// its address, yet nothing proves the sender. Somebody reads that mailbox; that
// is the weak proof "token", and a no of that kind asks afresh.
func tokenOnly(f Facts) (Decision, bool) {
	n := f.Binding.LiveToken
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

// stranger: the sender is proved, and is nobody whose word counts here, unless
// it is a no from where a question was sent before that address left the file.
func stranger(f Facts) (Decision, bool) {
	switch p := f.Person; {
	case p.Staff: //rule:6.5 staff-confirms-nothing TestDecide/staff
		return file(f, Unauthenticated, CodeStaffAddress), true
	case p.ID == "" && f.Binding.LiveToken != nil:
		d := file(f, Unauthenticated, CodeOtherAddress, CodeUnknownSender)
		if !f.Ticket.State.Over() {
			d.notice(NoticeOtherAddress) //rule:6.10 answer-from-elsewhere-is-told TestAsks
		}
		return denied(f, d), true
	case p.ID == "" && f.Binding.Ticket != "":
		return denied(f, file(f, Unauthenticated, CodeUnknownSender, CodeOtherAddress)), true
	case p.ID == "":
		return file(f, Unauthenticated, CodeUnknownSender), true
	case p.Removed:
		return denied(f, file(f, Unauthenticated, CodeContactRemoved)), true
	}
	return Decision{}, false
}

// opening: a contact writes about nothing that we know yet. A mail that was
// signed for somebody else could be sent to us by anybody who ever got it.
func opening(f Facts) (Decision, bool) {
	if f.Binding.Ticket != "" {
		return Decision{}, false
	}
	d := Decision{Verdict: Unauthenticated, Outcome: Applied}
	var because Code
	switch {
	case !f.Person.May: //rule:6.5 opening-needs-the-permission TestOpening/no-permission
		because = CodeNoPermission
	case f.ToUsSigned && f.Sender.SignedAt.IsZero(): //rule:6.4 undated-opens-nothing TestOpening/undated
		because = CodeUndated // as old as anybody likes
	case f.ToUsSigned:
		because = CodeOpened
	case f.ToUs:
		because = CodeToUnsigned
	case f.Sender.Covers("to") || f.Sender.Covers("cc"):
		because = CodeToOther
	default:
		because = CodeToUnsigned
	}
	d.Reasons = []Reason{Because(because)}
	switch {
	case !f.Person.May:
	case because == CodeOpened:
		d.Verdict = Authenticated
		d.with(Effect{Kind: EffectOpen})
		d.prove(ProofSender)
	// whoever has old mail of theirs must not have us ask again and again
	case f.Waits != "": //rule:6.10 old-mail-asks-once tickets.TestOldMailAsksOnce
		d.Ticket = f.Waits
		d.with(Effect{Kind: EffectJoin})
		d.Reasons = append(d.Reasons, Because(CodeAskedAlready))
	default:
		d.with(Effect{Kind: EffectOpen})
		d.notice(NoticeConfirm)
	}
	d.Reasons = append(d.Reasons, f.Binding.Reasons...)
	return d, true
}

// unbound: the sender is proved, but nothing signed ties the message to the
// ticket that it names.
func unbound(f Facts) (Decision, bool) {
	if f.Binding.Bound == BoundToken || f.Binding.Bound == BoundReference {
		return Decision{}, false
	}
	code := CodeNotBound
	switch {
	case f.Ticket.State == StateDisputed: // a no takes every question of its ticket back
		code = CodeDisputed
	case len(f.Binding.Reasons) > 0:
		code = f.Binding.Reasons[0].Code
	}
	d := file(f, Unauthenticated, code)
	if d = denied(f, d); d.Denies() {
		return d, true
	}
	return stopped(f, d), true
}

// lifting: the answer of the primary contact to the question whether the stop
// of the client shall end. It proves nothing for the ticket itself.
func lifting(f Facts) (Decision, bool) {
	n := f.Binding.Notice
	if !n.Lifts {
		return Decision{}, false
	}
	switch intent := f.Person.Means(f.Answer); {
	case f.Person.ID != n.Contact: //rule:6.8 only-who-was-asked-lifts TestLifting/another-contact
		return file(f, Unauthenticated, CodeOtherContact), true
	case f.Person.Cooling: //rule:6.8 who-cools-lifts-nothing TestLifting/cooling
		return file(f, Unauthenticated, CodeCooling), true
	case f.Binding.Bound != BoundToken: //rule:6.8 lifting-needs-the-token TestLifting/reference-only
		return file(f, Authenticated, CodeNoToken), true
	case intent == Yes:
		d := file(f, Authenticated, CodeLifted)
		d.with(Effect{Kind: EffectLift})
		d.with(Effect{Kind: EffectSpend})
		return d, true
	case intent == No:
		d := file(f, Authenticated, CodeStaysStopped)
		d.with(Effect{Kind: EffectSpend})
		return d, true
	}
	return file(f, Authenticated, CodeUnclearAnswer), true
}

// otherContact: a message is for a ticket of its own contact. Another contact
// proves nothing here, but a no of one who may ask for the class stops it.
func otherContact(f Facts) (Decision, bool) {
	switch {
	case f.Person.ID != f.Ticket.Contact || f.Person.ID != f.Binding.Notice.Contact: //rule:6.5 another-contact-proves-nothing TestDecide/other-contact
		d := file(f, Unauthenticated, CodeOtherContact)
		if f.Person.Means(f.Answer) == No {
			if mayDeny(f.Evidence, f.Person, f.Ticket, *f.Binding.Notice) {
				d.with(f.disputes())
			}
			f.disputeAlso(&d)
		}
		return d, true
	// a no counts where a yes would not
	case f.Person.Means(f.Answer) == No: //rule:6.8 a-no-counts-where-no-yes TestDecide/no-while-cooling
		return Decision{}, false
	case !f.Person.May: //rule:6.5 a-yes-needs-the-permission TestDecide/no-permission
		return file(f, Unauthenticated, CodeNoPermission), true
	case f.Person.Cooling && f.Ticket.Class.Privileged(): //rule:6.5 new-answers-nothing-privileged TestDecide/cooling
		return file(f, Unauthenticated, CodeCooling), true
	}
	return Decision{}, false
}

// over: nothing more is proved on a ticket that has ended, but a no still comes
// in time to be looked at.
func over(f Facts) (Decision, bool) {
	if f.Person.Means(f.Answer) == No { //rule:6.8 a-no-after-the-end TestDecide/no-after-close
		return Decision{}, false
	}
	switch f.Ticket.State {
	case StateClosed:
		return file(f, Authenticated, CodeTicketClosed), true
	case StateExpired: //rule:6.9 expired-is-proved-no-more TestDecide/expired
		return file(f, Authenticated, CodeTicketExpired), true
	}
	return Decision{}, false
}

// answer: the contact of the ticket wrote, proved and bound.
func answer(f Facts) (Decision, bool) {
	token := f.Binding.Bound == BoundToken
	d := Decision{Verdict: Authenticated, Outcome: Applied, Ticket: f.Ticket.ID}
	intent := f.Person.Means(f.Answer)
	if intent == No || f.Ticket.State != StateDisputed {
		d.prove(ProofSender)
	}
	switch {
	case intent == No: //rule:6.8 no-beats-yes TestDecide/no
		d.Reasons = []Reason{Because(CodeDenied)}
		if token {
			d.with(Effect{Kind: EffectSpend})
		}
		d.with(f.disputes())
		f.disputeAlso(&d)
		d.notice(NoticeDisputed)
	case f.Ticket.State == StateDisputed: //rule:6.8 disputed-for-good TestDecide/disputed
		d.Reasons = []Reason{Because(CodeDisputed)}
	case !token: //rule:6.4 a-yes-needs-the-token TestDecide/reference-only
		if len(f.Binding.Reasons) == 0 {
			d.Reasons = []Reason{Because(CodeNoToken)}
			if intent == Yes && f.Ticket.State != StateConfirmed {
				d.notice(NoticeAnswerHere) // or the contact would wait for us, and we for the contact
			}
		}
	case intent == Yes: //rule:6.9 a-yes-is-a-yes =true TestDecide/unclear
		d.prove(ProofReply)
		d.with(Effect{Kind: EffectSpend})
		d.notice(NoticeConfirmed)
		d.Reasons = []Reason{Because(CodeConfirmed)}
	default:
		d.notice(NoticeClearer)
		d.Reasons = []Reason{Because(CodeUnclearAnswer)}
	}
	if !token {
		d.Reasons = append(d.Reasons, f.Binding.Reasons...)
	}
	return d, true
}

// file keeps a message with the ticket that it names and gives it nothing. What
// the sender check had to say comes behind the codes.
func file(f Facts, v Verdict, codes ...Code) Decision {
	d := Decision{Verdict: v, Outcome: Applied, Ticket: f.Binding.Ticket}
	for _, c := range codes {
		d.Reasons = append(d.Reasons, Because(c))
	}
	for _, r := range slices.Concat(f.Sender.Reasons, f.Binding.Reasons) {
		if !slices.ContainsFunc(d.Reasons, func(have Reason) bool { return have.Code == r.Code }) {
			d.Reasons = append(d.Reasons, r)
		}
	}
	return d
}
