package main

import (
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/desk/daemon"
	"countersign/desk/owner"
	"countersign/internal/clean"
	"countersign/internal/config"
)

func (a *app) runCommand() *cobra.Command {
	var once, fromBeginning bool
	c := &cobra.Command{Use: "run", Short: "Read the mailboxes, prove, decide, ask", Args: cobra.NoArgs}
	c.Flags().BoolVar(&once, "once", false, "handle what is there, try everything that waits once, and end")
	c.Flags().BoolVar(&fromBeginning, "from-beginning", false, "on the first start of a mailbox, also judge the mail that is there already")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := a.config()
		if err != nil {
			return err
		}
		if err := owner.Become(cfg); err != nil {
			return err
		}
		if err := config.Refusal(append(cfg.ForRun(a.configPath), cfg.CheckFiles(a.configPath)...)); err != nil {
			return err
		}
		now, err := a.clock(cfg)
		if err != nil {
			return err
		}
		if a.at != "" && !once {
			return usage("--at goes with run --once only.")
		}
		log := logger(a.stderr)
		if once {
			return daemon.Once(cmd.Context(), cfg, now, log, fromBeginning)
		}
		return daemon.Run(cmd.Context(), cfg, now, log, fromBeginning, a.config)
	}
	return c
}

// logger writes JSON, or readable lines on a terminal: in either, what others wrote is escaped.
func logger(w io.Writer) zerolog.Logger {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly}
	} else {
		w = clean.JSON(w)
	}
	return zerolog.New(zerolog.SyncWriter(w)).With().Timestamp().Logger() // messages are judged side by side
}
