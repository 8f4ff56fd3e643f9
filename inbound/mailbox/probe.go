package mailbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"

	"countersign/policy"
)

// Found is what a Probe saw.
type Found struct {
	Messages    uint32
	UIDValidity uint32
	Move        bool
	Idle        bool
}

// Probe logs in as a Reader would, looks, and changes nothing.
func (s Settings) Probe(ctx context.Context) (found Found, err error) {
	return found, s.look(ctx, func(c *connection) error {
		found = Found{Messages: c.selected.NumMessages, UIDValidity: c.selected.UIDValidity,
			Move: c.Caps().Has(imap.CapMove), Idle: c.Caps().Has(imap.CapIdle)}
		return nil
	})
}

// look calls fn with a connection that changes nothing.
func (s Settings) look(ctx context.Context, fn func(*connection) error) error {
	s.Mode = "observe"
	c, err := s.withDefaults().connect(ctx)
	if err != nil {
		return err
	}
	defer c.logout()
	return fn(c)
}

// errNotThere says that no message with the Message-ID has come.
var errNotThere = errors.New("it has not come")

// Await waits for the message with that Message-ID and gives its header. It looks
// in the mailbox and where handled mail lies, since a daemon may be at work.
func (s Settings) Await(ctx context.Context, messageID string, wait time.Duration) (header []byte, err error) {
	end := time.Now().Add(wait)
	for {
		err := s.look(ctx, func(c *connection) error {
			return c.eachFolder(func() error {
				header, err = c.byMessageID(messageID)
				return err
			})
		})
		if err != nil || header != nil {
			return header, err
		}
		if time.Now().After(end) {
			return nil, errNotThere
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// Newest gives the headers of the newest messages of the mailbox, and of those
// that were handled, at most n of each folder.
func (s Settings) Newest(ctx context.Context, n int) (headers [][]byte, err error) {
	return headers, s.look(ctx, func(c *connection) error {
		return c.eachFolder(func() error {
			last := uint32(c.selected.UIDNext)
			uids, err := c.search(imap.UIDRange{Start: imap.UID(max(1, int64(last)-10*int64(n)))})
			if err != nil {
				return err
			}
			slices.Sort(uids)
			for _, uid := range uids[max(0, len(uids)-n):] {
				header, err := c.bytes(uid, 0, maxHeaderOnly)
				if err != nil {
					return err
				}
				headers = append(headers, header)
			}
			return nil
		})
	})
}

// eachFolder calls fn in the folder that is selected, and in each of those where
// handled mail lies.
func (c *connection) eachFolder(fn func() error) error {
	if err := fn(); err != nil {
		return err
	}
	for _, outcome := range []policy.Outcome{policy.Applied, policy.OutcomeIgnored} {
		name, err := c.folder(string(outcome))
		if err != nil {
			return err
		}
		err = c.do(0, func() error {
			selected, err := c.Select(name, &imap.SelectOptions{ReadOnly: true}).Wait()
			if err == nil {
				c.selected = selected
			}
			return err
		})
		if err != nil && refused(err) { // there is none yet
			continue
		}
		if err == nil {
			err = fn()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// byMessageID gives the header of the message, nil if there is none.
func (c *connection) byMessageID(id string) (header []byte, err error) {
	uids, err := c.matching(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: id}}})
	if err != nil || len(uids) == 0 {
		return nil, err
	}
	return c.bytes(uids[0], 0, maxHeaderOnly)
}
