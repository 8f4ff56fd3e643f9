package tickets

import (
	"countersign/policy"

	"countersign/internal/clean"
)

// small is what is kept of a message that belongs to no ticket and opened none,
// or only claims to: what its decision was made from, and by what people know it
// again. Its words, and the DNS records seen, are of no use to anybody, and
// anybody can send as many as they like.
func small(f policy.Facts) policy.Facts {
	f.MessageID, f.Subject, f.KindWhy = clean.Cut(f.MessageID, 200), clean.Cut(f.Subject, MaxSubject), clean.Cut(f.KindWhy, 100)
	f.Text, f.Threads, f.Numbers, f.Recipients, f.Answer.ByLanguage = "", nil, nil, nil, nil
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
