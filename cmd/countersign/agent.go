package main

import (
	"errors"
	"fmt"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/staff"
)

func (a *app) agentCommand() *cobra.Command {
	show, _ := idCommand(a, "show AGENT", "agent/show", "Show a member of staff", a.sayAgent)
	list := &cobra.Command{Use: "list", Short: "List members of staff", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return list(cmd.Context(), a, "agent/list", api.None{}, []string{"NAME", "ROLE", "TEAM", "AUTHORITY", "UNIX USER", "NOTE"}, func(s api.Agent) []string {
			return []string{s.ID, string(s.RoleNow), strings.Join(s.Teams, ","), strings.Join(s.Authorities, ","), s.UnixUser, agentNote(s)}
		})
	}}
	return group("agent", "Members of staff", a.agentAdd(), a.agentSet(), a.agentDisable(), list, show)
}

// agentNote says what of an agent does not count.
func agentNote(s api.Agent) string {
	if s.Disabled {
		return "disabled"
	}
	if len(s.Cools) == 0 {
		return ""
	}
	return "not yet: " + cooling(s.Cools, strings.Clone)
}

// agentFlags are those of an agent that can be said when they are added, and later.
func agentFlags(c *cobra.Command, in *staff.Agent) {
	f := c.Flags()
	f.StringVar(&in.Email, "email", "", "their `address`; never a contact's")
	f.StringSliceVar(&in.Teams, "team", nil, "their teams")
	f.StringSliceVar(&in.Authorities, "authority", nil, "`classes` that they may carry out, or all")
	f.StringVar((*string)(&in.Role), "role", "", "agent, lead or admin")
	f.StringVar(&in.UnixUser, "unix-user", "", "their Unix `user`")
}

func (a *app) agentAdd() *cobra.Command {
	var in staff.Agent
	c := &cobra.Command{Use: "add ID", Short: "Add a member of staff", Args: cobra.ExactArgs(1),
		Example: "  countersign agent add sam --email sam@desk.example --team hosting --authority password-change,server-change --unix-user sam"}
	agentFlags(c, &in)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.ID = args[0]
		if err := missing([][2]string{{"email", in.Email}}); err != nil {
			return err
		}
		if in.UnixUser != "" {
			a.warnUnixUser(in.UnixUser)
		}
		return one(cmd.Context(), a, "agent/add", in, func(s api.Agent) error { return a.sayAgentNow("Added", s) })
	}
	return c
}

func (a *app) agentSet() *cobra.Command {
	var agent staff.Agent
	in := api.SetAgent{}
	c := &cobra.Command{Use: "set AGENT", Short: "Change a member of staff", Args: cobra.ExactArgs(1),
		Long: "Changes what is named and leaves all else as it is. Lists are given whole: --authority names all that they may carry out then,\n" +
			"and an empty one takes all away. What they newly get from an administrator counts after the cooling time (proof.cooling), that\n" +
			"alone; what is taken away is gone at once. Until a new address counts, their mail goes to the old one, which stays one of\n" +
			"staff for that time. Nobody changes themselves.",
		Example: "  countersign agent set sam --authority password-change,dns-change"}
	agentFlags(c, &agent)
	c.Flags().BoolVar(&in.Enable, "enable", false, "let one who was disabled work again, as if they were added now")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.ID = args[0]
		changed := cmd.Flags().Changed
		for name, say := range map[string]func(){
			"email": func() { in.Email = &agent.Email }, "team": func() { in.Teams = named(agent.Teams) }, "authority": func() { in.Authorities = named(agent.Authorities) },
			"role": func() { in.Role = &agent.Role }, "unix-user": func() { in.UnixUser = &agent.UnixUser },
		} {
			if changed(name) {
				say()
			}
		}
		if in.Change == (staff.Change{}) {
			return usage("Say what to change of %s.", args[0])
		}
		if agent.UnixUser != "" {
			a.warnUnixUser(agent.UnixUser)
		}
		return one(cmd.Context(), a, "agent/set", in, func(s api.Agent) error { return a.sayAgentNow("Changed", s) })
	}
	return c
}

// named is a list without what is empty.
func named(list []string) *[]string {
	all := []string{}
	for _, one := range list {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return &all
}

func (a *app) agentDisable() *cobra.Command {
	c, _ := idCommand(a, "disable AGENT", "agent/disable", "Take every right from a member of staff, at once", func(s api.Agent) error {
		_, err := fmt.Fprintf(a.stdout, "%s is disabled: no command, no authorize, no mail, and what they wished or approved counts no more. Their tickets stay and are nobody's.\n", s.ID)
		return err
	})
	return a.confirmed(c, "disable takes every right from this agent at once")
}

// sayAgentNow says how an agent is since they were changed.
func (a *app) sayAgentNow(what string, s api.Agent) error {
	_, err := fmt.Fprintf(a.stdout, "%s %s (%s, team %s). May carry out: %s.\n", what, s.ID, s.Role,
		orElse(strings.Join(s.Teams, ", "), "none"), orElse(strings.Join(s.Authorities, ", "), "questions only"))
	if err == nil && len(s.Cools) > 0 {
		_, err = fmt.Fprintf(a.stdout, "Counts later: %s.\n", cooling(s.Cools, hidden))
	}
	return err
}

func (a *app) sayAgent(s api.Agent) error {
	fmt.Fprintf(a.stdout, "%s  %s\n", s.ID, clean.Terminal(s.Email))
	for _, line := range [][2]string{
		{"role", string(s.RoleNow)}, {"teams", strings.Join(s.Teams, ", ")}, {"authority", orElse(strings.Join(s.Authorities, ", "), "questions only")},
		{"unix", s.UnixUser}, {"added", when(s.Added)},
	} {
		if line[1] != "" {
			fmt.Fprintf(a.stdout, "%-10s%s\n", line[0], clean.Terminal(line[1]))
		}
	}
	if note := agentNote(s); note != "" {
		fmt.Fprintf(a.stdout, "%-10s%s\n", "but", clean.Terminal(note))
	}
	return nil
}

// warnUnixUser warns of a Unix user that this program can't find: nobody would be
// known by it on the socket. The user may be made later, or be in a directory that
// a program without cgo does not ask, so it is no reason to refuse.
func (a *app) warnUnixUser(name string) {
	_, err := user.Lookup(name)
	if _, unknown := errors.AsType[user.UnknownUserError](err); unknown {
		fmt.Fprintf(a.stderr, "countersign: there is no Unix user %q in /etc/passwd: until there is, nobody is this agent on the socket\n", clean.Terminal(name))
	}
}
