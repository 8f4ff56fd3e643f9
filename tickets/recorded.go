package tickets

import (
	"encoding/json"

	"countersign/policy"
)

// MarshalJSON writes the record of the message.
func (m Message) MarshalJSON() ([]byte, error) { return json.Marshal(m.record()) }

func (m Message) record() messageRecord {
	return messageRecord{ID: m.ID, Source: m.Source, At: m.At, Outcome: m.Outcome, Verdict: m.Verdict,
		Reasons: recordReasons(m.Reasons), Ticket: m.Ticket, Claim: m.Claim, Blob: m.Blob, Loose: m.Loose,
		Facts: recordFacts(m.Facts), Decision: recordDecision(m.Decision), Released: m.Released, Discarded: m.Discarded,
		Tries: m.Tries, Since: m.Since, Next: m.Next, Holds: m.Holds}
}

// UnmarshalJSON reads the record of a message.
func (m *Message) UnmarshalJSON(b []byte) error {
	var r messageRecord
	if err := json.Unmarshal(b, &r); err != nil {
		return err
	}
	*m = Message{ID: r.ID, Source: r.Source, At: r.At, Outcome: r.Outcome, Verdict: r.Verdict,
		Reasons: readReasons(r.Reasons), Ticket: r.Ticket, Claim: r.Claim, Blob: r.Blob, Loose: r.Loose,
		Facts: r.Facts.facts(), Decision: r.Decision.decision(), Released: r.Released, Discarded: r.Discarded,
		Tries: r.Tries, Since: r.Since, Next: r.Next, Holds: r.Holds}
	return nil
}

func recordReasons(list []policy.Reason) []reasonRecord {
	return each(list, func(r policy.Reason) reasonRecord { return reasonRecord(r) })
}

func readReasons(list []reasonRecord) []policy.Reason {
	return each(list, func(r reasonRecord) policy.Reason { return policy.Reason(r) })
}

func recordDecision(d policy.Decision) decisionRecord {
	return decisionRecord{Verdict: d.Verdict, Outcome: d.Outcome, Rule: d.Rule, Reasons: recordReasons(d.Reasons), Ticket: d.Ticket,
		Effects: each(d.Effects, func(e policy.Effect) effectRecord { return effectRecord(e) })}
}

func (r decisionRecord) decision() policy.Decision {
	return policy.Decision{Verdict: r.Verdict, Outcome: r.Outcome, Rule: r.Rule, Reasons: readReasons(r.Reasons), Ticket: r.Ticket,
		Effects: each(r.Effects, func(e effectRecord) policy.Effect { return policy.Effect(e) })}
}

func recordFacts(f policy.Facts) factsRecord {
	return factsRecord{Hash: f.Hash, RawHash: f.RawHash, Size: f.Size, MessageID: f.MessageID, From: f.From, Subject: f.Subject,
		Arrived: f.Arrived, Kind: f.Kind, KindWhy: f.KindWhy, Sender: recordSender(f.Sender), Refusals: recordReasons(f.Refusals),
		Threads: f.Threads, Numbers: f.Numbers, Recipients: each(f.Recipients, func(m policy.Mark) markRecord { return markRecord(m) }),
		Text: f.Text, Answer: answerRecord(f.Answer), Asks: recordAsks(f.Asks), Nameless: f.Nameless, Line: f.Line, Locks: f.Locks, Inquiry: inquiryRecord(f.Inquiry), Standing: f.Standing, Duplicate: f.Duplicate, SignatureUsed: f.SignatureUsed,
		SignatureNo: f.SignatureNo, SignatureLock: f.SignatureLock, Person: personRecord(f.Person), Binding: recordBinding(f.Binding), Claimed: f.Claimed,
		Ticket: ticketRecord(f.Ticket), StandsIn: f.StandsIn, AsksBack: f.AsksBack, ToUs: f.ToUs, ToUsSigned: f.ToUsSigned, Waits: f.Waits, More: furtherRecord(f.More), Expects: expectedRecord(f.Expects), About: aboutRecord(f.About),
		GaveUp: f.GaveUp, Drops: f.Drops, NoRoom: f.NoRoom}
}

func (r factsRecord) facts() policy.Facts {
	return policy.Facts{Evidence: policy.Evidence{Hash: r.Hash, RawHash: r.RawHash, Size: r.Size, MessageID: r.MessageID, From: r.From,
		Subject: r.Subject, Arrived: r.Arrived, Kind: r.Kind, KindWhy: r.KindWhy, Sender: r.Sender.sender(), Refusals: readReasons(r.Refusals),
		Threads: r.Threads, Numbers: r.Numbers, Recipients: each(r.Recipients, func(m markRecord) policy.Mark { return policy.Mark(m) }),
		Text: r.Text, Answer: policy.Answer(r.Answer), Asks: r.Asks.asks(), Nameless: r.Nameless, Line: r.Line, Locks: r.Locks, Inquiry: policy.Inquiry(r.Inquiry)},
		Standing: r.Standing, Duplicate: r.Duplicate, SignatureUsed: r.SignatureUsed, SignatureNo: r.SignatureNo, SignatureLock: r.SignatureLock,
		Person: policy.Person(r.Person), Binding: r.Binding.binding(), Claimed: r.Claimed, Ticket: policy.Ticket(r.Ticket),
		StandsIn: r.StandsIn, AsksBack: r.AsksBack, ToUs: r.ToUs, ToUsSigned: r.ToUsSigned, Waits: r.Waits, More: policy.Further(r.More), Expects: policy.Expected(r.Expects), About: policy.About(r.About), GaveUp: r.GaveUp, Drops: r.Drops, NoRoom: r.NoRoom}
}

func recordSender(s policy.Sender) senderRecord {
	return senderRecord{Result: s.Result, By: s.By, Domain: s.Domain, DKIM: each(s.DKIM, func(s policy.Signature) signatureRecord { return signatureRecord(s) }),
		SPF: s.SPF, DMARC: s.DMARC, Policy: s.Policy, ARC: s.ARC, Exclusive: s.Exclusive, Covered: s.Covered, SignatureID: s.SignatureID,
		AlsoSigned: s.AlsoSigned, SignedAt: s.SignedAt, PutOff: s.PutOff, Shown: s.Shown, Reasons: recordReasons(s.Reasons),
		Records: each(s.Records, func(r policy.Record) dnsRecord { return dnsRecord(r) })}
}

func (r senderRecord) sender() policy.Sender {
	return policy.Sender{Result: r.Result, By: r.By, Domain: r.Domain, DKIM: each(r.DKIM, func(s signatureRecord) policy.Signature { return policy.Signature(s) }),
		SPF: r.SPF, DMARC: r.DMARC, Policy: r.Policy, ARC: r.ARC, Exclusive: r.Exclusive, Covered: r.Covered, SignatureID: r.SignatureID,
		AlsoSigned: r.AlsoSigned, SignedAt: r.SignedAt, PutOff: r.PutOff, Shown: r.Shown, Reasons: readReasons(r.Reasons),
		Records: each(r.Records, func(r dnsRecord) policy.Record { return policy.Record(r) })}
}

func recordBinding(b policy.Binding) bindingRecord {
	one := func(n *policy.Notice) *noticeRecord { return (*noticeRecord)(n) }
	return bindingRecord{Bound: b.Bound, Ticket: b.Ticket, Notice: one(b.Notice), LiveToken: one(b.LiveToken), Mixed: b.Mixed,
		Heard: each(b.Heard, func(n policy.Notice) noticeRecord { return noticeRecord(n) }), Reasons: recordReasons(b.Reasons), Approvals: each(b.Approvals, func(n policy.Notice) noticeRecord { return noticeRecord(n) })}
}

func (r bindingRecord) binding() policy.Binding {
	one := func(n *noticeRecord) *policy.Notice { return (*policy.Notice)(n) }
	return policy.Binding{Bound: r.Bound, Ticket: r.Ticket, Notice: one(r.Notice), LiveToken: one(r.LiveToken), Mixed: r.Mixed,
		Heard: each(r.Heard, func(n noticeRecord) policy.Notice { return policy.Notice(n) }), Reasons: readReasons(r.Reasons),
		Approvals: each(r.Approvals, func(n noticeRecord) policy.Notice { return policy.Notice(n) })}
}

// recordAsks gives nil for what was not read.
func recordAsks(a policy.Asks) *asksRecord {
	if a.Class == "" {
		return nil
	}
	return &asksRecord{Class: a.Class, Score: a.Score, Look: a.Look, Why: a.Why, Matches: each(a.Matches, func(m policy.Match) matchRecord { return matchRecord(m) })}
}

func (r *asksRecord) asks() policy.Asks {
	if r == nil {
		return policy.Asks{}
	}
	return policy.Asks{Class: r.Class, Score: r.Score, Look: r.Look, Why: r.Why, Matches: each(r.Matches, func(m matchRecord) policy.Match { return policy.Match(m) })}
}
