package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

var (
	kills = flag.Int("kills", 8, "how often TestKilled kills the daemon")
	mails = flag.Int("mails", 120, "how many mails TestKilled lets arrive, about")
	seed  = flag.Uint64("seed", 1, "of TestKilled's faults")
)

// TestKilled opens tickets, lets the customer answer every question, and kills
// the daemon again and again meanwhile, over an SMTP server that refuses, and
// that drops the connection after the final dot. In the end every mail has
// exactly one outcome, every ticket is confirmed once, a question went out at
// most once more for each kill and each drop, and no courtesy mail twice.
func TestKilled(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	o := newOutside(t)
	conf, err := os.ReadFile(filepath.Join(o.dir, "countersign.toml"))
	must(t, err)
	o.write("countersign.toml", string(conf)+"\n[limits]\nnotices_per_contact_hour = 100000\nnotices_per_minute = 100000\n")
	o.people() // T-1, whose question stays unanswered
	random := rand.New(rand.NewPCG(*seed, 2))
	k := &killing{outside: o, answered: map[string]bool{}, copies: map[string]int{}}
	o.smtp.SetDeliver(k.answer)
	tickets := *mails / 2
	var lines strings.Builder
	for i := range tickets {
		fmt.Fprintf(&lines, `{"contact":"ada@north.example","channel":"chat","class":"password-change","subject":"Reset password %d"}`+"\n", i)
	}
	o.write("tickets.jsonl", lines.String())
	o.ok("ticket", "open", "--agent", "sam", "--jsonl", filepath.Join(o.dir, "tickets.jsonl"))
	for range *mails - tickets { // noise that confirms nothing
		must(t, o.dovecot.Deliver(mailtest.New("Ada <ada@north.example>", "support@desk.example", "YES", "YES", time.Now())))
	}
	drops := 0
	for range tickets {
		switch random.IntN(10) {
		case 0:
			o.smtp.Fail(mailtest.Fault{Data: 451})
		case 1:
			o.smtp.Fail(mailtest.Fault{Rcpt: 450})
		case 2:
			o.smtp.Fail(mailtest.Fault{Drop: true})
			drops++
		default:
			o.smtp.Fail(mailtest.Fault{})
		}
	}
	for range *kills {
		daemon, err := background(nil, nil, "--config", filepath.Join(o.dir, "countersign.toml"), "run")
		must(t, err)
		time.Sleep(time.Duration(50+random.IntN(600)) * time.Millisecond)
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	}
	for range 4 {
		o.ok("run", "--once")
	}
	k.check(tickets, drops)
}

// killing is what TestKilled keeps count of.
type killing struct {
	*outside
	mu        sync.Mutex
	answered  map[string]bool // questions, by Message-ID
	copies    map[string]int  // mails taken by the server, by Message-ID
	delivered int
}

// answer is what Ada does with a mail of ours: she says YES to a question, once.
func (k *killing) answer(m mailtest.Mail) {
	k.mu.Lock()
	defer k.mu.Unlock()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	if err != nil {
		k.t.Error(err)
		return
	}
	id := parsed.Header.Get("Message-ID")
	k.copies[id]++
	if !strings.Contains(parsed.Header.Get("Reply-To"), "+") || k.answered[id] {
		return
	}
	k.answered[id] = true
	raw, err := mailtest.Reply(m.Data, "Ada Berg <ada@north.example>", "YES", time.Now())
	if err == nil {
		raw, err = k.north.Sign(raw)
	}
	if err == nil {
		err = k.dovecot.Deliver(raw)
	}
	if err != nil {
		k.t.Error(err)
	}
	k.delivered++
}

func (k *killing) check(tickets, drops int) {
	t := k.t
	t.Helper()
	outcomes, byID := map[string]int{}, map[string]int{}
	for _, line := range strings.Split(strings.TrimSpace(k.ok("message", "list", "--json")), "\n") {
		var m struct {
			MessageID       string `json:"message_id"`
			Outcome, Reason string
		}
		must(t, json.Unmarshal([]byte(line), &m))
		outcomes[m.Outcome+" "+m.Reason]++
		byID[m.MessageID]++
	}
	for id, n := range byID {
		if n != 1 {
			t.Errorf("message %s has %d outcomes", id, n)
		}
	}
	want := k.delivered + *mails - tickets
	if len(byID) != want {
		t.Errorf("%d messages have a record, want %d: %v", len(byID), want, outcomes)
	}
	states := map[string]int{}
	for _, line := range strings.Split(strings.TrimSpace(k.ok("ticket", "list", "--json")), "\n") {
		var x struct{ State string }
		must(t, json.Unmarshal([]byte(line), &x))
		states[x.State]++
	}
	waiting := strings.Count(k.ok("outbox", "list", "--json"), `"class":"A","state":"queued"`) // the one resend, in 15 minutes
	if states["confirmed"]+waiting < tickets || states["confirmed"] > tickets {
		t.Errorf("states %v, %d questions wait; want %d confirmed", states, waiting, tickets)
	}
	twiceA, twiceB := 0, 0
	k.mu.Lock()
	for id, n := range k.copies {
		switch {
		case n > 1 && k.answered[id]:
			twiceA += n - 1
		case n > 1:
			twiceB += n - 1
		}
	}
	k.mu.Unlock()
	if twiceA > *kills+drops || twiceB > 0 {
		t.Errorf("%d questions and %d courtesy mails went out twice, after %d kills and %d drops", twiceA, twiceB, *kills, drops)
	}
	if left, err := k.dovecot.Messages("INBOX"); err != nil || len(left) > 0 {
		t.Errorf("%d messages lie in INBOX, %v", len(left), err)
	}
	k.ok("audit", "verify")
	t.Logf("%d kills, %d mails, %d drops: outcomes %v, states %v, %d double questions, %d double courtesy", *kills, len(byID), drops, outcomes, states, twiceA, twiceB)
}
