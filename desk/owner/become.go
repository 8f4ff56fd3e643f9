package owner

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"countersign/internal/config"
	"countersign/internal/exit"
)

// Become is StepDown before the store is opened: nothing is in others' hands as
// root sees it, and there is a folder.
func Become(c config.Config) error {
	if os.Geteuid() != 0 {
		return nil
	}
	if err := config.Refusal(c.CheckPlaces()); err != nil {
		return err
	}
	if err := makeState(c); err != nil {
		return err
	}
	return StepDown(c)
}

// StepDown makes root the daemon's user for good, in all threads, before it
// touches anything that belongs to that user. Whoever took that user over could
// else swap a folder for a link and have root change the owner of anything.
func StepDown(c config.Config) error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := of(c)
	if err != nil || u.uid == 0 {
		return err
	}
	if err := become(u); err != nil {
		return &exit.Error{Code: exit.NoPerm, Reason: "not_that_user", Err: err,
			Message: fmt.Sprintf("The state belongs to user %d, and root can't become that user here: %v.", u.uid, err),
			Try:     fmt.Sprintf("the same command as user %d", u.uid)}
	}
	return nil
}

// makeState makes the folder of the state for the daemon's user, in one of
// root's that nobody else can write.
func makeState(c config.Config) error {
	u, err := of(c)
	dir := filepath.Dir(c.State)
	if nearest, there := folderOwner(dir); err != nil || there || nearest == u.uid {
		return err // it is there, or they can make it
	}
	refused := func(err error) error {
		return &exit.Error{Code: exit.Config, Reason: "state", Message: "state: " + dir + " can't be made: " + err.Error() + ".", Err: err,
			Try: fmt.Sprintf("install -d -m 0700 -o %d %s", u.uid, dir)}
	}
	above, err := os.OpenRoot(filepath.Dir(dir))
	if err != nil {
		return refused(errors.New("the folder above it isn't there"))
	}
	defer above.Close()
	info, err := above.Stat(".")
	switch {
	case err != nil:
		return refused(err)
	case config.Owner(info) != 0 || info.Mode().Perm()&0o022 != 0: //rule:T10 folder-above-is-roots cmd/countersign.TestRootMakesTheState
		return refused(errors.New("others can write the folder above it"))
	}
	if err := above.Mkdir(filepath.Base(dir), 0o700); err != nil {
		return refused(err)
	}
	f, err := above.OpenFile(filepath.Base(dir), syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return refused(err)
	}
	return errors.Join(f.Chown(u.uid, u.gid), f.Close())
}
