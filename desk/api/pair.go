package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
)

// Pair gives a client of a server in another process, and the file that this
// process is to be given. To the server this process's user is the caller. close
// ends the connection, and by that the server.
func Pair() (c *Client, server *os.File, closeClient func(), err error) {
	fds, err := socketpair()
	if err != nil {
		return nil, nil, nil, err
	}
	server = os.NewFile(uintptr(fds[1]), "server")
	conn, err := fileConn(os.NewFile(uintptr(fds[0]), "client"))
	if err != nil {
		return nil, nil, nil, errors.Join(err, server.Close())
	}
	once := make(chan net.Conn, 1)
	once <- conn
	dial := func(context.Context, string, string) (net.Conn, error) {
		select {
		case c := <-once:
			return c, nil
		default:
			return nil, errors.New("it has ended")
		}
	}
	return &Client{http.Client{Transport: &http.Transport{DialContext: dial}}}, server, func() { conn.Close() }, nil
}

// socketpair makes two sockets that no program started meanwhile is given.
func socketpair() ([2]int, error) {
	syscall.ForkLock.RLock() // not every system has SOCK_CLOEXEC
	defer syscall.ForkLock.RUnlock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	return fds, err
}

func fileConn(f *os.File) (net.Conn, error) {
	defer f.Close() // the connection has a copy
	return net.FileConn(f)
}

// ServePair lets h answer on the file that Pair gave until the client has ended.
func ServePair(ctx context.Context, h http.Handler, f *os.File) error {
	conn, err := fileConn(f)
	if err != nil {
		return err
	}
	l := &single{addr: conn.LocalAddr(), conns: make(chan net.Conn, 1), closed: make(chan struct{})}
	l.conns <- conn
	server := &http.Server{Handler: h, ConnContext: withCommand, ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateClosed {
			_ = l.Close()
		}
	}}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// withCommand is http.Server.ConnContext for the client that Pair gave: a command.
func withCommand(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, peerKey{}, named(credentials(c), "command"))
}

// Refuse answers every request with what went wrong before there was a server.
func Refuse(err error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else its sender hears of a broken connection
		(&answer{ResponseWriter: w, conn: http.NewResponseController(w)}).problem(err)
	})
}

// single is a listener for one connection.
type single struct {
	addr   net.Addr
	conns  chan net.Conn
	close  sync.Once
	closed chan struct{}
}

func (l *single) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *single) Close() error {
	l.close.Do(func() { close(l.closed) })
	return nil
}

func (l *single) Addr() net.Addr { return l.addr }
