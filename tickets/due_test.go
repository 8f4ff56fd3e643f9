package tickets

import (
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/tickets/outbox"
)

// TestDueInTurn: whoever floods the outbox keeps no other's question waiting,
// not in the order nor by using the minute up.
func TestDueInTurn(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerMinute = 20 })
	for range 100 {
		d.open1(t, ada, "kim")
	}
	d.turn(time.Second)
	lee := d.open1(t, bob, "lee")
	out, err := d.Outbox.Due(d.Now(), 2, false)
	check(t, err)
	if len(out) != 2 || out[0].Ticket != "T-1" || out[1].Ticket != lee.ID {
		t.Errorf("due first: %+v, want one of each", out)
	}
	if n := d.send(t); n != 18 || d.outbox(t, lee.ID)[0].State != outbox.Sent {
		t.Errorf("%d went out in the minute, want 17 of kim's and that of lee", n)
	}
	max := d.open1(t, bob, "max")
	if ids := d.due(t, false); len(ids) != 1 || d.outbox(t, max.ID)[0].ID != ids[0] {
		t.Errorf("due %v, want that of max", ids)
	}
	d.send(t)
	if n := d.send(t); n != 0 {
		t.Errorf("%d more went out in the minute", n)
	}
	d.turn(time.Minute)
	if n := d.send(t); n != 18 {
		t.Errorf("%d went out in the next minute, want 18", n)
	}
}

// counted counts what updates read and write.
type counted struct {
	kv.Store
	ops, most int
}

type countedTx struct {
	kv.Tx
	*counted
}

func (c *counted) Update(fn func(kv.Tx) error) error {
	return c.Store.Update(func(tx kv.Tx) error {
		c.ops = 0
		err := fn(countedTx{tx, c})
		c.most = max(c.most, c.ops)
		return err
	})
}

func (t countedTx) Get(key string) ([]byte, error)     { t.ops++; return t.Tx.Get(key) }
func (t countedTx) Put(key string, value []byte) error { t.ops++; return t.Tx.Put(key, value) }
func (t countedTx) Delete(key string) error            { t.ops++; return t.Tx.Delete(key) }

// TestOpsOfAFullOutbox: however many wait, an update stays small.
func TestOpsOfAFullOutbox(t *testing.T) {
	d := &desk{now: start}
	c := &counted{Store: kv.Memory()}
	d.open(t, c, func(o *Options) { o.PerHour, o.PerDay = 10, 4 })
	for range 1500 {
		d.open1(t, ada, "kim")
	}
	if c.most > 100 {
		t.Errorf("an update has %d reads and writes", c.most)
	}
	if o := d.outbox(t, "T-1500")[0]; o.Next.Sub(start) != 149*time.Hour {
		t.Errorf("the last waits %s, want 149 hours", o.Next.Sub(start))
	}
}
