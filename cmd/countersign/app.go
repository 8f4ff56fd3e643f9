package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/clean"
	"countersign/internal/config"
	"countersign/internal/exit"
)

// app is one run of the program.
type app struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer

	configPath string
	json       bool
	at         string

	asked, yes bool // a question was asked, and answered with yes
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "countersign",
		Short: "Know that the mail really came from your customer before you change anything",
		Example: "  countersign demo\n" +
			"  countersign ticket open --contact ada@north.example --channel chat --class password-change --subject \"Reset SFTP password\" --agent sam\n" +
			"  countersign authorize T-1 password-change --agent sam",
		Args:          cobra.ArbitraryArgs,
		RunE:          nearest,
		SilenceErrors: true, SilenceUsage: true,
	}
	path := os.Getenv("COUNTERSIGN_CONFIG")
	if path == "" {
		path = config.DefaultPath
	}
	root.PersistentFlags().StringVar(&a.configPath, "config", path, "configuration `file`")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "answer in JSON: one object, or JSON lines for lists")
	root.PersistentFlags().StringVar(&a.at, "at", "", "take this RFC 3339 `time` for now (verify; else only with [drill] clock = true)")
	root.SetFlagErrorFunc(a.flagError)
	root.Version = version()
	root.SetVersionTemplate("countersign {{.Version}}\n")
	root.InitDefaultVersionFlag()
	authorize, explain := a.question(a.authorizeCommand()), a.explainCommand()
	a.ticketFirst(authorize, explain)
	root.AddCommand(a.ticketCommand(), authorize, explain, a.question(a.verifyCommand()), a.messageCommand(),
		a.quarantineCommand(), a.outboxCommand(), a.mailboxCommand(), a.auditCommand(), a.clientCommand(), a.contactCommand(), a.agentCommand(),
		a.runCommand(), a.question(a.checkConfigCommand()), a.configCommand(), a.demoCommand(), a.versionCommand(), a.openStoreCommand())
	root.AddCommand(a.notBuilt()...)
	root.InitDefaultCompletionCmd("completion") // now, so that what follows holds for it, too
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.Args, c.RunE = cobra.ArbitraryArgs, nearest
	}
	countArgs(root)
	once(root)
	return root
}

// countArgs makes a wrong number of arguments an error in how a command was typed.
func countArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usage("%s", takes(cmd, args))
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		countArgs(sub)
	}
}

// takes says which arguments a command takes, when it was given others.
func takes(cmd *cobra.Command, args []string) string {
	_, wants, _ := strings.Cut(cmd.Use, " ")
	if wants == "" {
		return fmt.Sprintf("%s takes no argument, and %q was given.", cmd.CommandPath(), args[0])
	}
	given := fmt.Sprintf("%q were given", args)
	switch len(args) {
	case 0:
		given = "nothing was given"
	case 1:
		given = fmt.Sprintf("only %q was given", args[0])
	}
	return fmt.Sprintf("%s takes %s, and %s.", cmd.CommandPath(), wants, given)
}

// group makes a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: nearest, Aliases: []string{plural(use)}}
	c.AddCommand(commands...)
	return c
}

func plural(s string) string {
	if strings.HasSuffix(s, "x") {
		return s + "es"
	}
	return s + "s"
}

// notYet are the commands of groups that aren't there yet.
var notYet = map[string][]string{
	"contact": {"set", "remove", "check"},
	"client":  {"show", "set", "lock"},
	"agent":   {"set", "disable"},
}

func notBuiltYet(name string) error {
	return &exit.Error{Code: exit.Usage, Reason: "not_built", Message: fmt.Sprintf("The command %q isn't built yet.", name), Try: "countersign --help"}
}

// notBuilt are the commands of the design that aren't there yet: they say so.
func (a *app) notBuilt() []*cobra.Command {
	var out []*cobra.Command
	for _, name := range []string{"quickstart", "doctor", "classify", "approval", "code", "policy", "backup", "restore", "webhook", "readyz"} {
		out = append(out, a.question(&cobra.Command{Use: name, Hidden: true, DisableFlagParsing: true, RunE: func(*cobra.Command, []string) error {
			return notBuiltYet(name)
		}}))
	}
	return out
}

// config reads the configuration or says everything that is wrong with it.
func (a *app) config() (config.Config, error) {
	c, problems := config.Load(a.configPath)
	return c, config.Refusal(problems)
}

// clock gives the time source: the real one, or in a drill the time of --at.
func (a *app) clock(c config.Config) (func() time.Time, error) {
	if a.at == "" {
		return time.Now, nil
	}
	if !c.Drill.Clock {
		return nil, &exit.Error{Code: exit.Usage, Reason: "no_drill", Message: "--at needs [drill] clock = true in the configuration (verify apart)."}
	}
	at, err := a.time()
	return func() time.Time { return at }, err
}

// time reads --at.
func (a *app) time() (time.Time, error) {
	at, err := time.Parse(time.RFC3339, a.at)
	if err != nil {
		return at, usage("--at: %q is no RFC 3339 time such as 2026-11-25T14:02:00Z.", a.at)
	}
	return at, nil
}

// print writes one JSON line.
func (a *app) print(v any) error {
	enc := json.NewEncoder(clean.JSON(a.stdout))
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Say which version this is", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		if a.json {
			return a.print(map[string]string{"version": version(), "go": runtime.Version()})
		}
		_, err := fmt.Fprintf(a.stdout, "countersign %s (%s)\n", version(), runtime.Version())
		return err
	}}
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "unknown"
}
