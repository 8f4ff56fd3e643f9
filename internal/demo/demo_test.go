package demo

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"countersign/desk/daemon"
	"countersign/inbound/sender"
	"countersign/policy"
)

// TestDemoNotices takes the check of the sender out: the demo must see that the
// forged reply got through, and fail.
func TestDemoNotices(t *testing.T) {
	var out bytes.Buffer
	err := tell(context.Background(), &out, func(h *daemon.House) { h.Gateway.Check = believer{} })
	if err == nil || !strings.Contains(out.String(), "FAIL") {
		t.Errorf("the demo came out as told though every From line was believed: %v\n%s", err, out.String())
	}
}

// believer believes every From line, as helpdesks do.
type believer struct{}

func (believer) Check(_ context.Context, r sender.Request) policy.Sender {
	_, domain, _ := strings.Cut(r.From, "@")
	return policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM, Domain: domain, Covered: []string{"from", "to", "subject"}}
}
