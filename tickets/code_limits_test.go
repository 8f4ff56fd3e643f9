package tickets

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// TestCodeLimits: wrong codes lock their code for the day, stop their agent for
// an hour and, over all clients, every try; leads and the contact hear of it, once.
// All of it outlives a restart, and a right code takes nothing of it back.
func TestCodeLimits(t *testing.T) {
	d := openDesk(t, nil)
	d.set(t, bobs)
	d.mails(t)
	for i := range policy.WrongCodesDay {
		if i == 2 {
			d.restart(t)
			if out := d.said(t, bobs, ""); out.Result != policy.CodeCodeMatch || out.TriesLeft != 3 {
				t.Fatalf("a right one: %+v", out)
			}
		}
		if out := d.said(t, "wrong", ""); out.Result != policy.CodeCodeWrong || out.TriesLeft != 4-i || out.Told != (i == 4) {
			t.Fatalf("wrong one %d: %+v", i+1, out)
		}
	}
	lock := d.letter(t, "code_locked", bob)
	midnight := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	if !strings.Contains(lock.Request, "locked until 26 November 2026, 00:00 UTC") {
		t.Errorf("told: %s", lock.Request)
	}
	if got := d.mails(t); !slices.Contains(got, "code_guessed max") {
		t.Errorf("staff were told: %q", got)
	}
	d.restart(t)
	for range 3 {
		if out := d.said(t, bobs, ""); out.Result != policy.CodeCodeLocked || !out.LockedUntil.Equal(midnight) {
			t.Fatalf("locked: %+v", out)
		}
	}
	if n := d.count("code_locked", lock.Ticket); n != 1 {
		t.Errorf("told %d times", n)
	}
	d.set(t, another) // a new code is locked as long
	if out := d.said(t, another, ""); out.Result != policy.CodeCodeLocked {
		t.Errorf("a new code on the same day: %+v", out)
	}
	d.turn(midnight.Sub(d.Now()))
	if out := d.said(t, another, ""); out.Result != policy.CodeCodeMatch {
		t.Errorf("on the next day: %+v", out)
	}
}

// manyDesk is a desk with thirty contacts more, of client c2, and the lead pat.
func manyDesk(t *testing.T) *desk {
	t.Helper()
	d := memoryDesk(t, nil)
	check(t, d.kv.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "pat", Role: staff.RoleLead, Email: "pat@desk.example", Authorities: []string{staff.All}})
		if err != nil {
			return err
		}
		for i := range 30 {
			c := clients.Contact{ID: fmt.Sprint("x", i), Client: "c2", Role: clients.Authorised, Status: clients.Active, Addresses: []string{fmt.Sprintf("x%d@other.example", i)}}
			if err := clients.PutContact(tx, c); err != nil {
				return err
			}
		}
		return nil
	}))
	return d
}

// TestCodeLimitsOfAll: one guess at each of many contacts is one attack; where no
// code is set it counts as well.
func TestCodeLimitsOfAll(t *testing.T) {
	d := manyDesk(t)
	d.set(t, bobs)
	d.mails(t)
	guess := func(i int, agent string) policy.Code {
		out, err := d.VerifyCode(CodeRequest{Contact: fmt.Sprintf("x%d@other.example", i), Agent: agent, Code: bobs})
		check(t, err)
		return out.Result
	}
	for i := range policy.WrongCodesHour {
		if got := guess(i, []string{"kim", "lee", "max"}[i%3]); got != policy.CodeCodeNotSet {
			t.Fatalf("guess %d: %s", i, got)
		}
		d.turn(time.Minute)
	}
	if got := guess(25, "max"); got != policy.CodeCodeBusy {
		t.Errorf("over all: %s", got)
	}
	if out := d.said(t, bobs, ""); out.Result != policy.CodeCodeBusy {
		t.Errorf("a right one while it is busy: %+v", out)
	}
	if got := d.mails(t); !slices.Contains(got, "code_guessed max") {
		t.Errorf("staff were told: %q", got)
	}
	d.turn(time.Hour - policy.WrongCodesHour*time.Minute + time.Millisecond)
	if out := d.said(t, bobs, ""); out.Result != policy.CodeCodeMatch {
		t.Errorf("with room for one: %+v", out)
	}
	if got := guess(26, "kim"); got != policy.CodeCodeNotSet {
		t.Errorf("the room is for one: %s", got)
	}
	if got := guess(27, "kim"); got != policy.CodeCodeBusy {
		t.Errorf("then there is none: %s", got)
	}
}

// TestCodeLimitsOfAgent: an agent who guesses is stopped before all others are.
func TestCodeLimitsOfAgent(t *testing.T) {
	d := memoryDesk(t, nil)
	d.set(t, bobs)
	d.mails(t)
	for i := range policy.WrongCodesAgent {
		whose := []CodeRequest{{Client: "c1"}, {Client: "c2"}, {Contact: ada}}[i%3] // none of them so often that it is locked
		whose.Agent, whose.Code = "kim", "wrong"
		if out, err := d.VerifyCode(whose); err != nil || out.Result != policy.CodeCodeNotSet {
			t.Fatalf("guess %d: %+v, %v", i, out, err)
		}
	}
	if out, err := d.VerifyCode(CodeRequest{Contact: bob, Agent: "kim", Code: bobs}); err != nil || out.Result != policy.CodeCodeAgentBusy {
		t.Errorf("who guessed: %+v, %v", out, err)
	}
	if out := d.said(t, bobs, ""); out.Result != policy.CodeCodeMatch {
		t.Errorf("a colleague: %+v", out)
	}
	if got := d.mails(t); !slices.Contains(got, "code_guessed max") {
		t.Errorf("staff were told: %q", got)
	}
}

// TestCodeAtOnce: however many try at the same time, no more are compared than
// may be.
func TestCodeAtOnce(t *testing.T) {
	d := openDesk(t, nil)
	d.set(t, bobs)
	var all sync.WaitGroup
	var mu sync.Mutex
	got := map[policy.Code]int{}
	for range 16 {
		all.Go(func() {
			out, err := d.VerifyCode(CodeRequest{Contact: bob, Agent: "lee", Code: "wrong"})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			got[out.Result]++
		})
	}
	all.Wait()
	if got[policy.CodeCodeWrong] != policy.WrongCodesDay || got[policy.CodeCodeLocked] != 16-policy.WrongCodesDay {
		t.Errorf("answers: %v", got)
	}
	if n := len(d.heard("code_locked", d.letter(t, "code_locked", bob).Ticket)); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// TestGuesserIsNotTold: who types wrong codes hears nothing of the alarm, on a ticket
// that they opened and as a lead; another who opened it does.
func TestGuesserIsNotTold(t *testing.T) {
	for _, tt := range []struct {
		guesser string
		want    []string
	}{
		{"lee", []string{"code_guessed kim", "code_guessed max"}},
		{"kim", []string{"code_guessed max"}},
		{"max", []string{"code_guessed kim", "code_guessed pat"}},
	} {
		t.Run(tt.guesser, func(t *testing.T) {
			d := leadDesk(t)
			if tt.guesser != "max" { // else max is a lead who hears of what they did
				d.agent(t, "pat", func(a *staff.Agent) { a.Disabled = true })
			}
			ticket := d.small(t)
			d.mails(t)
			for range policy.WrongCodesDay {
				_, err := d.VerifyCode(CodeRequest{Contact: bob, Agent: tt.guesser, Ticket: ticket.ID, Code: "wrong"})
				check(t, err)
			}
			wantMails(t, d, tt.want...)
		})
	}
}

// TestCodeMidnight: a lock ends with the day on which its tries were counted, where
// the answer to the last of them comes on the next.
func TestCodeMidnight(t *testing.T) {
	d := memoryDesk(t, nil)
	midnight := codes.Midnight(d.Now())
	late := trying{at: midnight.Add(-time.Millisecond)}
	d.turn(midnight.Sub(d.Now()))
	if out := d.verified(held{}, late, policy.CodeCodeWrong, policy.WrongCodesDay); !out.LockedUntil.Equal(midnight) {
		t.Errorf("locked until %s", out.LockedUntil)
	}
}

// TestCodeRotatingLimit: a rotating code is locked after fewer wrong ones.
func TestCodeRotatingLimit(t *testing.T) {
	d := memoryDesk(t, nil)
	_, err := d.SetCode(By{}, CodeRequest{Contact: bob, Agent: "max", Code: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Kind: codes.TOTP})
	check(t, err)
	d.mails(t)
	for i := range 3 {
		if out := d.said(t, "wrong", ""); out.Result != policy.CodeCodeWrong || out.TriesLeft != 2-i || out.Told != (i == 2) {
			t.Fatalf("wrong one %d: %+v", i+1, out)
		}
	}
	if l := d.letter(t, "code_locked", bob); !strings.Contains(l.Request, "after 3 wrong ones") {
		t.Errorf("told: %s", l.Request)
	}
	wantMails(t, d, "code_guessed max")
	if out := d.said(t, "wrong", ""); out.Result != policy.CodeCodeLocked {
		t.Errorf("the fourth: %+v", out)
	}
	check(t, d.CodeStatus(CodeRequest{Contact: bob}, func(s CodeStatus) error {
		if s.LockedUntil.IsZero() {
			t.Errorf("status: %+v", s)
		}
		return nil
	}))
}

// TestSlowGuesses: who stays below the bounds of an hour and a day is told of by
// those of the week, once a day while they go on, and no sooner.
func TestSlowGuesses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		most  int // wrong ones that nobody is told of
		every time.Duration
		try   func(i int) CodeRequest
		says  string
	}{
		{"code", policy.ToldCodeWeek, 6 * time.Hour, func(i int) CodeRequest {
			return CodeRequest{Contact: bob, Agent: []string{"kim", "lee"}[i%2]}
		}, "13 of contact bob in seven days"},
		{"agent", policy.ToldAgentWeek, time.Hour, func(i int) CodeRequest {
			return CodeRequest{Contact: fmt.Sprintf("x%d@other.example", i%30), Agent: "kim"}
		}, "41 by kim in seven days"},
		{"all", policy.ToldWeek, 72 * time.Minute, func(i int) CodeRequest {
			return CodeRequest{Contact: fmt.Sprintf("x%d@other.example", i%30), Agent: []string{"kim", "lee", "max", "pat"}[i%4]}
		}, "101 over all clients in seven days"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := manyDesk(t)
			d.now = codes.Midnight(d.Now())
			guess := func(i int) {
				in := tt.try(i)
				in.Code = "wrong"
				out, err := d.VerifyCode(in)
				check(t, err)
				if out.Result != policy.CodeCodeNotSet {
					t.Fatalf("guess %d: %+v", i, out)
				}
			}
			told := func() (n int, says string) {
				check(t, d.Tick())
				for _, l := range d.told {
					if l.Kind == policy.NoticeCodeGuessed {
						n, says = n+1, l.Reason
					}
				}
				d.told = nil
				return n, says
			}
			for i := range tt.most {
				guess(i)
				d.turn(tt.every)
			}
			if n, says := told(); n > 0 {
				t.Fatalf("told too soon: %s", says)
			}
			guess(tt.most)
			if n, says := told(); n == 0 || !strings.Contains(says, tt.says) {
				t.Fatalf("%d told %q, want %s", n, says, tt.says)
			}
			guess(tt.most + 1)
			if n, says := told(); n > 0 {
				t.Errorf("told twice a day: %s", says)
			}
			d.turn(24 * time.Hour)
			guess(tt.most + 2)
			if n, _ := told(); n == 0 && tt.name != "all" {
				t.Error("not told on the next day")
			}
			d.turn(7 * 24 * time.Hour)
			guess(tt.most + 3)
			if n, says := told(); n > 0 {
				t.Errorf("told a week later: %s", says)
			}
		})
	}
}

// TestSlowGuesser: past so many in a week an agent verifies nothing until there is room.
func TestSlowGuesser(t *testing.T) {
	d := manyDesk(t)
	d.now = codes.Midnight(d.Now())
	try := func(i int) policy.Code {
		out, err := d.VerifyCode(CodeRequest{Contact: fmt.Sprintf("x%d@other.example", i%30), Agent: "kim", Code: "wrong"})
		check(t, err)
		return out.Result
	}
	for i := range policy.WrongAgentWeek {
		if got := try(i); got != policy.CodeCodeNotSet {
			t.Fatalf("guess %d: %s", i, got)
		}
		d.turn(40 * time.Minute)
	}
	if got := try(0); got != policy.CodeCodeAgentBusy {
		t.Errorf("past the week's: %s", got)
	}
	d.set(t, bobs)
	if out := d.said(t, bobs, ""); out.Result != policy.CodeCodeMatch {
		t.Errorf("a colleague: %+v", out)
	}
	d.turn(2 * 24 * time.Hour)
	if got := try(0); got != policy.CodeCodeNotSet {
		t.Errorf("with room: %s", got)
	}
}
