package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"countersign/desk/owner"
	"countersign/internal/clean"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/policy/rulebook"
)

func (a *app) checkConfigCommand() *cobra.Command {
	return &cobra.Command{Use: "check-config", Short: "Check the configuration: no network, no writes, all errors at once", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			c, problems := config.Load(a.configPath)
			if len(problems) == 0 {
				problems = append(c.ForRun(a.configPath), c.CheckPlaces()...)
				err := owner.StepDown(c) // it is the daemon's user who must be able to read them
				all, ok := errors.AsType[config.Faults](err)
				switch {
				case ok:
					problems = append(problems, all...)
				case err != nil:
					return err
				default:
					problems = append(problems, c.CheckFiles(a.configPath)...)
					problems = append(problems, owner.KeyProblems(c)...)
					_, faults := rulebook.Load(c.Policy)
					problems = append(problems, faults...)
				}
			}
			if len(problems) == 0 {
				if a.json {
					return a.print(map[string]any{"config": a.configPath, "problems": []string{}})
				}
				_, err := fmt.Fprintf(a.stdout, "%s: the configuration is good.\n", a.configPath)
				return err
			}
			if a.json {
				var all []string
				for _, p := range problems {
					all = append(all, p.String())
				}
				if err := a.print(map[string]any{"config": a.configPath, "problems": all}); err != nil {
					return err
				}
				return answered(exit.Config)
			}
			for _, p := range problems {
				fmt.Fprintln(a.stderr, clean.Terminal(p.String()))
			}
			word := "errors"
			if len(problems) == 1 {
				word = "error"
			}
			fmt.Fprintf(a.stderr, "%d %s. Nothing was started or changed.\n", len(problems), word)
			return answered(exit.Config)
		}}
}

func (a *app) configCommand() *cobra.Command {
	return group("config", "The configuration", &cobra.Command{Use: "example", Short: "Print every setting with its meaning", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(a.stdout, config.Example())
			return err
		}})
}
