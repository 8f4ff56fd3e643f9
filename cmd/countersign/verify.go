package main

import (
	"bufio"
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/desk/daemon"
	"countersign/desk/gateway"
	"countersign/internal/clean"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/internal/mailfiles"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) verifyCommand() *cobra.Command {
	var world string
	again := false
	c := &cobra.Command{Use: "verify FILE|-", Short: "Judge one message as the daemon would, changing nothing", Args: cobra.ExactArgs(1),
		Long: "Judges a message as the daemon would, changing nothing. Exit status 0 says who wrote it, not that they said yes:\n" +
			"for yes look at `confirmed`. 75: DNS did not answer. 77: everything else.\n\n" +
			"An mbox file, on standard input too, or a maildir gives a line a message and a summary, and 0 only if all are authenticated.",
		Example: "  countersign verify reply.eml\n  countersign verify --world world.json --at 2026-11-25T14:02:00Z reply.eml --json"}
	c.Flags().StringVar(&world, "world", "", "judge against the small desk in this JSON `file` instead of the store")
	c.Flags().BoolVar(&again, "again", false, "judge a message that was handled as if it were new, to try settings on real mail")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		judge, done, err := a.judge(cmd.Context(), world, again)
		if err != nil {
			return err
		}
		defer done()
		if mailfiles.IsDir(args[0]) {
			return a.verifyMany(cmd.Context(), args[0], mailfiles.Maildir(args[0]), judge)
		}
		f, closeFile, err := a.open(args[0])
		if err != nil {
			return err
		}
		defer closeFile()
		in := bufio.NewReader(f)
		if mailfiles.IsMbox(in) {
			return a.verifyMany(cmd.Context(), args[0], mailfiles.Mbox(args[0], in, f), judge)
		}
		raw, err := mailfiles.Read(in)
		if err != nil {
			return unreadable(args[0], err)
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

// judgeFunc judges one message.
type judgeFunc func(context.Context, []byte) (gateway.Verification, error)

// judge gives the function that judges a message: through the API, or against a world.
func (a *app) judge(ctx context.Context, world string, again bool) (judgeFunc, func(), error) {
	at := time.Time{}
	if a.at != "" {
		var err error
		if at, err = a.time(); err != nil {
			return nil, nil, err
		}
	}
	if world != "" {
		h, err := a.world(world, at)
		if err != nil {
			return nil, nil, err
		}
		return func(ctx context.Context, raw []byte) (gateway.Verification, error) {
			return h.Verify(ctx, raw, again)
		}, h.Close, nil
	}
	return func(ctx context.Context, raw []byte) (v gateway.Verification, err error) {
		b := *a
		b.at = "" // a time to judge at is no clock
		err = b.with(ctx, func(ctx context.Context, client *api.Client) error {
			return client.Call(ctx, "verify", api.VerifyRequest{Raw: raw, At: at, Again: again}, &v)
		})
		return v, err
	}, func() {}, nil
}

// world makes the house that a file describes.
func (a *app) world(file string, at time.Time) (*daemon.House, error) {
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
	if err := config.Refusal(problems); err != nil {
		return nil, err
	}
	now := time.Now
	if !at.IsZero() {
		now = func() time.Time { return at }
	}
	h, err := daemon.World(c, w, now, zerolog.Nop())
	if err != nil {
		return nil, &exit.Error{Code: exit.DataErr, Reason: "bad_world", Message: file + ": " + err.Error(), Err: err}
	}
	return h, nil
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
	fmt.Fprintf(a.stdout, "%s  From: %s", word, clean.Terminal(orElse(v.From, "(not exactly one)")))
	if v.Ticket != "" {
		fmt.Fprintf(a.stdout, "  %s (%s)", v.Ticket, v.Bound)
	}
	fmt.Fprintf(a.stdout, "  %s\n", v.Proof)
	mark := "no"
	if v.Verdict == policy.Authenticated {
		mark = "ok"
	}
	var err error
	for _, r := range v.Reasons {
		_, err = fmt.Fprintf(a.stdout, "  %s  %-18s %s\n", mark, r.Code, clean.Terminal(r.Text))
	}
	return err
}
