package api

import "golang.org/x/sys/unix"

// peerUser gives the user at the other end (SO_PEERCRED, unix(7)), -1 if it is not known.
func peerUser(fd int) (uid int) {
	cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return -1
	}
	return int(cred.Uid)
}
