package tickets

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"time"

	"countersign/internal/blob"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// keeping is a desk that keeps bytes in files, as the gateway does.
type keeping struct {
	*desk
	files *blob.Store
	loose *Loose
}

func keepDesk(t *testing.T, change func(*Loose)) *keeping {
	t.Helper()
	files, err := blob.Open(t.TempDir(), keys.FromSeed([32]byte{1}))
	check(t, err)
	k := &keeping{files: files, loose: &Loose{Bytes: 1 << 20, Messages: 1000, Keep: 90 * 24 * time.Hour}}
	if change != nil {
		change(k.loose)
	}
	k.desk = memoryDesk(t, func(o *Options) { o.Blobs, o.Loose = files, k.loose })
	return k
}

// take hands a message in with bytes that don't pack well.
func (k *keeping) take(t *testing.T, e policy.Evidence, size int) Message {
	t.Helper()
	raw := make([]byte, size)
	rand.Read(raw)
	return k.takeRaw(t, e, raw)
}

func (k *keeping) takeRaw(t *testing.T, e policy.Evidence, raw []byte) Message {
	t.Helper()
	k.uid++
	m, err := k.again(e, ledger.Source{Mailbox: "support", UIDValidity: 1, UID: k.uid}, raw)
	check(t, err)
	return m
}

func (k *keeping) again(e policy.Evidence, src ledger.Source, raw []byte) (Message, error) {
	e.Size = int64(len(raw))
	return k.Inbox.Receive(e, src, raw)
}

// there reports whether the bytes of a hash are.
func (k *keeping) there(t *testing.T, hash string) bool {
	t.Helper()
	_, err := k.files.Get(hash)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

// sums fails unless what is counted is what the records refer to.
func (k *keeping) sums(t *testing.T) (sum keptSum) {
	t.Helper()
	count := map[string]kept{}
	check(t, k.Inbox.Each(func(m Message) error {
		if m.Blob == "" {
			return nil
		}
		c := count[m.Blob]
		if m.Loose {
			c.Loose++
		} else {
			c.Held++
		}
		if !k.there(t, m.Blob) {
			t.Errorf("the bytes of %s are gone", m.ID)
		}
		c.Size, _ = k.files.Size(m.Blob)
		count[m.Blob] = c
		return nil
	}))
	want := keptSum{}
	for hash, c := range count {
		want.Bytes, want.Messages = want.Bytes+c.burden(), want.Messages+c.Loose
		check(t, k.KV().View(func(v kv.View) error {
			if got, _, err := kv.Load[kept](v, keptKey(hash)); err != nil || got != c {
				t.Errorf("counted %+v, want %+v, %v", got, c, err)
			}
			return nil
		}))
	}
	check(t, k.KV().View(func(v kv.View) (err error) {
		sum, _, err = kv.Load[keptSum](v, keptSumKey)
		return err
	}))
	if sum != want {
		t.Errorf("counted %+v, want %+v", sum, want)
	}
	return sum
}

func reasons(m Message) (codes []string) {
	for _, r := range m.Reasons {
		codes = append(codes, string(r.Code))
	}
	return codes
}

// TestBudget: mail that proves nothing fills no disk. Past either bound its bytes
// are in the mailbox alone, answers go on, and what is discarded makes room.
func TestBudget(t *testing.T) {
	for name, change := range map[string]func(*Loose){
		"bytes":  func(l *Loose) { l.Bytes = 5 * 4100 },
		"number": func(l *Loose) { l.Messages = 5 },
	} {
		t.Run(name, func(t *testing.T) {
			k := keepDesk(t, change)
			var with []Message
			for i := range 40 {
				m := k.take(t, k.aside(), 4000)
				if m.Outcome != policy.SetAside || (m.Blob == "") != slices.Contains(reasons(m), "no_room") || m.Facts.RawHash == "" {
					t.Fatalf("message %d: %+v", i, m)
				}
				if m.Blob != "" {
					with = append(with, m)
				}
			}
			if len(with) != 5 {
				t.Fatalf("the bytes of %d messages are kept, want 5", len(with))
			}
			_, l := k.ask(t, bob, policy.PasswordChange)
			if m := k.take(t, k.reply(l, policy.Yes), 4000); m.Decision.Reason() != "confirmed" || !k.there(t, m.Blob) {
				t.Errorf("the answer: %+v", m)
			}
			k.sums(t)
			gone := with[0].Blob
			m, err := k.Inbox.Discard(with[0].ID, "max")
			check(t, err)
			if k.there(t, gone) || m.Blob != "" || m.Facts.RawHash != with[0].Facts.RawHash || m.Discarded != "max" {
				t.Errorf("discarded: %+v, bytes there: %v", m, k.there(t, gone))
			}
			if m := k.take(t, k.aside(), 4000); m.Blob == "" {
				t.Error("what was discarded makes no room")
			}
			k.sums(t)
		})
	}
}

// TestFullDisk: with little room on the disk the bytes of what proves nothing
// are the first that are not kept.
func TestFullDisk(t *testing.T) {
	room := true
	k := keepDesk(t, func(l *Loose) { l.Room = func(need int64) bool { return room && need == 100 } })
	if m := k.take(t, k.aside(), 100); m.Blob == "" {
		t.Error("with room")
	}
	room = false
	if m := k.take(t, k.aside(), 100); m.Blob != "" || !slices.Contains(reasons(m), "no_room") {
		t.Errorf("without room: %+v", m)
	}
	_, l := k.ask(t, bob, policy.PasswordChange)
	wants(t, k.take(t, k.reply(l, policy.Yes), 100), "confirmed")
	k.sums(t)
}

// TestHeaderAlone: of a message over the size limit only the header takes room.
func TestHeaderAlone(t *testing.T) {
	k := keepDesk(t, func(l *Loose) { l.Bytes = 1 << 20 })
	e := k.aside()
	e.Refusals, e.Size = []policy.Reason{policy.Because("too_large")}, 1<<30
	if m, err := k.Inbox.Receive(e, ledger.Source{Mailbox: "support", UID: 1}, []byte("Subject: x\r\n\r\n")); err != nil || m.Blob == "" {
		t.Errorf("its header is not kept: %+v, %v", m, err)
	}
}

// TestSameBytes: bytes that several messages have go with the last of them, and
// those of evidence never.
func TestSameBytes(t *testing.T) {
	k := keepDesk(t, nil)
	raw := bytes.Repeat([]byte("x"), 500)
	a, b := k.takeRaw(t, k.aside(), raw), k.takeRaw(t, k.aside(), raw)
	if k.sums(t).Messages != 2 || a.Blob != b.Blob {
		t.Fatalf("%+v", k.sums(t))
	}
	_, err := k.Inbox.Discard(a.ID, "max")
	check(t, err)
	k.sums(t)
	_, l := k.ask(t, bob, policy.PasswordChange)
	wants(t, k.takeRaw(t, k.reply(l, policy.Yes), raw), "confirmed")
	if sum := k.sums(t); sum.Bytes != 0 || sum.Messages != 1 {
		t.Errorf("bytes of evidence take the room of what proves nothing: %+v", sum)
	}
	_, err = k.Inbox.Discard(b.ID, "max")
	check(t, err)
	if !k.there(t, b.Blob) && !k.there(t, a.Blob) {
		t.Error("the bytes of the answer went with those that were discarded")
	}
	if sum := k.sums(t); sum != (keptSum{}) {
		t.Errorf("%+v", sum)
	}
}

// TestDeferredBytes: what waits for DNS has its bytes so long, and afterwards
// only if it proved something.
func TestDeferredBytes(t *testing.T) {
	for name, tt := range map[string]struct {
		result policy.Result
		held   bool
	}{"proved": {policy.ResultPass, true}, "failed": {policy.ResultFail, false}} {
		t.Run(name, func(t *testing.T) {
			k := keepDesk(t, nil)
			_, l := k.ask(t, bob, policy.PasswordChange)
			e := k.reply(l, policy.Yes)
			raw := []byte("a reply")
			good := e.Sender
			e.Sender = policy.Sender{Result: policy.ResultTempError}
			m := k.takeRaw(t, e, raw)
			wants(t, m, "dns_temperror")
			if sum := k.sums(t); sum.Messages != 1 {
				t.Errorf("waiting: %+v", sum)
			}
			hash := m.Blob
			if e.Sender = good; !tt.held {
				e.Sender = policy.Sender{Result: tt.result}
			}
			m, err := k.again(e, m.Source, raw)
			check(t, err)
			check(t, k.Tick())
			if m.Outcome != policy.Applied || (m.Blob != "") != tt.held || k.there(t, hash) != tt.held || k.sums(t).Messages != 0 {
				t.Errorf("in the end: %+v; bytes there: %v", m, k.there(t, hash))
			}
		})
	}
}

// TestDeferredNoRoom: where nothing more can wait, mail without our token is
// settled at once; what holds it waits all the same.
func TestDeferredNoRoom(t *testing.T) {
	k := keepDesk(t, func(l *Loose) { l.Messages = 0 })
	_, l := k.ask(t, bob, policy.PasswordChange)
	e := k.naming(bob, policy.ResultTempError)
	if m := k.take(t, e, 100); m.Outcome != policy.Applied || m.Decision.Reason() != "dns_gave_up" || !slices.Contains(reasons(m), "no_room") || m.Blob != "" {
		t.Errorf("%+v", m)
	}
	for _, intent := range []policy.Intent{policy.Yes, policy.No, policy.Unclear} {
		answer := k.reply(l, intent)
		answer.Sender = policy.Sender{Result: policy.ResultTempError}
		if m := k.take(t, answer, 100); m.Outcome != policy.OutcomeDefer || !k.there(t, m.Blob) {
			t.Errorf("%s: %+v", intent, m)
		}
	}
}

// TestRoomForDeferred: what anybody can have set aside takes no room of what waits
// for DNS, which is bounded all the same.
func TestRoomForDeferred(t *testing.T) {
	for name, change := range map[string]func(*Loose){
		"bytes":  func(l *Loose) { l.Bytes = 40 * 4100 },
		"number": func(l *Loose) { l.Messages = 40 },
	} {
		t.Run(name, func(t *testing.T) {
			k := keepDesk(t, change)
			for range 60 {
				k.take(t, k.aside(), 4000)
			}
			waiting := 0
			for range 20 {
				m := k.take(t, k.naming(bob, policy.ResultTempError), 4000)
				if (m.Outcome == policy.OutcomeDefer) != (m.Blob != "") {
					t.Fatalf("%s with its bytes in %q", m.Outcome, m.Blob)
				}
				if m.Outcome == policy.OutcomeDefer {
					waiting++
				}
			}
			if waiting != 10 {
				t.Errorf("%d messages wait for DNS beside those set aside, want 10", waiting)
			}
			k.sums(t)
		})
	}
}

// TestRetention: what proved nothing is kept for a while, in bounded steps goes
// all of it, and is known again for ever; what belongs to a ticket stays.
func TestRetention(t *testing.T) {
	k := keepDesk(t, nil)
	ticket, l := k.ask(t, bob, policy.PasswordChange)
	yes := k.take(t, k.reply(l, policy.Yes), 100)
	var going []Message
	var sent []policy.Evidence
	for i := range 400 {
		e := k.naming("mallory@evil.example", policy.ResultNone)
		switch i % 3 {
		case 0:
			e.Numbers = nil
		case 1:
			e = k.aside()
		}
		e.MessageID = fmt.Sprint(i%100, "@evil.example")
		sent, going = append(sent, e), append(going, k.take(t, e, 100))
	}
	filedByHand := k.take(t, k.aside(), 100)
	_, err := k.Inbox.Release(filedByHand.ID, "max", ticket.ID)
	check(t, err)
	left := func() (n int) {
		check(t, k.Inbox.Each(func(Message) error { n++; return nil }))
		return n
	}
	k.turn(90*24*time.Hour - time.Second)
	check(t, k.Tick())
	if n := left(); n != 402 {
		t.Fatalf("too early: %d records", n)
	}
	k.turn(2 * time.Second)
	check(t, k.Tick())
	if n := left(); n != 402-mostExpired {
		t.Errorf("%d records after one look, want %d", n, 402-mostExpired)
	}
	check(t, k.Tick())
	if n := left(); n != 2 {
		t.Errorf("%d records in the end, want the answer and what was filed by hand", n)
	}
	if sum := k.sums(t); sum.Messages != 1 || !k.there(t, yes.Blob) {
		t.Errorf("%+v", sum)
	}
	for key := range k.dump(t) {
		for _, prefix := range []string{"mbid/", "filed/", "expire/", "unkeep/"} {
			if len(key) > len(prefix) && key[:len(prefix)] == prefix && prefix != "mbid/" && prefix != "filed/" {
				t.Errorf("%s is left", key)
			}
		}
	}
	if x, err := k.Explain(ticket.ID); err != nil || len(x.Messages) != 2 {
		t.Errorf("%d messages of the ticket, %v", len(x.Messages), err)
	}
	if x, err := k.Explain("7@evil.example"); err == nil {
		t.Errorf("still found: %+v", x)
	}
	for i, m := range going {
		known, err := k.Inbox.Receive(sent[i], m.Source, nil)
		if err != nil || known.ID != m.ID {
			t.Fatalf("it is judged again: %+v, %v", known, err)
		}
		if sent[i].Refusals == nil {
			k.uid++
			copied, err := k.Inbox.Receive(sent[i], ledger.Source{Mailbox: "other", UIDValidity: 1, UID: k.uid}, nil)
			if err != nil || copied.Decision.Reason() != "duplicate" {
				t.Fatalf("a copy: %+v, %v", copied, err)
			}
		}
	}
	if n := happened(k.show(t, ticket.ID), "claimed"); n != 1 {
		t.Errorf("the line of the claims: %d", n)
	}
}
