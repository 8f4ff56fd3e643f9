//go:build !nodemo

package main

import (
	"bytes"
	"context"
	"testing"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"demo", "--once"}, nil, &out, &errs); code != 0 {
		t.Errorf("exit %d\n%s%s", code, out.String(), errs.String())
	}
}
