// Package owner finds out whose the state is, and takes that user's rights: root
// opens nobody's store as root, since whoever took the daemon's user over could
// have root write or give away anything by a link.
//
// It opens no store and knows no part of the program: that is package daemon.
package owner

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
)

// rights are what the store is opened with: a user's.
type rights struct {
	uid, gid int
	groups   []int
}

// Other reports whether this process is root's and the state another user's: it
// must be opened in a process of that user's.
func Other(c config.Config) (bool, error) {
	if os.Geteuid() != 0 {
		return false, nil
	}
	u, err := of(c)
	return err == nil && u.uid != 0, err
}

// MayOpen reports whether this process may open the store itself: as root, or
// as the user to whom the store, or the folder it will be in, belongs.
func MayOpen(state string) bool {
	uid := os.Geteuid()
	if uid == 0 {
		return true
	}
	for path := state; ; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) && path != filepath.Dir(path) {
			continue
		}
		return err == nil && config.Owner(info) == uid
	}
}

// of finds the daemon's user, who owns the folder of the state; where
// there is none yet, what it would be made in; else the folder of the key. User 0
// means that all of it is root's.
func of(c config.Config) (rights, error) {
	state, keys := filepath.Dir(c.State), filepath.Dir(c.KeyFile)
	stateOwner, there := folderOwner(state)
	keyOwner, _ := folderOwner(keys)
	switch {
	case stateOwner != 0:
		return withGroups(stateOwner, state)
	case keyOwner == 0:
		return rights{}, nil
	case there:
		return rights{}, config.Refusal([]config.Problem{{File: state, Key: "state",
			Text: fmt.Sprintf("belongs to root, but the folder of key_file to user %s. %s", config.UserName(keyOwner), ownState(c, keyOwner))}})
	}
	return withGroups(keyOwner, keys)
}

// ownState says how the folder of the state becomes that user's. One that holds
// other things too, as /var/lib does, is not given away.
func ownState(c config.Config, uid int) string {
	dir := filepath.Dir(c.State)
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if n := e.Name(); err == nil && n != filepath.Base(c.State) && n != filepath.Base(c.Spool()) && n != filepath.Base(c.Socket) {
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

// withGroups gives uid with its groups, and that of the operators, as the unit does.
// Who is in no list of users has the group of the folder, or one of the same number.
func withGroups(uid int, dir string) (rights, error) {
	u := rights{uid: uid, gid: uid}
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
