package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/desk/daemon"
	"countersign/desk/owner"
	"countersign/internal/exit"
)

// apart opens the store in a process of its own, which has the rights of the
// daemon's user and no more. This one stays root: it alone can read the files
// that the command names, and to the API root is the caller.
func (a *app) apart(ctx context.Context) (connected, error) {
	conf, err := filepath.Abs(a.configPath)
	if err != nil {
		return connected{}, err
	}
	self, err := itself()
	if err != nil {
		return connected{}, err
	}
	client, server, closeClient, err := api.Pair()
	if err != nil {
		return connected{}, err
	}
	cmd := exec.Command(self, openStore, "--config", conf)
	if a.at != "" {
		cmd.Args = append(cmd.Args, "--at", a.at)
	}
	cmd.Args[0] = "countersign"
	cmd.Stderr, cmd.ExtraFiles = a.stderr, []*os.File{server}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a ^C ends it by ending this process
	err = cmd.Start()
	server.Close()
	if err != nil {
		closeClient()
		return connected{}, &exit.Error{Code: exit.Software, Reason: "no_process", Message: "The store can't be opened apart: " + err.Error() + ".", Err: err}
	}
	end := func() error {
		closeClient()
		if err := cmd.Wait(); err != nil {
			return &exit.Error{Code: exit.IOErr, Reason: "not_closed", Message: "The store was not closed cleanly: " + err.Error() + ".", Err: err}
		}
		return nil
	}
	if err := client.Hello(ctx); err != nil {
		_ = end()
		return connected{}, err
	}
	return connected{client, end}, nil
}

// openStore is the command that apart starts. Nobody types it.
const openStore = "open-store"

func (a *app) openStoreCommand() *cobra.Command {
	return &cobra.Command{Use: openStore, Hidden: true, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		const inherited = 3 // the first of exec.Cmd.ExtraFiles
		var stat syscall.Stat_t
		if err := syscall.Fstat(inherited, &stat); err != nil || stat.Mode&syscall.S_IFMT != syscall.S_IFSOCK {
			return usage("%s is for the program itself.", openStore)
		}
		syscall.CloseOnExec(inherited)
		h, err := a.openAsOwner()
		if err != nil {
			return api.ServePair(cmd.Context(), api.Refuse(err), os.NewFile(inherited, "client"))
		}
		defer h.Close()
		return api.ServePair(cmd.Context(), h.Server(), os.NewFile(inherited, "client"))
	}}
}

// openAsOwner opens the store with the rights of the user to whom it belongs.
func (a *app) openAsOwner() (*daemon.House, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	now, err := a.clock(c)
	if err != nil {
		return nil, err
	}
	if err := owner.Become(c); err != nil {
		return nil, err
	}
	h, err := daemon.Open(c, now, zerolog.Nop())
	if err == nil {
		a.warnRestored(h)
	}
	return h, err
}
