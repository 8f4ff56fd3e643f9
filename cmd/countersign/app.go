package main

import (
	"encoding/json"
	"io"
	"os"
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

	posed, yes bool // a question was posed, and answered with yes
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
	root.AddCommand(a.ticketCommand(), authorize, explain, a.question(a.verifyCommand()), a.classifyCommand(), a.messageCommand(), a.reportCommand(),
		a.approvalCommand(), a.quarantineCommand(), a.outboxCommand(), a.mailboxCommand(), a.auditCommand(), a.clientCommand(), a.contactCommand(), a.agentCommand(), a.codeCommand(), a.delegateCommand(), a.externalCommand(), a.keysCommand(), a.policyCommand(), a.reloadCommand(),
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
