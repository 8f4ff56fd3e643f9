//go:build nodemo

package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"countersign/internal/exit"
)

// TestNoDemo: a program without the demo says so, and how to see it.
func TestNoDemo(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(context.Background(), []string{"demo", "--once"}, nil, &out, &errs)
	if code != exit.Unavailable || out.Len() > 0 || !strings.Contains(errs.String(), "not in this program") || !strings.Contains(errs.String(), "go run ./cmd/countersign demo") {
		t.Errorf("exit %d\n%s%s", code, out.String(), errs.String())
	}
}
