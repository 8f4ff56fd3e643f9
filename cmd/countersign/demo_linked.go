//go:build !nodemo

package main

import (
	"context"
	"io"

	"countersign/internal/demo"
)

func tellDemo(ctx context.Context, out io.Writer) error { return demo.Tell(ctx, out) }
