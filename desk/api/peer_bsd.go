//go:build darwin || freebsd

package api

import "golang.org/x/sys/unix"

// peerUser gives the user at the other end (LOCAL_PEERCRED, unix(4)), -1 if it is not known.
func peerUser(fd int) (uid int) {
	cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	if err != nil {
		return -1
	}
	return int(cred.Uid)
}
