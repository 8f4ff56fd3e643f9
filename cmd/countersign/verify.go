package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"countersign/internal/api"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/internal/gateway"
	"countersign/policy"
	"countersign/tickets"
)

// maxMessageFile bounds a message that is read from a file; what is over the
// configured size is refused by its own reason before.
const maxMessageFile = 60 << 20

func (a *app) verifyCommand() *cobra.Command {
	var world string
	c := &cobra.Command{Use: "verify FILE|-", Short: "Judge one message as the daemon would, changing nothing", Args: cobra.ExactArgs(1),
		Long: "Judges a message as the daemon would, changing nothing. Exit status 0 says who wrote it, not that they said yes:\n" +
			"for yes look at `confirmed`. 75: DNS did not answer. 77: everything else.",
		Example: "  countersign verify reply.eml\n  countersign verify --world world.json --at 2026-11-25T14:02:00Z reply.eml --json"}
	c.Flags().StringVar(&world, "world", "", "judge against the small desk in this JSON `file` instead of the store")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		judge, done, err := a.judge(cmd.Context(), world)
		if err != nil {
			return err
		}
		defer done()
		if info, err := os.Stat(args[0]); err == nil && info.IsDir() || err == nil && isMbox(args[0]) {
			return a.verifyMany(cmd.Context(), args[0], judge)
		}
		raw, err := a.message(args[0])
		if err != nil {
			return err
		}
		v, err := judge(cmd.Context(), raw)
		if err != nil {
			return err
		}
		if err := a.sayVerification(v); err != nil {
			return err
		}
		switch v.Verdict {
		case policy.Authenticated:
			return nil
		case policy.Deferred:
			return answered(exit.TempFail)
		}
		return answered(exit.NoPerm)
	}
	return c
}

// judge gives the function that judges a message: through the API, or against a world.
func (a *app) judge(ctx context.Context, world string) (func(context.Context, []byte) (gateway.Verification, error), func(), error) {
	at := time.Time{}
	if a.at != "" {
		var err error
		if at, err = a.time(); err != nil {
			return nil, nil, err
		}
	}
	if world != "" {
		d, err := a.world(world, at)
		if err != nil {
			return nil, nil, err
		}
		return func(ctx context.Context, raw []byte) (gateway.Verification, error) {
			return d.gateway.Verify(ctx, raw, d.store.Now())
		}, d.close, nil
	}
	return func(ctx context.Context, raw []byte) (v gateway.Verification, err error) {
		b := *a
		b.at = "" // a time to judge at is no clock
		err = b.with(ctx, func(ctx context.Context, client *api.Client) error {
			return client.Call(ctx, "verify", api.VerifyRequest{Raw: raw, At: at}, &v)
		})
		return v, err
	}, func() {}, nil
}

// world makes the desk that a file describes.
func (a *app) world(file string, at time.Time) (*desk, error) {
	f, closeFile, err := a.open(file)
	if err != nil {
		return nil, err
	}
	defer closeFile()
	w, err := tickets.ReadWorld(f)
	if err != nil {
		return nil, &exit.Error{Code: exit.DataErr, Reason: "bad_world", Message: file + ": " + err.Error(), Err: err}
	}
	c, problems := config.Lenient(a.configPath)
	if err := configError(problems); err != nil {
		return nil, err
	}
	now := time.Now
	if !at.IsZero() {
		now = func() time.Time { return at }
	}
	d, err := worldDesk(c, w, now, zerolog.Nop())
	if err != nil {
		return nil, &exit.Error{Code: exit.DataErr, Reason: "bad_world", Message: file + ": " + err.Error(), Err: err}
	}
	return d, nil
}

// message reads one message from a file or standard input.
func (a *app) message(name string) ([]byte, error) {
	f, closeFile, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer closeFile()
	raw, err := io.ReadAll(io.LimitReader(f, maxMessageFile))
	if err != nil {
		return nil, &exit.Error{Code: exit.IOErr, Reason: "unreadable", Message: "Can't read " + name + ": " + err.Error(), Err: err}
	}
	return raw, nil
}

func (a *app) sayVerification(v gateway.Verification) error {
	if a.json {
		return a.print(v)
	}
	word := "NOT AUTHENTIC"
	switch {
	case v.Confirmed:
		word = "AUTHENTIC AND CONFIRMED"
	case v.Verdict == policy.Authenticated:
		word = "AUTHENTIC"
	case v.Verdict == policy.Deferred:
		word = "UNDECIDED"
	case v.Verdict == policy.Ignored:
		word = "IGNORED"
	}
	fmt.Fprintf(a.stdout, "%s  From: %s", word, clean(orElse(v.From, "(not exactly one)")))
	if v.Ticket != "" {
		fmt.Fprintf(a.stdout, "  %s (%s)", v.Ticket, v.Bound)
	}
	fmt.Fprintln(a.stdout)
	mark := "no"
	if v.Verdict == policy.Authenticated {
		mark = "ok"
	}
	var err error
	for _, r := range v.Reasons {
		_, err = fmt.Fprintf(a.stdout, "  %s  %-18s %s\n", mark, r.Code, clean(r.Text))
	}
	return err
}

// verifyMany judges every message of an mbox file or maildir: a line each and a
// summary. Its exit status is 0 if all are authenticated.
func (a *app) verifyMany(ctx context.Context, name string, judge func(context.Context, []byte) (gateway.Verification, error)) error {
	counts := map[policy.Verdict]int{}
	bar := progress(a.stderr, name)
	err := eachMessage(name, func(label string, raw []byte) error {
		v, err := judge(ctx, raw)
		if err != nil {
			return err
		}
		counts[v.Verdict]++
		_ = bar.Add(1)
		if a.json {
			return a.print(struct {
				File string `json:"file"`
				gateway.Verification
			}{label, v})
		}
		reason := ""
		if len(v.Reasons) > 0 {
			reason = v.Reasons[0].Code
		}
		_, err = fmt.Fprintf(a.stdout, "%-15s %-18s %-30s %s\n", v.Verdict, reason, clean(v.From), clean(label))
		return err
	})
	_ = bar.Finish()
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return &exit.Error{Code: exit.IOErr, Reason: "unreadable", Message: "Can't read " + path.Path + ": " + path.Err.Error(), Err: err}
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

// eachMessage calls fn for every message of a maildir (or any folder of files)
// or of an mbox file.
func eachMessage(name string, fn func(label string, raw []byte) error) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return eachOfMbox(name, fn)
	}
	var dirs []string
	for _, sub := range []string{"cur", "new"} {
		if _, err := os.Stat(filepath.Join(name, sub)); err == nil {
			dirs = append(dirs, filepath.Join(name, sub))
		}
	}
	if len(dirs) == 0 { // in a maildir, what lies beside cur and new is no message
		dirs = []string{name}
	}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !e.Type().IsRegular() {
				continue
			}
			path := filepath.Join(dir, e.Name())
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if err := fn(path, raw); err != nil {
				return err
			}
		}
	}
	return nil
}

// isMbox reports whether the file begins as an mbox does: "From ", RFC 4155.
func isMbox(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	b := make([]byte, 5)
	_, err = io.ReadFull(f, b)
	return err == nil && string(b) == "From "
}

var errNoMbox = errors.New("does not begin with a From line")
