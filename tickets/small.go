package tickets

import (
	"encoding/json"
	"slices"
	"strings"

	"countersign/internal/clean"
	"countersign/internal/token"
	"countersign/policy"
)

// small is what is kept of a message that belongs to no ticket and opened none,
// or only claims to: what its decision was made from, and by what people know it
// again. Its words, and the DNS records seen, are of no use to anybody, and
// anybody can send as many as they like.
func small(f policy.Facts) policy.Facts {
	f.MessageID, f.Subject, f.KindWhy = clean.Cut(f.MessageID, 200), clean.Cut(f.Subject, maxSubject), clean.Cut(f.KindWhy, 100)
	f.Text, f.Line, f.Threads, f.Numbers, f.Recipients, f.Answer.ByLanguage = "", "", nil, nil, nil, nil
	f.Asks.Why, f.Asks.Matches = "", nil
	s := &f.Sender
	s.DKIM, s.Covered, s.AlsoSigned, s.Shown, s.Records = nil, nil, nil, nil, nil
	s.Reasons, f.Refusals, f.Binding.Reasons = few(s.Reasons), few(f.Refusals), few(f.Binding.Reasons)
	f.Person.LooksLike, f.Person.Shows = clean.Cut(f.Person.LooksLike, 254), clean.Cut(f.Person.Shows, 254)
	return f
}

// mostReasons is how many reasons are kept of such a message.
const mostReasons = 3

// few gives the first reasons, cut short.
func few(all []policy.Reason) (out []policy.Reason) {
	for _, r := range all[:min(len(all), mostReasons)] {
		r.Text = clean.Cut(r.Text, 160)
		out = append(out, r)
	}
	return out
}

// masked blots out every token and reference that stands in what is kept of a
// message: nobody who reads records may learn them. Decide needs none of it.
func masked(f policy.Facts) policy.Facts {
	local, _, _ := strings.Cut(f.MessageID, "@")
	if f.Kind == policy.KindLoop || token.Valid(strings.ToLower(local)) { // the Message-ID of a mail of ours is a secret, too
		f.MessageID = token.Blot(f.MessageID)
	}
	f.Subject, f.Text, f.Line, f.KindWhy = token.Blot(f.Subject), token.Blot(f.Text), token.Blot(f.Line), token.HideIn(f.KindWhy)
	f.Threads, f.Recipients = slices.Clone(f.Threads), slices.Clone(f.Recipients)
	for i, id := range f.Threads {
		f.Threads[i] = token.Blot(id)
	}
	for i, m := range f.Recipients {
		f.Recipients[i].Value = token.Blot(m.Value)
	}
	f.Asks.Why, f.Asks.Matches = token.Blot(f.Asks.Why), slices.Clone(f.Asks.Matches)
	for i, m := range f.Asks.Matches {
		f.Asks.Matches[i] = policy.Match{Rule: token.Blot(m.Rule), Text: token.Blot(m.Text)}
	}
	return f
}

// bounded cuts the facts to what fits beside other values of a record.
func bounded(f policy.Facts) policy.Facts {
	f.Tokens, f.References, f.Carried, f.Bounce = nil, nil, nil, policy.Bounce{}
	f.Text = clean.Cut(f.Text, 16<<10)
	if b, err := json.Marshal(recordFacts(f)); err != nil || len(b) > 48<<10 {
		f.Threads, f.Recipients, f.Sender.Records, f.Asks.Matches, f.Text = nil, nil, nil, nil, clean.Cut(f.Text, 4<<10)
	}
	return f
}
