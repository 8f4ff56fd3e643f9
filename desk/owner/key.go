package owner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"countersign/internal/config"
	"countersign/internal/keys"
)

// KeyProblems says what would keep this user, the daemon's, from the key file and
// from the head of the audit log beside it. It makes nothing, and has nothing to
// say to who is neither root nor the daemon's user.
func KeyProblems(c config.Config) []config.Problem {
	me := os.Geteuid()
	state, _ := folderOwner(filepath.Dir(c.State))
	key, _ := folderOwner(filepath.Dir(c.KeyFile))
	if me != 0 && me != state && me != key {
		return nil
	}
	problem := func(text string) []config.Problem {
		return []config.Problem{{File: c.KeyFile, Key: "key_file", Text: text}}
	}
	err := keys.Check(c.KeyFile, c.State)
	if err == nil {
		err = readable(c.Head())
	}
	switch dir := filepath.Dir(c.KeyFile); {
	case errors.Is(err, fs.ErrPermission):
		return problem(notOwned(c))
	case err != nil:
		return problem(strings.TrimPrefix(err.Error(), c.KeyFile+": "))
	case errors.Is(syscall.Access(dir, writable), syscall.EACCES):
		return problem(notOwned(c))
	}
	return nil
}

// writable asks access(2) for the right to write.
const writable = 2

// readable reports whether a file can be opened, if it is there.
func readable(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// notOwned says that the key file and what belongs to it are another user's.
func notOwned(c config.Config) string {
	me := config.UserName(os.Geteuid())
	return fmt.Sprintf("the daemon's user, here %s, must own it and its folder, to keep the head of the audit log there. Run: %s", me, ChownKey(c))
}

// ChownKey is the command that gives this user the key file, its folder and the head
// of the log, as far as they aren't theirs already.
func ChownKey(c config.Config) string {
	command := "sudo chown " + config.UserName(os.Geteuid())
	for _, path := range []string{filepath.Dir(c.KeyFile), c.KeyFile, c.Head()} {
		if info, err := os.Lstat(path); err == nil && config.Owner(info) != os.Geteuid() {
			command += " " + config.Quote(path)
		}
	}
	return command
}
