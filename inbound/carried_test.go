package inbound

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/inbound/sender"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// TestCarried: what people will look at is searched for secrets, whatever is
// wrong with it; what is understood is not.
func TestCarried(t *testing.T) {
	const token = "k3jq7wzp2mxa5nbrtyc6ldfhg4"
	good := "From: ada@north.example\r\nTo: support+" + token + "@desk.example\r\nSubject: Re: x\r\nMessage-ID: <1@north.example>\r\n\r\nYES\r\n"
	limits := rawmail.DefaultLimits()
	for name, raw := range map[string]string{
		"two-subjects":   "Subject: again\r\n" + good,
		"bare-line-feed": strings.Replace(good, "\r\n", "\n", 1),
		"encoded-word":   "Subject: =?utf-8?Q?support=2B" + token[:9] + "?=\r\n =?utf-8?Q?" + token[9:] + "=40desk.example?=\r\nSubject: x\r\nFrom: ada@north.example\r\n\r\nYES\r\n",
		"in-the-body":    "Subject: a\r\nSubject: b\r\nFrom: ada@north.example\r\n\r\nI answer to support+" + token + "@desk.example\r\n",
		"no-from":        strings.Replace(good, "From:", "X-From:", 1),
	} {
		e := Understand(context.Background(), nobody{}, Desk{Limits: limits}, []byte(raw), time.Now())
		if len(e.Refusals) == 0 || !slices.Contains(e.Carried, token) {
			t.Errorf("%s: refused for %v, carries %v", name, e.Refusals, e.Carried)
		}
	}
	if e := Unread([]byte(good), time.Now(), policy.Because("too_large")); !slices.Contains(e.Carried, token) {
		t.Errorf("too large: carries %v", e.Carried)
	}
	if e := Understand(context.Background(), nobody{}, Desk{Limits: limits}, []byte(good), time.Now()); len(e.Refusals) > 0 || e.Carried != nil {
		t.Errorf("good: refused for %v, carries %v", e.Refusals, e.Carried)
	}
}

// nobody vouches for anything.
type nobody struct{}

func (nobody) Check(context.Context, sender.Request) policy.Sender {
	return policy.Sender{Result: policy.ResultNone}
}
