package policy_test

import (
	"slices"
	"strings"
	"time"

	"countersign/policy"
)

// This file says in policy's words what was proved, by whom, and what became of it.

// stands is the state that the proofs given for this revision came to.
func (q *asking) stands() policy.State {
	switch q.state {
	case "put-back", "unproved-no":
		return policy.StateUnconfirmed
	case "":
		has := slices.DeleteFunc(slices.Clone(q.proofs[:]), func(p proof) bool { return p.flaw != "" })
		if slices.ContainsFunc(has, func(p proof) bool { return p.kind == reply }) {
			return policy.StateConfirmed
		}
		if slices.ContainsFunc(has, func(p proof) bool { return p.kind == sender }) {
			return policy.StateAuthenticated
		}
		return policy.StateUnconfirmed
	}
	return policy.State(q.state)
}

// onRecord is somebody who may, whatever it is.
func onRecord(id string) policy.Giver {
	return policy.Giver{Active: true, Client: "north", May: true, OnFile: true, Mailboxes: []string{address(id)},
		Code: policy.HeldCode{Stands: true, SetBy: "cleo"}}
}

func address(id string) string { return id + "@north.example" }

// contact is the ticket's contact as they are now.
func (q *asking) contact() policy.Giver { return spoiled(onRecord("ada"), q.person, "ada", q.class, 0) }

// spoiled is what somebody has become.
func spoiled(g policy.Giver, flaw, id string, c policy.Class, ago time.Duration) policy.Giver {
	cools := func(what string, until time.Time) {
		g.Cools = append(g.Cools, policy.Cooling{What: what, Until: until})
	}
	switch flaw {
	case "removed":
		g.Active = false
	case "moved":
		g.Client = "south"
	case "not-permitted":
		g.May = false
	case "address-left":
		g.OnFile = false
	case "address-back":
		g.Since = before(ago / 2)
	case "address-staff":
		g.Staff = true
	case "shared-mailbox":
		g.Requester = true
	case "cooling":
		cools(map[bool]string{true: string(c), false: "approve"}[id == "ada"], before(-time.Hour))
	case "cooling-all":
		cools("client", before(-time.Hour))
	case "cooled": // before they gave it
		cools(address(id), before(ago+time.Minute))
	case "code-cleared":
		g.Code.Stands = false
	case "code-own":
		g.Code.SetBy = "vera"
	case "code-of-lead":
		g.Code.SetBy = "lea"
	case "code-new":
		g.Code.Cools = before(-time.Hour)
	}
	return g
}

func (q *asking) proof(p proof, a *policy.Action) policy.Proof {
	out := policy.Proof{Kind: p.kind, Revision: 2, At: before(p.ago), Epoch: epoch, Expires: before(p.ago - policy.ProofLife),
		Contact: "ada", Address: address("ada"), Message: "m-" + string(p.kind)}
	switch p.kind {
	case code:
		out.Agent, out.Code, out.Version, out.Address, out.Message = "vera", "ada", 1, "", ""
		out.Expires = before(p.ago - policy.CodeLife)
	case external:
		out.Checker, out.Address = "idp", ""
	case approval:
		q.approval(p, a, &out)
	}
	if out.Contact == "ada" && p.kind != approval {
		out.Giver = spoiled(spoiled(onRecord("ada"), q.person, "ada", q.class, 0), p.flaw, "ada", q.class, p.ago)
		if q.person == "asked-cooling" && out.Address != "" {
			out.Giver.Cools = append(out.Giver.Cools, policy.Cooling{What: out.Address, Until: before(-time.Hour)})
		}
	}
	switch p.flaw {
	case "older-revision":
		out.Revision = 1
	case "before-restore":
		out.Epoch = epoch - 1
	case "code-of-actor":
		out.Giver.Code.SetBy = a.Agent
	case "code-of-opener":
		out.Giver.Code.SetBy = a.OpenedBy
	case "unknown-checker":
		out.Checker = "other"
	case "other-contact":
		if out.Contact = "ada"; p.kind != approval {
			out.Contact = "nils"
			out.Giver = onRecord("nils")
		}
	}
	return out
}

// approval says who agreed, and what they have become.
func (q *asking) approval(p proof, a *policy.Action, out *policy.Proof) {
	out.Contact, out.Address = "", ""
	if p.lead != "" {
		out.Agent, out.ByRule = p.by, p.lead == "by-rule"
		out.Lead = policy.Lead{Leads: p.flaw != "lead-no-more"}
		switch p.flaw {
		case "lead-opened":
			out.Lead.Wrote = true
		case "lead-edited":
			a.Edited, out.Lead.Wrote = append(a.Edited, p.by), true
		}
		return
	}
	id, _, shares := strings.Cut(p.by, "-")
	out.Contact, out.Address = id, address(id)
	out.Giver = spoiled(onRecord(id), p.flaw, id, q.class, p.ago)
	if shares {
		out.Giver.Mailboxes = append(out.Giver.Mailboxes, address("nils"))
	}
	if p.flaw == "other-contact" { // the requester's own word
		out.Giver.Requester = true
	}
	if p.of == "" {
		return
	}
	out.For, out.By = p.of, "T-9"
	d := policy.Delegation{From: before(30 * day), Until: before(-day), Epoch: epoch, Of: onRecord(p.of)}
	switch p.flaw {
	case "deputy-early":
		d.From = before(-time.Hour)
	case "deputy-over":
		d.Until = before(p.ago) // half-open
	case "over-since":
		d.Until = before(p.ago / 2)
	case "deputy-ended":
		d.Ended = true
	case "deputy-other":
		d.Classes = []policy.Class{policy.Question}
	case "deputy-restored":
		d.Epoch = epoch - 1
	case "deputy-of-gone":
		d.Of.Active = false
	case "deputy-of-new":
		d.Of = spoiled(d.Of, "cooling", p.of, q.class, 0)
	case "deputy-of-asker":
		d.Of.Requester = true
	}
	out.Delegation = d
}
