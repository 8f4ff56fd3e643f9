package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"countersign/desk/gateway"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/internal/mailfiles"
	"countersign/policy"
)

// verifyMany judges every message of a collection: a line each and a summary.
// Its exit status is 0 if all are authenticated.
func (a *app) verifyMany(ctx context.Context, name string, box mailfiles.Collection, judge judgeFunc) error {
	counts := map[policy.Verdict]int{}
	bar := progress(a.stderr, name, box.Size)
	err := box.Each(func(m mailfiles.Message) error {
		v, err := judge(ctx, m.Raw)
		if err != nil {
			return err
		}
		counts[v.Verdict]++
		_ = bar.Clear() // the line that follows may go to the same terminal
		err = a.sayOneOfMany(m.Label, v)
		_ = bar.Add64(m.Read)
		return err
	})
	_ = bar.Finish()
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return unreadable(path.Path, path.Err)
	}
	if err != nil {
		return err
	}
	total := 0
	var parts []string
	for _, verdict := range []policy.Verdict{policy.Authenticated, policy.Unauthenticated, policy.Rejected, policy.Deferred, policy.Ignored} {
		total += counts[verdict]
		parts = append(parts, fmt.Sprintf("%d %s", counts[verdict], verdict))
	}
	if total == 0 { // which proves nothing
		return &exit.Error{Code: exit.NoInput, Reason: "no_message", Message: "There is no message in " + name + "."}
	}
	fmt.Fprintf(a.stderr, "%d messages: %s\n", total, strings.Join(parts, ", "))
	if counts[policy.Authenticated] != total {
		return answered(exit.NoPerm)
	}
	return nil
}

func (a *app) sayOneOfMany(label string, v gateway.Verification) error {
	if a.json {
		return a.print(struct {
			File string `json:"file"`
			gateway.Verification
		}{label, v})
	}
	reason := ""
	if len(v.Reasons) > 0 {
		reason = string(v.Reasons[0].Code)
	}
	_, err := fmt.Fprintf(a.stdout, "%-15s %-11s %-18s %-30s %s\n", v.Verdict, v.Proof, reason, clean.Terminal(v.From), clean.Terminal(label))
	return err
}

// progress gives a bar on a terminal, and nothing elsewhere.
func progress(w io.Writer, what string, size int64) *progressbar.ProgressBar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(size)
	}
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(clean.Terminal(what)),
		progressbar.OptionSetPredictTime(true), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish())
}
