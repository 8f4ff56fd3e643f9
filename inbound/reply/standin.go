// Package reply reads kind and intent of a message: the plainest reading, to be
// replaced by one that knows mail programs and languages.
package reply

import (
	"strings"

	"countersign/internal/rawmail"
	"countersign/policy"
)

type Own struct {
	Address      string
	ListIDs      []string
	ReplyAddress string
}

type Reading struct {
	Kind     policy.Kind
	KindWhy  string
	Text     string
	Subject  string
	Answer   policy.Answer
	Bounce   policy.Bounce
	Refusals []policy.Reason
}

func Read(m *rawmail.Message, own Own) Reading {
	r := Reading{Kind: policy.KindNew, Subject: m.Get("subject"), Text: string(m.Body)}
	if m.Get("in-reply-to") != "" || m.Get("references") != "" {
		r.Kind = policy.KindReply
	}
	if v := m.Get("auto-submitted"); v != "" && v != "no" {
		r.Kind = policy.KindAutoReply
	}
	line, _, _ := strings.Cut(string(m.Body), "\r\n")
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "yes":
		r.Answer.Intent = policy.Yes
	case "no":
		r.Answer.Intent = policy.No
	default:
		r.Answer.Intent = policy.Unclear
	}
	return r
}
