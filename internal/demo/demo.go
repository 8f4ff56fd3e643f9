// Package demo tells the story of one ticket with the real daemon, in a world of
// DNS, SMTP and IMAP servers on loopback, of which nothing is kept.
//
// Its servers are those of package mailtest, made for tests and for this: they
// serve nobody's mail.
package demo

import (
	"context"
	"fmt"
	"io"

	"countersign/desk/daemon"
	"countersign/internal/clean"
	"countersign/internal/exit"
)

// Tell tells the story on out. It is an error if a step does not come out as told.
func Tell(ctx context.Context, out io.Writer) error { return tell(ctx, out, nil) }

// tell is Tell, where spoil, if set, changes the house before it runs: a test
// takes a check out with it and sees the demo fail.
func tell(ctx context.Context, out io.Writer, spoil func(*daemon.House)) error {
	fmt.Fprintln(out, "A mail world inside this process (DNS, SMTP, IMAP, gateway). Nothing leaves this machine, nothing is kept.")
	w, err := newWorld(ctx, spoil)
	if err != nil {
		return &exit.Error{Code: exit.Software, Reason: "demo", Message: "The demo's world did not start: " + err.Error(), Err: err}
	}
	defer w.close()
	wrong := 0
	for _, step := range w.story() {
		line, err := step.run(ctx)
		mark := "ok"
		if err != nil {
			mark, line = "FAIL", err.Error()
			wrong++
		}
		fmt.Fprintf(out, "  %-4s  %-55s %s\n", mark, step.what, clean.Terminal(line))
	}
	if wrong > 0 {
		return &exit.Error{Code: exit.Software, Reason: "demo", Message: fmt.Sprintf("%d steps did not come out as told.", wrong)}
	}
	fmt.Fprintln(out, "Every line comes from what the daemon recorded. Next: README.md, \"Run it for real\"")
	return nil
}
