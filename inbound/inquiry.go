package inbound

import (
	"slices"

	"countersign/inbound/reply"
	"countersign/internal/clean"
	"countersign/internal/token"
	"countersign/policy"
)

// maxInquiry bounds the words in which ticket numbers are looked for, in bytes.
const maxInquiry = 64 << 10

// inquiry reads whether the writer asks about tickets, and about which. What they
// quote counts, too: that may be the mail of which they ask whether it is ours.
func inquiry(subject string, r reply.Reading) (i policy.Inquiry) {
	if i.Asks, i.Real = r.Inquires(); !i.Asks {
		return policy.Inquiry{}
	}
	for _, text := range []string{subject, clean.Cut(r.Text, maxInquiry), r.Quoted()} {
		for _, number := range token.FindNumbers(text) {
			if len(i.Numbers) < policy.MaxInquired && !slices.Contains(i.Numbers, number) {
				i.Numbers = append(i.Numbers, number)
			}
		}
	}
	if len(i.Numbers) == 0 {
		return policy.Inquiry{}
	}
	return i
}
