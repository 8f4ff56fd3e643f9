package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"countersign/internal/exit"
)

// timeout is how long the daemon may take for an answer to begin: a large request
// waits for its turns, and one message's DNS, in package sender, for 20 s.
const timeout = patience + 20*time.Second + 10*time.Second

// Client asks for operations.
type Client struct{ http http.Client }

// Dial gives a client of the daemon on the socket. ErrNoDaemon says that none is there.
func Dial(path string) (*Client, error) {
	c, err := net.DialTimeout("unix", path, 20*time.Second)
	if err != nil {
		return nil, unreachable(path, err)
	}
	c.Close()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return &Client{http.Client{Transport: &http.Transport{DialContext: dial, ResponseHeaderTimeout: timeout}}}, nil
}

// ErrNoDaemon says that no daemon listens on the socket.
var ErrNoDaemon = errors.New("the daemon is not running")

// Local gives a client of a server in this process. The caller is this
// process's user.
func Local(s *Server) *Client { return &Client{http.Client{Transport: local{s}}} }

// local answers requests by calling the handler.
type local struct{ server *Server }

func (l local) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // net/http panics with this very value
			err = errors.New("the list broke off")
		} else if p != nil {
			panic(p)
		}
	}()
	ctx := context.WithValue(r.Context(), peerKey{}, named(os.Geteuid(), "command"))
	w := httptest.NewRecorder()
	l.server.ServeHTTP(w, r.WithContext(ctx))
	return w.Result(), nil
}

// Hello finds out whether there is a server, or what Refuse says instead.
func (c *Client) Hello(ctx context.Context) error {
	err := c.Call(ctx, "", None{}, nil)
	if e, ok := errors.AsType[*exit.Error](err); ok && e.Reason == noSuchOperation {
		return nil
	}
	return err
}

// Call asks for an operation that answers one object.
func (c *Client) Call(ctx context.Context, name string, in, out any) error {
	body, err := c.post(ctx, name, in)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(out); err != nil {
		return &exit.Error{Code: exit.Unavailable, Reason: "broken_answer", Message: "The daemon's answer broke off: " + err.Error(), Err: err}
	}
	return nil
}

// Each asks for an operation that answers a list, and calls fn for every line.
func (c *Client) Each(ctx context.Context, name string, in any, fn func(line json.RawMessage) error) error {
	body, err := c.post(ctx, name, in)
	if err != nil {
		return err
	}
	defer body.Close()
	lines := bufio.NewReader(body)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := fn(line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &exit.Error{Code: exit.Unavailable, Reason: "broken_answer", Message: "The daemon's answer broke off: " + err.Error(), Err: err}
		}
	}
}

func (c *Client) post(ctx context.Context, name string, in any) (io.ReadCloser, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://countersign"+Prefix+name, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, &exit.Error{Code: exit.Unavailable, Reason: "no_answer", Message: "The daemon does not answer: " + err.Error(),
			Try: "systemctl status countersign", Err: err}
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	var p Problem
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || p.Exit == 0 {
		return nil, &exit.Error{Code: exit.Unavailable, Reason: "broken_answer", Message: "The daemon answered " + resp.Status + "."}
	}
	return nil, &exit.Error{Code: p.Exit, Reason: p.Code, Message: p.Title, Try: p.Try}
}
