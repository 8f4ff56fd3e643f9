package probe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"countersign/inbound/sender"
	"countersign/internal/config"
)

// trust says what our own border writes into mail, and what could be configured.
// It is learned from our own mail, and where that did not pass the border, from
// what all of the newest mail has in common.
func (p Probe) trust(ctx context.Context, header []byte) Finding {
	t := p.mailbox.Trust
	headers, from := [][]byte{header}, "our own mail"
	if len(sender.Words(header)) == 0 {
		var err error
		if headers, err = p.settings.Newest(ctx, newest); err != nil {
			return Finding{Check: "trust", Found: err.Error()}
		}
		from = "the newest mail"
	}
	if slices.ContainsFunc(headers, func(h []byte) bool { return asConfigured(h, t) }) {
		return Finding{Check: "trust", OK: true, Found: fmt.Sprintf("%s has results of %s below %d Received lines, as configured", from, strings.Join(t.AuthservIDs, ", "), t.BelowReceived)}
	}
	words, mails := common(headers)
	ids, below := topmost(words)
	f := Finding{Check: "trust", OK: len(t.AuthservIDs) == 0}
	switch {
	case from != "our own mail" && mails < fewest && !f.OK:
		f.OK, f.Found = true, "too little mail has come from outside to tell"
	case len(ids) == 0 && f.OK:
		f.Found = "nothing of your border server's stands in the mail; signatures are checked by ourselves"
	case len(ids) == 0:
		f.Found = "no Authentication-Results of " + strings.Join(t.AuthservIDs, ", ") + " stand in our own mail or in all of the newest: [mailbox.trust] is of no use"
		f.Do = "look at a mail from outside with its header; take [mailbox.trust] out if your server writes none"
	default:
		f.Found = fmt.Sprintf("%s has results of %s below %d Received lines; configured are %q and %d", from, strings.Join(ids, ", "), below, t.AuthservIDs, t.BelowReceived)
		f.Do = fmt.Sprintf("if that is your own server: [mailbox.trust] authserv_ids = [%s], below_received = %d", quoted(ids), below)
	}
	return f
}

const (
	newest = 20 // mails of a folder that are looked at
	fewest = 3  // of them that must agree
)

// asConfigured reports whether a field of the configured ids stands where it is
// read.
func asConfigured(header []byte, t config.Trust) bool {
	return slices.ContainsFunc(sender.Words(header), func(w sender.Word) bool {
		return w.Received <= t.BelowReceived && slices.Contains(t.AuthservIDs, w.ID)
	})
}

func quoted(ids []string) string {
	var out []string
	for _, id := range ids {
		out = append(out, fmt.Sprintf("%q", id))
	}
	return strings.Join(out, ", ")
}

// common gives the fields that every one of the mails that has any has, in the
// same place, and how many these are: what a stranger wrote stands in theirs only.
func common(headers [][]byte) (out []sender.Word, mails int) {
	for _, header := range headers {
		words := sender.Words(header)
		switch {
		case len(words) == 0:
			continue
		case mails == 0:
			out = words
		default:
			out = slices.DeleteFunc(out, func(w sender.Word) bool {
				return !slices.ContainsFunc(words, func(o sender.Word) bool { return o.ID == w.ID && o.Received == w.Received })
			})
		}
		mails++
	}
	if len(headers) > 1 && mails < fewest {
		return nil, mails
	}
	return out, mails
}

// topmost gives the ids of the topmost fields, and how many Received stand above
// them.
func topmost(words []sender.Word) (ids []string, below int) {
	for _, w := range words {
		if len(ids) == 0 {
			below = w.Received
		}
		if w.Received == below && !slices.Contains(ids, w.ID) {
			ids = append(ids, w.ID)
		}
	}
	return ids, below
}
