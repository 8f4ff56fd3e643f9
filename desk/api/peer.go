package api

import (
	"context"
	"net"
	"os"
	"os/user"
	"strconv"
)

// peer is the process at the other end of the socket, by its user.
type peer struct {
	uid  int // -1: not known
	user string
	via  string // socket, or command where no daemon runs
}

func (p peer) owner() bool { return p.uid == 0 || p.uid >= 0 && p.uid == os.Geteuid() }

type peerKey struct{}

// peerOf gives who asks; nobody that may do anything if it isn't known.
func peerOf(ctx context.Context) peer {
	if p, ok := ctx.Value(peerKey{}).(peer); ok {
		return p
	}
	return peer{uid: -1}
}

// withPeer is http.Server.ConnContext.
func withPeer(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, peerKey{}, named(credentials(c), "socket"))
}

// credentials asks the kernel which user has connected; where it does not tell,
// that is nobody.
func credentials(c net.Conn) (uid int) {
	uid = -1
	switch conn := c.(type) {
	case *member:
		return conn.uid
	case *net.UnixConn:
		if raw, err := conn.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) {
				uid = peerUser(int(fd))
			})
		}
	}
	return uid
}

func named(uid int, via string) peer {
	p := peer{uid: uid, via: via}
	if uid < 0 {
		return p
	}
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		p.user = u.Username
	}
	return p
}
