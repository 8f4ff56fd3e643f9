package tickets

import (
	"errors"
	"io/fs"
	"maps"
	"testing"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// TestBytesFirst: what must be kept and can't be changes nothing.
func TestBytesFirst(t *testing.T) {
	full := errors.New("the disk is full")
	for _, blobs := range []Blobs{nil, meanwhile{func() error { return full }}} {
		d := memoryDesk(t, func(o *Options) { o.Blobs = blobs })
		_, l := d.ask(t, bob, policy.PasswordChange)
		before := d.dump(t)
		if _, err := d.Inbox.Receive(d.reply(l, policy.Yes), ledger.Source{Mailbox: "support", UID: 1}, []byte("x")); err == nil || blobs != nil && !errors.Is(err, full) {
			t.Errorf("Receive without bytes: %v", err)
		}
		if !maps.Equal(before, d.dump(t)) {
			t.Error("something was written")
		}
	}
}

// TestDecidedAfterBytes: what changes while the bytes are written counts.
func TestDecidedAfterBytes(t *testing.T) {
	var d *desk
	var id string
	d = memoryDesk(t, func(o *Options) {
		o.Blobs = meanwhile{func() error {
			_, err := d.CloseTicket(id, "kim")
			return err
		}}
	})
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	id = ticket.ID
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "ticket_closed")
	d.state(t, id, policy.StateClosed)
}

// meanwhile are blobs during whose writing something happens.
type meanwhile struct{ happens func() error }

func (m meanwhile) Keep(raw []byte, commit func(string) error) error {
	if err := m.happens(); err != nil {
		return err
	}
	return plainly{}.Keep(raw, commit)
}
func (meanwhile) Get(hash string) ([]byte, error)           { return plainly{}.Get(hash) }
func (meanwhile) Size(string) (int64, error)                { return 0, fs.ErrNotExist }
func (meanwhile) Forget(string, func() (bool, error)) error { return nil }

// afterView lets something happen between a look at the store and what follows it.
type afterView struct {
	kv.Store
	happens func()
}

func (s *afterView) View(fn func(kv.View) error) error {
	err := s.Store.View(fn)
	if happens := s.happens; happens != nil {
		s.happens = nil
		happens()
	}
	return err
}

// TestRoomMeanwhile: bytes that are wanted only by the time of the commit, since
// room was made for them, are kept before it.
func TestRoomMeanwhile(t *testing.T) {
	k := keepDesk(t, func(l *Loose) { l.Messages = 1 })
	engine := &afterView{Store: k.engine}
	k.Store = New(engine, k.opt)
	first := k.take(t, k.aside(), 100)
	engine.happens = func() {
		_, err := k.Inbox.Discard(first.ID, "max")
		check(t, err)
	}
	if m := k.take(t, k.aside(), 100); m.Blob == "" || !k.there(t, m.Blob) {
		t.Errorf("its bytes are not kept: %+v", m)
	}
	if sum := k.sums(t); sum.Messages != 1 {
		t.Errorf("%+v", sum)
	}
}
