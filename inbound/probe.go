package inbound

import (
	"context"

	"github.com/emersion/go-imap/v2"
)

// Found is what a Probe saw.
type Found struct {
	Messages    uint32 `json:"messages"`
	UIDValidity uint32 `json:"uidvalidity"`
	Move        bool   `json:"move"`
	Idle        bool   `json:"idle"`
}

// Probe logs in as a Reader would, looks, and changes nothing.
func (s Settings) Probe(ctx context.Context) (Found, error) {
	s.Mode = "observe"
	c, err := s.withDefaults().connect(ctx)
	if err != nil {
		return Found{}, err
	}
	defer c.logout()
	return Found{Messages: c.selected.NumMessages, UIDValidity: c.selected.UIDValidity,
		Move: c.Caps().Has(imap.CapMove), Idle: c.Caps().Has(imap.CapIdle)}, nil
}
