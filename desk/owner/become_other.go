//go:build !linux

package owner

import (
	"errors"
	"syscall"
)

// become makes this process a user's for good: of root's process, setuid(2) and
// setgid(2) set the saved user and group, too.
func become(u rights) error {
	return errors.Join(syscall.Setgroups(u.groups), syscall.Setgid(u.gid), syscall.Setuid(u.uid))
}
