package mailbox

import (
	"errors"
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// keyword marks a handled message where the server can't move it.
const keyword imap.Flag = "$CountersignDone"

// atOnce is how many messages are moved by one command, and so noted.
const atOnce = 100

// tidy is dispose, unless that broke the session before: then reading goes first,
// and the pass disposes at its end.
func (r *Reader) tidy(c *connection, at Cursor) error {
	if r.untidy {
		return nil
	}
	err := r.dispose(c, at)
	r.untidy = err != nil
	return err
}

// dispose moves or marks the messages whose outcome is recorded. What can't be
// done now stays to be done.
func (r *Reader) dispose(c *connection, at Cursor) error {
	if r.set.Mode == "observe" || r.stuck {
		return nil
	}
	todo, err := r.ledger.Pending(r.set.Name)
	if err != nil {
		return err
	}
	byFolder := map[string][]Todo{} // "" stays where it is
	var gone []Todo
	for _, t := range todo {
		if t.UIDValidity != at.UIDValidity || t.Turn != at.Turn { // numbered anew: that UID is another message
			gone = append(gone, t)
			continue
		}
		folder := t.Outcome
		if t.Stays || r.set.Handled == "mark" {
			folder = ""
		}
		byFolder[folder] = append(byFolder[folder], t)
	}
	for batch := range slices.Chunk(gone, atOnce) {
		if err := r.ledger.Done(batch...); err != nil {
			return err
		}
	}
	for folder, list := range byFolder {
		for batch := range slices.Chunk(list, atOnce) {
			if r.stuck {
				return nil
			}
			if err := r.carryOut(c, folder, batch); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Reader) carryOut(c *connection, outcome string, batch []Todo) error {
	var set imap.UIDSet
	for _, t := range batch {
		set.AddNum(imap.UID(t.UID))
	}
	err := r.move(c, set, outcome)
	if err != nil && refused(err) {
		r.log.Warn().Err(err).Str("outcome", outcome).Msg("handled messages can't be moved; tried again at the next poll")
		r.stuck = true
		return nil
	}
	if err != nil {
		return err
	}
	return r.ledger.Done(batch...)
}

// move moves messages to the folder of their outcome, or marks them where there
// is none. Without MOVE (RFC 6851)
// there is only the keyword: copying and expunging would need an EXPUNGE that
// takes other people's deleted messages along.
func (r *Reader) move(c *connection, set imap.UIDSet, outcome string) error {
	if outcome == "" || !c.Caps().Has(imap.CapMove) {
		return r.mark(c, set)
	}
	folder, err := c.folder(outcome)
	if err != nil {
		return err
	}
	move := func() error {
		return c.do(0, func() error { _, err := c.Move(set, folder).Wait(); return err })
	}
	if err = move(); err == nil || !refused(err) {
		return err
	}
	for _, prepare := range []func() error{
		func() error { return c.Create(folder, nil).Wait() },
		func() error { return c.Subscribe(folder).Wait() }, // or mail programs do not show it
	} {
		if err := c.do(0, prepare); err != nil && !refused(err) {
			return err
		}
	}
	return move()
}

func (r *Reader) mark(c *connection, set imap.UIDSet) error {
	if !slices.Contains(c.selected.PermanentFlags, keyword) && !slices.Contains(c.selected.PermanentFlags, imap.FlagWildcard) {
		return nil // the record alone says that it was handled
	}
	return c.do(0, func() error {
		return c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{keyword}}, nil).Close()
	})
}

// folder names the folder of an outcome as this server writes hierarchies.
func (c *connection) folder(outcome string) (string, error) {
	delim, prefix := "/", ""
	err := c.do(0, func() error {
		list, err := c.List("", "", nil).Collect()
		if err == nil && len(list) > 0 && list[0].Delim != 0 {
			delim = string(list[0].Delim)
		}
		return err
	})
	if err != nil && !refused(err) {
		return "", fmt.Errorf("list: %w", err)
	}
	if c.Caps().Has(imap.CapNamespace) {
		err := c.do(0, func() error {
			n, err := c.Namespace().Wait()
			if err == nil && len(n.Personal) > 0 {
				prefix = n.Personal[0].Prefix
				if n.Personal[0].Delim != 0 {
					delim = string(n.Personal[0].Delim)
				}
			}
			return err
		})
		if err != nil && !refused(err) {
			return "", errors.Join(errors.New("namespace"), err)
		}
	}
	return prefix + "Countersign" + delim + outcome, nil
}
