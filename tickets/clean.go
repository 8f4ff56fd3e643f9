package tickets

import (
	"slices"
	"strings"

	"countersign/internal/clean"
	"countersign/internal/rawmail"
	"countersign/internal/token"
	"countersign/policy"
)

// oneLine cleans a line that somebody else wrote and cuts it to MaxSubject characters.
func oneLine(s string) string { return clean.Line(s, MaxSubject) }

// excerpt cuts s to at most n bytes, and says so.
func excerpt(s string, n int) string {
	const more = "\n[cut; the whole mail is kept]"
	if len(s) <= n {
		return s
	}
	return clean.Cut(s, n-len(more)) + more
}

func canonical(addr string) (string, error) { return rawmail.Canonical(addr) }

// masked blots out every token and reference that stands in what is kept of a
// message: nobody who reads records may learn them. Decide needs none of it.
func masked(f policy.Facts) policy.Facts {
	local, _, _ := strings.Cut(f.MessageID, "@")
	if f.Kind == policy.KindLoop || token.Valid(strings.ToLower(local)) { // the Message-ID of a mail of ours is a secret, too
		f.MessageID = token.Blot(f.MessageID)
	}
	f.Subject, f.Text, f.KindWhy = token.Blot(f.Subject), token.Blot(f.Text), token.HideIn(f.KindWhy)
	f.Threads, f.Recipients = slices.Clone(f.Threads), slices.Clone(f.Recipients)
	for i, id := range f.Threads {
		f.Threads[i] = token.Blot(id)
	}
	for i, m := range f.Recipients {
		f.Recipients[i].Value = token.Blot(m.Value)
	}
	return f
}
