package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"countersign/inbound/sender"
	"countersign/policy"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"demo", "--once"}, nil, &out, &errs); code != 0 {
		t.Errorf("exit %d\n%s%s", code, out.String(), errs.String())
	}
}

// TestDemoNotices takes the check of the sender out: the demo must see that the
// forged reply got through, and fail.
func TestDemoNotices(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: &out}
	err := a.demo(context.Background(), func(d *desk) { d.gateway.Check = believer{} })
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
