package mailbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// slice is how much of a message is asked for at once.
const slice = 1 << 20

// maxHeaderOnly is how much is kept of a message over the size limit.
const maxHeaderOnly = 256 << 10

// read fetches messages one by one and hands them on. It does not wait for what
// becomes of them: one that takes its time must not keep the next ones waiting.
func (r *Reader) read(ctx context.Context, c *connection, cursor Cursor, uids []uint32, crew *crew) error {
	var missing []absent
	whole := 0 // messages that were read in this batch
	for _, uid := range uids {
		if ctx.Err() != nil {
			break
		}
		f, err := r.fetch(c, cursor, uid)
		if errors.Is(err, errGone) || refused(err) {
			// Expunged since it was named, or refused for now; or else it will
			// be named again, and is set aside in the end. The others go on.
			missing = append(missing, absent{uid, whole})
			crew.failed(fmt.Errorf("UID %d: %w", uid, err))
			continue
		}
		if err != nil {
			if !errors.Is(err, errSpool) {
				r.blame(uid, whole > 0)
			}
			crew.failed(fmt.Errorf("fetch UID %d: %w", uid, err))
			break
		}
		if f == nil {
			continue
		}
		if !f.Poison {
			whole++
		}
		crew.judge(ctx, f, r.handle)
		r.note(func(s *Status) { s.Waiting = max(0, s.Waiting-1) })
	}
	for _, m := range missing {
		if whole == 0 && len(missing) > 1 { // it refuses all: the server is ill, and not all of them
			r.suspect(m.uid)
			continue
		}
		r.blame(m.uid, whole > m.before) // a server that has had enough refuses all that follows
	}
	return errors.Join(crew.err(), ctx.Err())
}

// absent is a message that was not given, and how many were read before it.
type absent struct {
	uid    uint32
	before int
}

// errGone says that the server named a message and has none.
var errGone = errors.New("the server named a message that it does not have")

// fetch gives a message, whole; nil if it isn't ours to judge.
func (r *Reader) fetch(c *connection, cursor Cursor, uid uint32) (*Fetched, error) {
	f := &Fetched{Mailbox: r.set.Name, UIDValidity: cursor.UIDValidity, Turn: cursor.Turn, UID: uid}
	if r.tries[uid].n >= maxTries {
		f.Poison, f.Arrived = true, time.Now().UTC()
		return f, nil
	}
	m, err := c.one(uid, 0, &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: true, Flags: true})
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, errGone
	}
	if slices.Contains(m.Flags, keyword) {
		r.log.Error().Uint32("uid", uid).Msg("a message is marked as handled that this daemon has not handled: does another one read this mailbox?")
		r.note(func(s *Status) { s.Foreign++ })
	}
	f.Arrived, f.Size = m.InternalDate.UTC(), m.RFC822Size
	if f.Arrived.IsZero() {
		return nil, errors.New("the server gives no INTERNALDATE")
	}
	// UIDs below the floor were there before we began. Of a message that got a
	// new UID since, copied or numbered anew, only the time of arrival tells.
	renumbered := cursor.Floor == 1 && !f.Arrived.After(cursor.Started)
	if f.Arrived.Before(cursor.Started) || renumbered && !cursor.Started.IsZero() {
		r.history[uid] = true
		r.log.Info().Uint32("uid", uid).Time("arrived", f.Arrived).Msg("a message from before the start is left alone")
		return nil, nil
	}
	if f.Size > r.set.MaxSize {
		f.HeaderOnly, err = c.bytes(uid, 0, maxHeaderOnly)
		return f, err
	}
	got, err := r.whole(c, uid, f.Size)
	if err != nil {
		return nil, err
	}
	if n := int64(len(got.bytes)); n > r.set.MaxSize {
		f.HeaderOnly, f.Size = bytes.Clone(got.bytes[:min(n, maxHeaderOnly)]), n
		got.free()
		return f, nil
	}
	f.content = got
	if f.Raw = got.bytes; f.Raw == nil { // an empty message is not one over the limit
		f.Raw = []byte{}
	}
	return f, nil
}

// whole gives all bytes of a message. Some servers misstate the size: what comes
// twice the same is the message.
func (r *Reader) whole(c *connection, uid uint32, size int64) (*content, error) {
	first, err := c.body(uid, r.set.MaxSize, r.set.Spool)
	if err != nil || int64(len(first.bytes)) == size {
		return first, err
	}
	second, err := c.body(uid, r.set.MaxSize, r.set.Spool)
	if err == nil && (!first.same(second) || len(first.bytes) == 0) {
		err = fmt.Errorf("%d bytes came of %d", len(first.bytes), size)
	}
	second.free()
	if err != nil {
		first.free()
		return nil, err
	}
	return first, nil
}

// body gives the bytes of a message, at most one slice more than limit.
func (c *connection) body(uid uint32, limit int64, dir string) (*content, error) {
	out := &content{dir: dir}
	for got := int64(0); got <= limit; {
		b, err := c.bytes(uid, got, slice)
		if err == nil {
			err = out.add(b)
		}
		if err != nil {
			out.free()
			return nil, err
		}
		got += int64(len(b))
		if len(b) < slice {
			break
		}
	}
	if err := out.done(); err != nil {
		out.free()
		return nil, err
	}
	return out, nil
}

// bytes gives n bytes of a message from an offset; fewer at its end.
func (c *connection) bytes(uid uint32, from, n int64) ([]byte, error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Offset: from, Size: n}}
	m, err := c.one(uid, n, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, errors.New("the message went away while it was read")
	}
	for _, s := range m.BodySection {
		if s.Section.Partial == nil || s.Section.Partial.Offset != from {
			continue
		}
		if int64(len(s.Bytes)) > n {
			return nil, fmt.Errorf("%w: it sent %d bytes where %d were asked for", errServer, len(s.Bytes), n)
		}
		return s.Bytes, nil
	}
	return nil, errors.New("the server sent no body")
}

// one fetches something of one message, nil if the server has none with that
// UID. Data about others is not ours and is passed over.
func (c *connection) one(uid uint32, literal int64, o *imap.FetchOptions) (found *imapclient.FetchMessageBuffer, err error) {
	for len(c.stray) > 0 {
		<-c.stray
	}
	var all []*imapclient.FetchMessageBuffer
	err = c.do(literal, func() error {
		all, err = c.Fetch(imap.UIDSetNum(imap.UID(uid)), o).Collect()
		return err
	})
	if err != nil {
		return nil, err
	}
	// Flags that changed meanwhile come as an answer of their own.
	complete := func(m *imapclient.FetchMessageBuffer) bool {
		return uint32(m.UID) == uid && len(m.BodySection) >= len(o.BodySection) && !(o.InternalDate && m.InternalDate.IsZero())
	}
	for _, m := range all {
		if uint32(m.UID) == uid && (found == nil || complete(m)) {
			found = m
		}
	}
	if found == nil || !complete(found) {
		if m := c.astray(complete); m != nil {
			return m, nil
		}
	}
	if found == nil && len(all) > 0 {
		return nil, fmt.Errorf("%w: it answered for another message than UID %d", errServer, uid)
	}
	return found, nil
}

// strayWait is how long an answer may take on its way within the library.
const strayWait = 200 * time.Millisecond

// astray gives an answer that the library did not take for one to the command
// before: it does so where the UID stands behind the body, or where an answer
// with other data of the message came first.
func (c *connection) astray(ours func(*imapclient.FetchMessageBuffer) bool) *imapclient.FetchMessageBuffer {
	late := time.After(strayWait)
	for {
		select {
		case m := <-c.stray:
			if ours(m) {
				return m
			}
		case <-late:
			return nil
		}
	}
}
