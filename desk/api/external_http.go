package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"countersign/inbound/external"
	"countersign/internal/exit"
)

const (
	// externalConns is how many connections there may be to the listener of webhooks.
	externalConns = 64
	// externalWait bounds how long one request may take to arrive, and its answer.
	externalWait = 10 * time.Second
	// mostRefused bounds the addresses whose refusals are counted in a minute.
	mostRefused = 4096
)

// externalPath stands before a product's name in a URL.
const externalPath = "/external/"

// ServeExternal hears webhooks on l until ctx ends: POST /external/NAME, and nothing
// else. An address that had so many requests refused within a minute is not heard
// before the next.
func (s *Server) ServeExternal(ctx context.Context, l net.Listener, perMinute int) error {
	server := &http.Server{Handler: s.externalHandler(perMinute), ReadHeaderTimeout: externalWait / 2, ReadTimeout: externalWait, WriteTimeout: 2 * externalWait,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(end)
	})
	err := server.Serve(netutil.LimitListener(l, externalConns))
	if !stop() {
		<-done
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// externalHandler answers by a status alone: 204 to whatever has a genuine signature,
// whatever came of it, so that nobody learns which tickets there are.
func (s *Server) externalHandler(perMinute int) http.Handler {
	refused := &turnedAway{most: perMinute}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, externalPath)
		switch {
		case !ok || name == "" || strings.Contains(name, "/"):
			w.WriteHeader(http.StatusNotFound)
			return
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", http.MethodPost)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		case refused.full(s.Store.Now(), r.RemoteAddr):
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		status := s.hearHTTP(w, r, name)
		if status == http.StatusBadRequest || status == http.StatusUnauthorized {
			refused.count(s.Store.Now(), r.RemoteAddr)
		}
		w.WriteHeader(status)
	})
}

// hearHTTP gives the status of the answer to one webhook.
func (s *Server) hearHTTP(w http.ResponseWriter, r *http.Request, name string) int {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, external.MaxBody))
	if err != nil {
		return http.StatusBadRequest
	}
	_, err = s.hear(Webhook{Product: name, Headers: external.Only(r.Header), Body: body})
	e, _ := errors.AsType[*exit.Error](err)
	switch {
	case err == nil || errors.Is(err, errUnread):
		return http.StatusNoContent
	case errors.Is(err, external.ErrUnsigned):
		return http.StatusBadRequest
	case errors.Is(err, external.ErrForged), errors.Is(err, external.ErrStale), e != nil && e.Reason == "no_such_product":
		return http.StatusUnauthorized
	}
	s.Log.Error().Str("product", name).Err(err).Msg("webhook not heard; it is sent again")
	return http.StatusServiceUnavailable
}

// turnedAway counts what was refused of each address in the present minute.
type turnedAway struct {
	most int

	mu     sync.Mutex
	minute time.Time
	of     map[string]int
}

func (f *turnedAway) full(now time.Time, addr string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn(now)
	return f.of[host(addr)] >= f.most
}

func (f *turnedAway) count(now time.Time, addr string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn(now)
	if _, known := f.of[host(addr)]; known || len(f.of) < mostRefused {
		f.of[host(addr)]++
	}
}

// turn forgets the minute before.
func (f *turnedAway) turn(now time.Time) {
	if minute := now.Truncate(time.Minute); !minute.Equal(f.minute) {
		f.minute, f.of = minute, map[string]int{}
	}
}

func host(addr string) string {
	h, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	return h
}
