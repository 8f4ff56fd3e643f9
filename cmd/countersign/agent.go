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

// warnUnixUser warns of a Unix user that this program can't find: nobody would be
// known by it on the socket. The user may be made later, or be in a directory that
// a program without cgo does not ask, so it is no reason to refuse.
func (a *app) warnUnixUser(name string) {
	_, err := user.Lookup(name)
	if _, unknown := errors.AsType[user.UnknownUserError](err); unknown {
		fmt.Fprintf(a.stderr, "countersign: there is no Unix user %q in /etc/passwd: until there is, nobody is this agent on the socket\n", clean.Terminal(name))
	}
}

func (a *app) agentCommand() *cobra.Command {
	var in staff.Agent
	add := &cobra.Command{Use: "add ID", Short: "Add a member of staff", Args: cobra.ExactArgs(1),
		Example: "  countersign agent add sam --email sam@desk.example --team hosting --authority password-change,server-change --unix-user sam"}
	f := add.Flags()
	f.StringVar(&in.Email, "email", "", "their `address`; never a contact's")
	f.StringSliceVar(&in.Teams, "team", nil, "their teams")
	f.StringSliceVar(&in.Authorities, "authority", nil, "`classes` that they may carry out, or all")
	f.StringVar((*string)(&in.Role), "role", string(staff.RoleAgent), "agent, lead or admin")
	f.StringVar(&in.UnixUser, "unix-user", "", "their Unix `user`")
	add.RunE = func(cmd *cobra.Command, args []string) error {
		in.ID = args[0]
		if err := missing([][2]string{{"email", in.Email}}); err != nil {
			return err
		}
		if in.UnixUser != "" {
			a.warnUnixUser(in.UnixUser)
		}
		return one(cmd.Context(), a, "agent/add", in, func(s staff.Agent) error {
			_, err := fmt.Fprintf(a.stdout, "Added %s (%s, team %s). May carry out: %s.\n", s.ID, s.Role,
				orElse(strings.Join(s.Teams, ", "), "none"), orElse(strings.Join(s.Authorities, ", "), "questions only"))
			return err
		})
	}
	list := &cobra.Command{Use: "list", Short: "List members of staff", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return list(cmd.Context(), a, "agent/list", api.None{}, []string{"NAME", "ROLE", "TEAM", "AUTHORITY", "UNIX USER"}, func(s staff.Agent) []string {
			return []string{s.ID, string(s.Role), strings.Join(s.Teams, ","), strings.Join(s.Authorities, ","), s.UnixUser}
		})
	}}
	return group("agent", "Members of staff", add, list)
}
