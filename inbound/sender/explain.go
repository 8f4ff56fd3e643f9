package sender

import (
	"errors"
	"fmt"
	"slices"

	"countersign/inbound/sender/resolver"
	"countersign/policy"
)

// noteFailures notes what is wrong with the signatures that could have vouched
// for the sender. Those of strangers say nothing about it.
func (c *check) noteFailures(outcomes []outcome) {
	for _, o := range outcomes {
		if o.Result != policy.ResultPass && (o.Domain == "" || c.related(o.Domain) != apart) {
			c.note(o.Reason)
		}
	}
}

// unanswered notes a question that DNS did not answer.
func (c *check) unanswered(err error) {
	if errors.Is(err, resolver.ErrTooMany) {
		c.note("dns_limit")
	} else if err != nil {
		c.note("dns_temperror")
	}
}

// explain settles the result where nothing but perhaps SPF vouched for the
// sender, and says why, the most telling first.
func (c *check) explain(s *policy.Sender) {
	c.unanswered(c.demand.Err)
	unanswered := slices.Contains(c.notes, "dns_temperror")
	switch {
	case unanswered: // also with SPF, since the better proof may still come
		s.Result, s.By, s.Domain = policy.ResultTempError, "", ""
		c.notes = slices.DeleteFunc(c.notes, func(n string) bool { return n == "dns_temperror" })
		c.notes = slices.Insert(c.notes, 0, "dns_temperror")
	case s.By == policy.BySPF:
		c.notes = slices.Insert(c.notes, 0, "spf_only")
	case c.demand.Enforced():
		s.Result = policy.ResultFail
		c.notes = slices.Insert(c.notes, 0, "dmarc_fail")
	default:
		s.Result = policy.ResultNone
		c.notes = slices.Insert(c.notes, 0, "not_aligned")
	}
	for _, n := range c.notes {
		s.Reasons = append(s.Reasons, c.reason(n))
	}
}

// sentences say for people what a code means.
var sentences = map[string]string{
	"bad_from":               "The message does not have exactly one From address.",
	"duplicate_field":        "A header field that must stand once stands twice.",
	"dns_temperror":          "DNS did not answer, so nobody can tell yet who sent the message.",
	"dns_limit":              "The message asks for more DNS lookups than are made for one message.",
	"spf_only":               "Only SPF vouches for the sender: it proves a server, which others may share, and not the domain.",
	"border_malformed":       "The border server's Authentication-Results can be read in more than one way, so they don't count.",
	"authres_below_received": "The border server's Authentication-Results stand below more Received lines than below_received says, where anybody can write, so they don't count.",
	"authres_twice":          "Our border's Authentication-Results say one method twice with different results, so it counts for nothing.",
	"dkim_malformed":         "A DKIM signature is not written as the standard demands.",
	"dkim_sha1":              "The DKIM signature uses SHA-1, which can be forged.",
	"dkim_algorithm":         "The DKIM signature uses an unknown algorithm.",
	"dkim_length_tag":        "The DKIM signature covers only the beginning of the body (l=), so anyone could add to it.",
	"dkim_from_unsigned":     "The DKIM signature does not cover the From line.",
	"dkim_expired":           "The DKIM signature had expired when the message arrived.",
	"dkim_future":            "The DKIM signature was made after the message arrived, or a clock is wrong.",
	"dkim_old":               "The DKIM signature was made more than 7 days before the message arrived.",
	"dkim_not_aligned":       "The DKIM signature is of another domain than the From address, so it can't vouch for it.",
	"dkim_no_key":            "The sender's domain publishes no key for the DKIM signature.",
	"dkim_bad_key":           "The key that the sender's domain publishes can't be read.",
	"dkim_two_keys":          "The sender's domain publishes two keys under one name.",
	"dkim_revoked":           "The sender's domain has revoked the key of the DKIM signature.",
	"dkim_weak_key":          "The key of the DKIM signature is not between 1024 and 8192 bits.",
	"dkim_key_mismatch":      "The key may not be used with the algorithm of the DKIM signature.",
	"dkim_key_service":       "The key may not be used for mail.",
	"dkim_testing":           "The sender's domain says that its key is only being tested (t=y).",
	"dkim_identity":          "The key demands that i= and d= of the DKIM signature are equal, and they are not.",
	"dkim_bad_signature":     "The DKIM signature does not fit: a signed header line was changed, or another key signed it.",
	"dkim_body_bare_lf":      "The body holds a bare line feed, which programs read in different ways, so its DKIM signature does not count.",
	"dkim_body_changed":      "The body was changed after the DKIM signature was made.",
}

func (c *check) reason(code string) policy.Reason {
	text := sentences[code]
	switch code {
	case "dmarc_fail":
		text = fmt.Sprintf("Nothing proves that %s sent this, and its DMARC policy is %s.", c.domain, c.demand.Policy)
	case "not_aligned":
		text = fmt.Sprintf("Nothing proves that %s sent this; it publishes no DMARC policy that forbids it.", c.domain)
	}
	return policy.Reason{Code: code, Text: text}
}
