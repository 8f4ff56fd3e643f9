package owner

import (
	"errors"
	"syscall"
)

// become makes this process a user's for good: in all threads (nptl(7)), and with
// no saved user or group to go back to.
func become(u rights) error { //rule:T10 root-steps-down =nil TestStepDown
	return errors.Join(syscall.Setgroups(u.groups), syscall.Setresgid(u.gid, u.gid, u.gid), syscall.Setresuid(u.uid, u.uid, u.uid))
}
