package api

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"slices"
	"strconv"
	"syscall"

	"countersign/internal/exit"
)

// unreachable says why nobody could be asked at the socket, each cause with what
// helps. ErrNoDaemon is beneath where no daemon is there.
func unreachable(path string, cause error) error {
	e := &exit.Error{Code: exit.Unavailable, Reason: "no_daemon", Try: "sudo systemctl start countersign", Err: fmt.Errorf("%w: %w", ErrNoDaemon, cause)}
	info, seen := os.Lstat(path)
	switch {
	case errors.Is(cause, fs.ErrNotExist):
		e.Message = "The daemon is not running: no socket at " + path + "."
	case errors.Is(cause, syscall.ECONNREFUSED):
		e.Message = "The daemon is not running: it has left its socket " + path + ", and nobody listens there."
	case errors.Is(seen, fs.ErrPermission):
		e.Err = cause
		e.Message = "No daemon that you could ask is running: " + path + " would be in a folder that is closed to you."
	case errors.Is(cause, fs.ErrPermission):
		return forbidden(path, info, whoami())
	case errors.Is(cause, syscall.EAGAIN):
		return errBusy
	default:
		e.Err, e.Message, e.Try = cause, "The daemon can't be reached: "+cause.Error()+".", "systemctl status countersign"
	}
	return e
}

// identity is who this process is, and the group of those who may connect.
type identity struct {
	uid    int
	name   string // empty: not known
	gid    int    // of the group, -1: there is none
	member bool   // the user is in the group
	has    bool   // this session has the group
}

func whoami() identity {
	who := identity{uid: os.Geteuid(), gid: -1}
	u, err := user.LookupId(strconv.Itoa(who.uid))
	if err == nil {
		who.name = u.Username
	}
	g, unknown := user.LookupGroup(Operators)
	if unknown != nil {
		return who
	}
	if who.gid, unknown = strconv.Atoi(g.Gid); unknown != nil {
		return who
	}
	if err == nil {
		ids, _ := u.GroupIds()
		who.member = slices.Contains(ids, g.Gid)
	}
	session, _ := os.Getgroups()
	who.has = os.Getegid() == who.gid || slices.Contains(session, who.gid)
	return who
}

// forbidden says why this user may not connect to a socket that is there.
func forbidden(path string, socket fs.FileInfo, who identity) error {
	name := who.name
	if name == "" {
		name = strconv.Itoa(who.uid)
	}
	e := &exit.Error{Code: exit.NoPerm, Reason: "socket_forbidden"}
	owned := -1
	if socket != nil {
		if s, ok := socket.Sys().(*syscall.Stat_t); ok {
			owned = int(s.Gid)
		}
	}
	switch {
	case who.gid < 0:
		e.Message = fmt.Sprintf("You (%s) may not use the control socket: there is no group %s yet, to whose members it would belong.", name, Operators)
		e.Try = fmt.Sprintf("sudo groupadd --system %s && sudo usermod -aG %s %s && sudo systemctl restart countersign, then log in again", Operators, Operators, name)
	case who.has && owned != who.gid:
		e.Message = fmt.Sprintf("You (%s) are in the group %s, but the control socket %s does not belong to it.", name, Operators, path)
		e.Try = "sudo systemctl restart countersign (with SupplementaryGroups=" + Operators + " in its unit)"
	case who.has:
		e.Message = fmt.Sprintf("You (%s) are in the group %s, but the control socket %s does not let its group in.", name, Operators, path)
		e.Try = "sudo systemctl restart countersign"
	case who.member:
		e.Message = fmt.Sprintf("You (%s) are in the group %s, but this session began before that.", name, Operators)
		e.Try = "log in again, or in this shell: newgrp " + Operators
	default:
		e.Message = fmt.Sprintf("You (%s) may not use the control socket: you are not in the group %s.", name, Operators)
		e.Try = fmt.Sprintf("sudo usermod -aG %s %s, then log in again", Operators, name)
	}
	return e
}
