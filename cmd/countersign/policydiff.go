package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) policyDiff() *cobra.Command {
	var in api.PolicyDiffRequest
	c := &cobra.Command{Use: "diff FILE", Short: "What would be otherwise under the rules of a file: answers that were given, and tickets that are open", Args: cobra.ExactArgs(1),
		Long: "Judges every answer to authorize since then again, on what it rested on, by the rules of the file, and lists those that would be\n" +
			"another; then what tickets that are open now would be asked for beside, or no longer. Each answer is judged by itself. Nothing is changed.\n" +
			"For leads and admins.",
		Example: "  countersign policy diff policy.toml --since 30d"}
	from := &since{at: &in.Since}
	_ = from.Set("30d")
	c.Flags().Var(from, "since", "answers given since: a `time`, a date, or how long ago")
	c.RunE = func(cmd *cobra.Command, args []string) (err error) {
		in.Name = args[0]
		from.before(a.at)
		if in.Text, err = a.read(args[0]); err != nil {
			return err
		}
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			return client.Each(ctx, "policy/diff", in, func(line json.RawMessage) error {
				if a.json {
					_, err := clean.JSON(a.stdout).Write(append([]byte(strings.TrimSpace(string(line))), '\n'))
					return err
				}
				return a.sayPolicyChange(line)
			})
		})
	}
	return c
}

func (a *app) sayPolicyChange(line json.RawMessage) error {
	var c tickets.PolicyChange
	if err := json.Unmarshal(line, &c); err != nil {
		return err
	}
	switch c.Kind {
	case tickets.KindSummary:
		var s tickets.PolicyDiff
		if err := json.Unmarshal(line, &s); err != nil {
			return err
		}
		_, err := fmt.Fprintf(a.stdout, "%s since %s: %d would change, %d stay. %s open: %d would be asked for more, %d for less.\n",
			plurals(s.Decisions, "answer"), when(s.Since), s.Changed, s.Same, plurals(s.Open, "ticket"), s.More, s.Less)
		if s.Unread > 0 && err == nil {
			_, err = fmt.Fprintf(a.stdout, "%s can't be read.\n", plurals(s.Unread, "record"))
		}
		return err
	case tickets.KindOpen:
		fmt.Fprintf(a.stdout, "%s  open, %s: %s\n", c.Ticket, c.Class, strings.Join(append(prefixed("also ", c.Adds), prefixed("no longer ", c.Drops)...), ", "))
	default:
		fmt.Fprintf(a.stdout, "%s  %s %s by %s, %s: %s -> %s\n", c.Ticket, when(c.At), c.Class, c.Channel, c.Agent, upper(c.Then), upper(c.Now))
		for _, r := range c.Reasons {
			fmt.Fprintf(a.stdout, "  %-20s %s\n", r.Code, clean.Terminal(r.Text))
		}
	}
	for _, r := range c.Rules {
		fmt.Fprintf(a.stdout, "  by the rule %s\n", clean.Terminal(r))
	}
	return nil
}

// mostNamed is how many tickets a line names.
const mostNamed = 5

// againstPast says how many answers of a time would be others; "" where that is
// nothing for who asks, or can't be said.
func againstPast(ctx context.Context, client *api.Client, in api.PolicyDiffRequest) string {
	var ways []string // allow -> hold, in order
	of := map[string][]string{}
	var sum tickets.PolicyDiff
	err := client.Each(ctx, "policy/diff", in, func(line json.RawMessage) error {
		var c tickets.PolicyChange
		if err := json.Unmarshal(line, &c); err != nil {
			return err
		}
		switch c.Kind {
		case tickets.KindSummary:
			return json.Unmarshal(line, &sum)
		case tickets.KindDecision:
			way := upper(c.Then) + " -> " + upper(c.Now)
			if of[way] == nil {
				ways = append(ways, way)
			}
			if len(of[way]) <= mostNamed && !slices.Contains(of[way], c.Ticket) {
				of[way] = append(of[way], c.Ticket)
			}
		}
		return nil
	})
	if err != nil {
		return ""
	}
	out := fmt.Sprintf("%d of %s would change", sum.Changed, plurals(sum.Decisions, "answer"))
	for _, way := range ways {
		named := of[way]
		if len(named) > mostNamed {
			named = append(named[:mostNamed:mostNamed], "...")
		}
		out += ", " + way + " (" + strings.Join(named, ", ") + ")"
	}
	return out + "."
}

func prefixed(how string, all []string) (out []string) {
	for _, what := range all {
		out = append(out, how+what)
	}
	return out
}

func upper(v policy.Verb) string { return strings.ToUpper(string(v)) }

func plurals(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
