// Package daemon puts the parts of the program together over one store, in the
// four ways in which it is used: as the daemon, which reads, sends and answers
// until it is told to stop (Run); as one pass over what is there (Once); behind
// the API for one command where no daemon runs (Open); and in memory, for one
// message against a small desk in a file (World).
//
// It is the only place that knows every part, and has no rules of its own. Whose
// rights the store is opened with is package owner's; what a person types and
// reads, with which exit code, the command line's.
package daemon

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/api"
	"countersign/desk/gateway"
	"countersign/inbound/mailbox"
	"countersign/inbound/sender"
	"countersign/internal/blob"
	"countersign/internal/config"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/policy/rulebook"
	"countersign/tickets"
)

// House is every part of the program, wired together.
type House struct {
	Gateway *gateway.Gateway

	config config.Config
	now    func() time.Time
	log    zerolog.Logger
	kv     kv.Store
	blobs  *blob.Store // nil: a world, which is kept nowhere
	store  *tickets.Store
	keys   keys.Keys
	check  *sender.Checker

	readers  []*mailbox.Reader
	keeping  sync.Mutex
	rotating sync.Mutex
	head     string // of the audit log, as last kept
	headless bool   // it can't be kept, which was said
	restored bool   // the store is an older copy; found at this start
	dial     dialer // nil: TCP

	again     func() (config.Config, error) // the configuration as it is now on disk; nil: it is not read again
	reloading sync.Mutex
	inForce   config.Config                 // config, with what was taken since; under reloading
	book      atomic.Pointer[rulebook.Book] // the rules in force

	started time.Time
}

// dialer makes connections to the servers outside, as net.Dialer.DialContext does.
type dialer = func(ctx context.Context, network, addr string) (net.Conn, error)

// Server answers what is asked of the house.
func (h *House) Server() *api.Server {
	return &api.Server{Store: h.store, Gateway: h.Gateway, Log: h.log, Rotate: h.rotateKeys, Products: products(h.config), Rules: h.rules, Reload: h.reloadFor()}
}

// Close ends what Open began, the store at last.
func (h *House) Close() {
	h.keepHeadOrSay()
	h.store.Close()
	if err := h.kv.Close(); err != nil {
		h.log.Error().Err(err).Msg("store not closed cleanly")
	}
}
