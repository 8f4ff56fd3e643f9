package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// perUser is how many connections a Unix user may have.
	perUser = 100
	// refusals is how many may be told at a time that they are too many; others
	// beyond those are hung up on.
	refusals = 32
)

// crowd is a listener that lets no Unix user have more than perUser connections.
type crowd struct {
	net.Listener
	refusing chan struct{}

	mu   sync.Mutex
	open map[int]int
}

func newCrowd(l net.Listener) *crowd {
	return &crowd{Listener: l, refusing: make(chan struct{}, refusals), open: map[int]int{}}
}

func (l *crowd) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		m := &member{Conn: c, crowd: l, uid: credentials(c)}
		if l.enter(m.uid) {
			return m, nil
		}
		select {
		case l.refusing <- struct{}{}:
			go func() { refuse(c); <-l.refusing }()
		default:
			c.Close()
		}
	}
}

func (l *crowd) enter(uid int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[uid] >= perUser {
		return false
	}
	l.open[uid]++
	return true
}

func (l *crowd) leave(uid int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[uid]--; l.open[uid] <= 0 {
		delete(l.open, uid)
	}
}

// member is one connection of a crowd.
type member struct {
	net.Conn
	crowd *crowd
	uid   int
	once  sync.Once
}

func (m *member) Close() error {
	m.once.Do(func() { m.crowd.leave(m.uid) })
	return m.Conn.Close()
}

// refuse answers one request that the user is asking too much at a time.
func refuse(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(2 * time.Second))
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, smallBody)
	p := problemOf(errBusy)
	body, _ := json.Marshal(p)
	resp := http.Response{StatusCode: p.Status, ProtoMajor: 1, ProtoMinor: 1, Close: true, ContentLength: int64(len(body)),
		Header: http.Header{"Content-Type": {"application/problem+json"}}, Body: io.NopCloser(bytes.NewReader(body))}
	_ = resp.Write(c)
}
