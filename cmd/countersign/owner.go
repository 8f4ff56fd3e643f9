package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"countersign/desk/api"
	"countersign/internal/config"
	"countersign/internal/exit"
)

// unixUser is whose rights the store is opened with.
type unixUser struct {
	uid, gid int
	groups   []int
}

// stateUser finds the daemon's user, who owns the folder of the state; where
// there is none yet, what it would be made in; else the folder of the key. User 0
// means that all of it is root's.
func stateUser(c config.Config) (unixUser, error) {
	state, keys := filepath.Dir(c.State), filepath.Dir(c.KeyFile)
	stateOwner, there := folderOwner(state)
	keyOwner, _ := folderOwner(keys)
	switch {
	case stateOwner != 0:
		return userOf(stateOwner, state)
	case keyOwner == 0:
		return unixUser{}, nil
	case there:
		return unixUser{}, configError([]config.Problem{{File: state, Key: "state",
			Text: fmt.Sprintf("belongs to root, but the folder of key_file to user %s. %s", config.UserName(keyOwner), ownState(c, keyOwner))}})
	}
	return userOf(keyOwner, keys)
}

// ownState says how the folder of the state becomes that user's. One that holds
// other things too, as /var/lib does, is not given away.
func ownState(c config.Config, uid int) string {
	dir := filepath.Dir(c.State)
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if n := e.Name(); err == nil && n != filepath.Base(c.State) && n != filepath.Base(spoolOf(c)) && n != filepath.Base(c.Socket) {
			return fmt.Sprintf("Name a file in a folder of its own that belongs to that user, such as %s.", filepath.Join(dir, "countersign", "state.db"))
		}
	}
	return fmt.Sprintf("Run: chown %s %s", config.UserName(uid), config.Quote(dir))
}

// folderOwner gives the owner of a folder, or of the nearest above it that is there.
func folderOwner(dir string) (uid int, there bool) {
	for path := dir; ; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		if err == nil {
			return config.Owner(info), path == dir
		}
		if !errors.Is(err, fs.ErrNotExist) || path == filepath.Dir(path) {
			return 0, false
		}
	}
}

// userOf gives uid with its groups, and that of the operators, as the unit does.
// Who is in no list of users has the group of the folder, or one of the same number.
func userOf(uid int, dir string) (unixUser, error) {
	u := unixUser{uid: uid, gid: uid}
	if info, err := os.Stat(dir); err == nil {
		if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Gid != 0 {
			u.gid = int(s.Gid)
		}
	}
	known, err := user.LookupId(strconv.Itoa(uid))
	if err == nil {
		if u.gid, err = strconv.Atoi(known.Gid); err != nil {
			return u, fmt.Errorf("the group of user %s: %w", known.Username, err)
		}
		ids, err := known.GroupIds()
		if err != nil {
			return u, fmt.Errorf("the groups of user %s: %w", known.Username, err)
		}
		for _, id := range ids {
			if gid, err := strconv.Atoi(id); err == nil && gid != 0 {
				u.groups = append(u.groups, gid)
			}
		}
	}
	if g, err := user.LookupGroup(api.Operators); err == nil {
		if gid, err := strconv.Atoi(g.Gid); err == nil {
			u.groups = append(u.groups, gid)
		}
	}
	return u, nil
}

// becomeOwner is stepDown before the store is opened: nothing is in others'
// hands as root sees it, and there is a folder.
func becomeOwner(c config.Config) error {
	if os.Geteuid() != 0 {
		return nil
	}
	if err := configError(c.CheckPlaces()); err != nil {
		return err
	}
	if err := makeState(c); err != nil {
		return err
	}
	return stepDown(c)
}

// stepDown makes root the daemon's user for good, in all threads, before it
// touches anything that belongs to that user. Whoever took that user over could
// else swap a folder for a link and have root change the owner of anything.
func stepDown(c config.Config) error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := stateUser(c)
	if err != nil || u.uid == 0 {
		return err
	}
	err = errors.Join(syscall.Setgroups(u.groups), syscall.Setresgid(u.gid, u.gid, u.gid), syscall.Setresuid(u.uid, u.uid, u.uid))
	if err != nil {
		return &exit.Error{Code: exit.NoPerm, Reason: "not_that_user", Err: err,
			Message: fmt.Sprintf("The state belongs to user %d, and root can't become that user here: %v.", u.uid, err),
			Try:     fmt.Sprintf("the same command as user %d", u.uid)}
	}
	return nil
}

// makeState makes the folder of the state for the daemon's user, in one of
// root's that nobody else can write.
func makeState(c config.Config) error {
	u, err := stateUser(c)
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
	case config.Owner(info) != 0 || info.Mode().Perm()&0o022 != 0:
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
