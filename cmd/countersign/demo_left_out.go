//go:build nodemo

package main

import (
	"context"
	"io"

	"countersign/internal/exit"
)

// tellDemo says that there is none: what is installed has no mail servers and no
// signer in it, which only the demo needs (docs/decisions).
func tellDemo(context.Context, io.Writer) error {
	return &exit.Error{Code: exit.Unavailable, Reason: "no_demo",
		Message: "The demo is not in this program: it was built without the demo's mail servers, as for a package.",
		Try:     "go run ./cmd/countersign demo, in a clone of the source (needs Go, no mail server)"}
}
