package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/policy"
)

func (a *app) policyCommand() *cobra.Command {
	return group("policy", "What the desk demands before a thing is done, and trying a file of rules", a.policyShow(), a.policyTest(), a.policyDiff())
}

func (a *app) policyShow() *cobra.Command {
	var in api.PolicyQuestion
	c := &cobra.Command{Use: "show", Short: "Show the rules in force", Args: cobra.NoArgs,
		Example: "  countersign policy show\n  countersign policy show --class dns-change"}
	c.Flags().StringVar(&in.Class, "class", "", "only of that class, with its examples")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return one(cmd.Context(), a, "policy/show", in, func(p api.PolicyShown) error {
			if in.Class != "" {
				a.sayClass(p.Classes[0])
			} else if err := a.sayClasses(p); err != nil {
				return err
			}
			a.sayRules(p.Rules)
			return a.sayPolicy(p)
		})
	}
	return c
}

// sayPolicy says which policy it is, and what should be looked at.
func (a *app) sayPolicy(p api.PolicyShown) error {
	name := "The built-in policy is in force."
	if p.Policy != "" {
		name = fmt.Sprintf("%s is in force since %s (%s).", p.File, when(p.Since), p.Policy)
	}
	_, err := fmt.Fprintln(a.stdout, clean.Terminal(name))
	switch p.Disk {
	case api.DiskChanged:
		_, err = fmt.Fprintf(a.stdout, "The file has changed since, which counts from the next reload on. Run: countersign policy test %s && countersign reload\n", clean.Terminal(p.File))
	case api.DiskBroken:
		_, err = fmt.Fprintf(a.stdout, "The file can't be used as it is now; the rules above stay. Run: countersign policy test %s\n", clean.Terminal(p.File))
	}
	for _, f := range p.Faults {
		_, err = fmt.Fprintf(a.stdout, "look    %s: %s\n", clean.Terminal(f.Where), clean.Terminal(f.Text))
	}
	return err
}

func (a *app) sayClasses(p api.PolicyShown) error {
	var rows [][]string
	for _, c := range p.Classes {
		rows = append(rows, []string{string(c.Class), asksFor(c.Proofs), who(c.Second), orElse(c.Wait, "-"), by(c.Channels), orElse(c.Team, "-"), orElse(c.Where, "built in")})
	}
	return table(a.stdout, []string{"CLASS", "ASKS FOR", "WHO ELSE", "WAIT", "BY", "TEAM", "WHERE"}, rows)
}

// sayClass shows one class whole.
func (a *app) sayClass(c api.ClassShown) {
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(a.stdout, "%-9s %s\n", what, clean.Terminal(text))
		}
	}
	fmt.Fprintf(a.stdout, "%s: %s (%s)\n", c.Class, clean.Terminal(c.Title), orElse(c.Where, "built in"))
	line("asks for", asksFor(c.Proofs))
	line("who else", who(c.Second))
	line("wait", c.Wait)
	line("life", c.Life)
	line("by", by(c.Channels))
	line("team", c.Team)
	line("priority", c.Priority)
	if t := c.Targets; t != nil {
		line("targets", fmt.Sprintf("first %s, between %s, solve %s", orElse(t.First, "-"), orElse(t.Between, "-"), orElse(t.Solve, "-")))
	}
	line("limit", c.Limit)
	for _, e := range c.Examples {
		line("such as", e)
	}
}

func (a *app) sayRules(rules []api.RuleShown) {
	for _, r := range rules {
		fmt.Fprintf(a.stdout, "rule      %s (%s)\n", clean.Terminal(r.Name), r.Where)
		var when []string
		for _, c := range []struct {
			what string
			list []string
		}{{"", texts(r.Classes)}, {"client", r.Clients}, {"contact", r.Contacts}, {"words", r.Words}} {
			if len(c.list) > 0 {
				when = append(when, strings.TrimSpace(c.what+" "+strings.Join(c.list, ", ")))
			}
		}
		if len(r.Classes) == 0 {
			when = append([]string{"every privileged class"}, when...)
		}
		if r.AtLeast > 0 {
			when = append(when, "a number of "+strconv.Itoa(r.AtLeast)+" or more")
		}
		var asks []string
		if len(r.Proofs) > 0 {
			asks = append(asks, asksFor(r.Proofs))
		}
		if r.Second != (api.Second{}) {
			asks = append(asks, who(r.Second))
		}
		if r.Wait != "" {
			asks = append(asks, "a wait of "+r.Wait)
		}
		fmt.Fprintf(a.stdout, "          of %s: also %s\n", clean.Terminal(strings.Join(when, "; ")), strings.Join(asks, ", and "))
	}
}

func texts[S ~string](list []S) (out []string) {
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

func asksFor(proofs []string) string { return cmp.Or(strings.Join(proofs, " or "), "nothing") }

// who says who else has to agree.
func who(s api.Second) string {
	var out []string
	for _, n := range []struct {
		n   int
		who string
	}{{s.Contacts, "contact"}, {s.Leads, "lead"}, {s.Either, "contact or lead"}} {
		switch {
		case n.n == 1:
			out = append(out, "1 "+n.who)
		case n.n > 1:
			out = append(out, fmt.Sprintf("%d %ss", n.n, strings.ReplaceAll(n.who, " or ", "s or ")))
		}
	}
	return cmp.Or(strings.Join(out, ", "), "-")
}

func by(channels []policy.Channel) string {
	if len(channels) == len(policy.Channels) {
		return "any"
	}
	return strings.Join(texts(channels), ", ")
}

func (a *app) reloadCommand() *cobra.Command {
	return &cobra.Command{Use: "reload", Short: "Have the daemon read its rules and limits again", Args: cobra.NoArgs,
		Long: "Has the running daemon read its configuration and its rules again. The rules (policy) and how many notices may leave\n" +
			"(limits.notices_...) take effect at once; other settings that changed are named, and need a restart. Where anything is\n" +
			"wrong nothing of it takes effect: what was in force stays, and the exit status is 78.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return one(cmd.Context(), a, "reload", api.None{}, func(r api.Reloaded) error {
				what := "Nothing has changed"
				if len(r.Changed) > 0 {
					what = "Taken: " + strings.Join(r.Changed, ", ")
				}
				policy := "the built-in policy"
				if r.Policy != "" {
					policy = fmt.Sprintf("%d rules beside the classes, %s", r.Rules, r.Policy)
				}
				_, err := fmt.Fprintf(a.stdout, "%s. In force: %s.\n", what, policy)
				if len(r.Restart) > 0 {
					_, err = fmt.Fprintf(a.stdout, "Changed, and needs a restart: %s.\n", strings.Join(r.Restart, ", "))
				}
				return err
			})
		}}
}
