package gateway

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/inbound/mailbox"
	"countersign/inbound/sender"
	"countersign/internal/mailtest"
	"countersign/internal/suite"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// checked is a Checker that says what DNS comes to by a message's subject, and
// notes the order.
type checked struct {
	mu    sync.Mutex
	order []string
	busy  map[string]int // by From domain
	most  int
	check func(subject string) policy.Sender
}

func (c *checked) Check(_ context.Context, r sender.Request) policy.Sender {
	subject, domain := r.Message.Get("subject"), r.From
	c.mu.Lock()
	c.order = append(c.order, subject)
	c.busy[domain]++
	c.most = max(c.most, c.busy[domain])
	c.mu.Unlock()
	s := c.check(subject)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy[domain]--
	return s
}

var temperror = policy.Sender{Result: policy.ResultTempError}

// deferred handles mail while DNS doesn't answer.
func (w *bench) deferred(t *testing.T, mails ...[]byte) *checked {
	t.Helper()
	c := &checked{busy: map[string]int{}, check: func(string) policy.Sender { return temperror }}
	w.Check = c
	for i, raw := range mails {
		if err := w.Handle(context.Background(), mailbox.Fetched{Mailbox: "support", UIDValidity: 1, UID: uint32(i + 1), Arrived: time.Now(), Size: int64(len(raw)), Raw: raw}); err != nil {
			t.Fatal(err)
		}
	}
	c.order, c.most = nil, 0
	return c
}

func (w *bench) tries(t *testing.T, uid int) (tries int, outcome policy.Outcome) {
	t.Helper()
	m, ok, err := w.Store.Inbox.Received(w.src(uid))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return m.Tries, m.Outcome
}

// src is where the message with that UID came from.
func (w *bench) src(uid int) ledger.Source {
	return ledger.Source{Mailbox: "support", UIDValidity: 1, UID: uint32(uid)}
}

// waiting are all deferred messages.
func (w *bench) waiting(t *testing.T) []ledger.Waiting {
	t.Helper()
	list, err := w.Store.Ledger.Deferred(w.now, true)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// checker makes a Checker of a function.
type checker func(sender.Request) policy.Sender

func (c checker) Check(_ context.Context, r sender.Request) policy.Sender { return c(r) }

// from is the i-th mail of one contact of a dead domain.
func from(who, i int) []byte {
	return mailtest.New(fmt.Sprintf("dan@n%d.dead.example", who), "support@desk.example", fmt.Sprintf("%d/%d", who, i), "hello", time.Now())
}

// TestRetrySideBySide: a domain whose DNS takes its time keeps no other deferred
// message from being judged again.
func TestRetrySideBySide(t *testing.T) {
	w := newFlood(t)
	var mails [][]byte
	for i := range workers {
		mails = append(mails, from(i, 0))
	}
	c := w.deferred(t, mails...)
	answer := make(chan struct{})
	last := fmt.Sprintf("%d/0", workers-1)
	c.check = func(subject string) policy.Sender {
		if subject != last {
			<-answer
		}
		return temperror
	}
	ended := make(chan error)
	go func() { ended <- w.Retry(context.Background(), true) }()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if tries, _ := w.tries(t, workers); tries == 2 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the last one waits for the others")
		}
	}
	close(answer)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestRetryTurns: of one From domain one message is judged at a time, and those
// that came due before do not keep another domain waiting.
func TestRetryTurns(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	w := newFlood(t)
	var mails [][]byte
	for i := range 2 * turn * workers {
		mails = append(mails, from(i%workers, i))
	}
	last := fmt.Sprintf("%d/0", workers)
	c := w.deferred(t, append(mails, from(workers, 0))...)
	c.check = func(string) policy.Sender {
		time.Sleep(time.Millisecond)
		return policy.Sender{Result: policy.ResultNone}
	}
	if err := w.Retry(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	if c.most != 1 {
		t.Errorf("%d messages of one domain were judged at once", c.most)
	}
	if at := slices.Index(c.order, last); len(c.order) != 2*turn*workers+1 || at > turn*workers+workers {
		t.Errorf("judged %d, the other domain's as number %d", len(c.order), at)
	}
	q := newLanes(w.waiting(t), &silences{})
	if l := q.next(); l != nil {
		t.Errorf("%v wait still", l.list)
	}
}

// TestRetryAskedFirst: whose sender holds a secret of ours is judged before all
// others, also of its own domain.
func TestRetryAskedFirst(t *testing.T) {
	w := newFlood(t)
	var mails [][]byte
	for i := range turn {
		mails = append(mails, mailtest.New("ada@north.example", "support@desk.example", fmt.Sprint(i), "hello", time.Now()))
	}
	w.deferred(t, append(append(mails, w.yes(t)), from(1, 0))...)
	q := newLanes(w.waiting(t), &silences{})
	if l := q.next(); l == nil || len(l.list) != turn+1 || l.list[0].ID != fmt.Sprint("m-", turn+1) {
		t.Errorf("first come %+v, want m-%d", l, turn+1)
	}
}

// TestRetrySilent: where DNS does not answer for one of a domain's messages, the
// domain's next turn is at the next Retry, and the others keep their time; with
// all, each is tried, without others waiting for it.
func TestRetrySilent(t *testing.T) {
	w := newFlood(t)
	w.now = time.Now()
	c := w.deferred(t, from(0, 0), from(0, 1), from(0, 2), from(1, 0))
	var mu sync.Mutex
	hurried := map[string]bool{}
	w.Check = checker(func(r sender.Request) policy.Sender {
		mu.Lock()
		hurried[r.Message.Get("subject")] = r.Hurry
		mu.Unlock()
		return c.Check(context.Background(), r)
	})
	w.now = w.now.Add(time.Hour)
	if err := w.Retry(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	tries := func() (all []int) {
		for uid := range 4 {
			n, _ := w.tries(t, uid+1)
			all = append(all, n)
		}
		return all
	}
	if got := tries(); !slices.Equal(got, []int{2, 1, 1, 2}) || len(c.order) != 2 {
		t.Errorf("tries %v after a round, asked %v", got, c.order)
	}
	if err := w.Retry(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	if got := tries(); !slices.Equal(got, []int{2, 2, 1, 2}) {
		t.Errorf("tries %v after the next round", got)
	}
	if err := w.Retry(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	if got := tries(); !slices.Equal(got, []int{3, 3, 2, 3}) || hurried["1/0"] {
		t.Errorf("tries %v after all were tried", got)
	}
	if n := hurried["0/0"] && hurried["0/1"] || hurried["0/1"] && hurried["0/2"] || hurried["0/0"] && hurried["0/2"]; !n {
		t.Errorf("behind a silent one it is waited for the others: %v", hurried)
	}
}

// TestPutOff: a message for which nobody waited is judged again within seconds,
// which is no try of its own; by then it is waited for.
func TestPutOff(t *testing.T) {
	w := newFlood(t)
	w.now = time.Now()
	c := w.deferred(t)
	hurried := []bool{}
	w.Check = checker(func(r sender.Request) policy.Sender {
		hurried = append(hurried, r.Hurry)
		if r.Standing != policy.Known {
			t.Errorf("standing %d, want that of a contact", r.Standing)
		}
		return policy.Sender{Result: policy.ResultTempError, PutOff: r.Hurry}
	})
	raw := from(0, 0)
	if err := w.Handle(context.Background(), mailbox.Fetched{Mailbox: "support", UIDValidity: 1, UID: 1, Arrived: time.Now(), Size: int64(len(raw)), Raw: raw}); err != nil {
		t.Fatal(err)
	}
	if tries, outcome := w.tries(t, 1); tries != 0 || outcome != policy.OutcomeDefer {
		t.Errorf("%d tries, %s; want none, deferred", tries, outcome)
	}
	w.now = w.now.Add(5 * time.Second)
	if err := w.Retry(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	if tries, _ := w.tries(t, 1); tries != 1 || !slices.Equal(hurried, []bool{true, false}) || len(c.order) != 0 {
		t.Errorf("%d tries, in a hurry %v; want one, then none", tries, hurried)
	}
}

// TestStrangerIsFinal: nothing of a stranger's mail waits for DNS or is kept.
func TestStrangerIsFinal(t *testing.T) {
	w := newFlood(t)
	w.deferred(t, mailtest.New("eve@evil.example", "support@desk.example", "T-1", "yes", time.Now()))
	m, _, err := w.Store.Inbox.Received(w.src(1))
	if err != nil || m.Outcome != policy.Applied || m.Verdict != policy.Unauthenticated || m.Reasons[0].Code != "unknown_sender" || m.Blob != "" {
		t.Errorf("%+v, %v; want it filed as an unknown sender's, without its bytes", m, err)
	}
	if list := w.waiting(t); len(list) != 0 {
		t.Errorf("%v wait", list)
	}
}
