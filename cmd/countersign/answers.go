package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
)

// list prints the answer of an operation that gives a list.
func list[T any](ctx context.Context, a *app, name string, in any, head []string, row func(T) []string) error {
	return a.with(ctx, func(ctx context.Context, client *api.Client) error {
		return listOf(ctx, a, client, name, in, head, row)
	})
}

func listOf[T any](ctx context.Context, a *app, client *api.Client, name string, in any, head []string, row func(T) []string) error {
	var rows [][]string
	err := client.Each(ctx, name, in, func(line json.RawMessage) error {
		if a.json {
			_, err := clean.JSON(a.stdout).Write(append([]byte(strings.TrimSpace(string(line))), '\n'))
			return err
		}
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return err
		}
		rows = append(rows, row(v))
		return nil
	})
	if err != nil || a.json {
		return err
	}
	return table(a.stdout, head, rows)
}

// one prints the answer of an operation that gives one object.
func one[T any](ctx context.Context, a *app, name string, in any, say func(T) error) error {
	return a.with(ctx, func(ctx context.Context, client *api.Client) error {
		var out T
		if err := client.Call(ctx, name, in, &out); err != nil {
			return err
		}
		if a.json {
			return a.print(out)
		}
		return say(out)
	})
}

// idCommand makes a command about one thing, asked in an agent's name, whose
// answer say tells. The returned ID is what will be asked; flags may add to it.
func idCommand[T any](a *app, use, operation, short string, say func(T) error) (*cobra.Command, *api.ID) {
	in := &api.ID{}
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1)}
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.ID = args[0]
		return one(cmd.Context(), a, operation, *in, say)
	}
	return c, in
}
