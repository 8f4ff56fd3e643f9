package daemon

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/gateway"
	"countersign/internal/config"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/rawmail"
	"countersign/tickets"
)

// World makes a desk in memory that judges and keeps nothing.
func World(c config.Config, w tickets.World, now func() time.Time, log zerolog.Logger) (*House, error) {
	address, err := rawmail.Canonical(w.Address)
	if err != nil {
		return nil, fmt.Errorf("address: %w", err)
	}
	if !slices.ContainsFunc(c.Mailbox, func(m config.Mailbox) bool { return m.Address == address }) {
		trust := config.Trust{}
		if len(c.Mailbox) > 0 {
			trust = c.Mailbox[0].Trust
		}
		c.SMTP.From.Address = address
		c.Mailbox = []config.Mailbox{{Name: "world", Address: address, ReplyAddress: config.PlusAddress(address), Trust: trust}}
	}
	h, err := wire(c, kv.Memory(), nil, keys.FromSeed([32]byte{}), now, nil, log)
	if err != nil {
		return nil, err
	}
	h.Gateway.Open = true
	return h, w.Populate(h.store)
}

// Verify judges one message by the house's own clock, changing nothing.
func (h *House) Verify(ctx context.Context, raw []byte, again bool) (gateway.Verification, error) {
	return h.Gateway.Verify(ctx, raw, h.store.Now(), again)
}
