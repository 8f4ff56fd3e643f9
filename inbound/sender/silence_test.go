package sender

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/rawmail"
	"countersign/policy"
)

// silentDNS answers no name that ends so, after the time that a question may
// take, and any other with a record.
type silentDNS struct {
	mu    sync.Mutex
	below string // "": none is answered
	asked []string
}

func (d *silentDNS) ask(_ context.Context, name string) answer {
	d.mu.Lock()
	d.asked = append(d.asked, name)
	silent := strings.HasSuffix(name, d.below)
	d.mu.Unlock()
	if silent {
		time.Sleep(defaultWait)
		return answer{err: errNoAnswer}
	}
	return answer{txt: []string{"x"}, ttl: 60}
}

// TestSilence: a domain that DNS doesn't answer for isn't asked for again within
// the minute, which is no answer and never a no; and then it is.
func TestSilence(t *testing.T) {
	const stranger, known, asked = policy.Stranger, policy.Known, policy.Asked
	tests := []struct {
		name        string
		first, then string
		by, to      policy.Standing
		after       time.Duration
		asks        bool
	}{
		{"same-name", "_dmarc.dead.example.", "_dmarc.dead.example.", known, known, silenceLife - time.Second, false},
		{"after-the-minute", "_dmarc.dead.example.", "_dmarc.dead.example.", known, known, silenceLife, true},
		{"another-name-of-it", "_dmarc.dead.example.", "s1._domainkey.dead.example.", known, known, time.Second, false},
		{"below-it", "_dmarc.dead.example.", "_dmarc.a.b.dead.example.", known, known, time.Second, false},
		{"beside-it", "_dmarc.a.dead.example.", "_dmarc.b.dead.example.", known, known, time.Second, true},
		{"above-it", "_dmarc.a.dead.example.", "_dmarc.dead.example.", known, known, time.Second, true},
		{"another-domain", "_dmarc.dead.example.", "_dmarc.also-dead.example.", known, known, time.Second, true},
		{"a-suffix-says-nothing-of-domains", "_dmarc.example.", "_dmarc.dead.example.", known, known, time.Second, true},
		{"found-by-a-stranger", "_dmarc.dead.example.", "_dmarc.dead.example.", stranger, known, time.Second, true},
		{"found-without-a-secret", "_dmarc.dead.example.", "_dmarc.dead.example.", known, asked, time.Second, true},
		{"found-with-one", "_dmarc.dead.example.", "_dmarc.dead.example.", asked, stranger, time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &silentDNS{below: "example."}
				c := newCache(d.ask, time.Now)
				c.silent.organization = (&suffixes{}).organization
				c.lookup(context.Background(), tt.first, patience{standing: tt.by, began: time.Now()})
				time.Sleep(tt.after)
				a := c.lookup(context.Background(), tt.then, patience{standing: tt.to, began: time.Now()})
				if !errors.Is(a.err, errNoAnswer) || (len(d.asked) == 2) != tt.asks {
					t.Errorf("asked %v, answer %v", d.asked, a.err)
				}
			})
		})
	}
}

// TestSilenceHeard: a domain that answers for one of its names isn't silent,
// whatever else is asked for; what a message found out doesn't stop itself.
func TestSilenceHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &silentDNS{below: "dead.example."}
		c := newCache(func(ctx context.Context, name string) answer {
			if strings.HasPrefix(name, "s1.") {
				return answer{txt: []string{"x"}, ttl: 1}
			}
			return d.ask(ctx, name)
		}, time.Now)
		first := patience{standing: policy.Known, began: time.Now()}
		c.lookup(context.Background(), "_dmarc.dead.example.", first)
		if a := c.lookup(context.Background(), "s1._domainkey.dead.example.", first); a.err != nil {
			t.Errorf("a message that found a name silent got %v for the next", a.err)
		}
		time.Sleep(2 * time.Second)
		for range 2 {
			c.lookup(context.Background(), "x1._domainkey.dead.example.", patience{standing: policy.Known, began: time.Now()})
			time.Sleep(time.Second)
		}
		if len(d.asked) != 2 {
			t.Errorf("asked %v, want the same name once", d.asked)
		}
		if a := c.lookup(context.Background(), "s1._domainkey.dead.example.", patience{standing: policy.Known, began: time.Now()}); a.err != nil {
			t.Errorf("a domain that answers is taken for silent: %v", a.err)
		}
	})
}

// TestSilencesBound: what is remembered of silent names has a bound.
func TestSilencesBound(t *testing.T) {
	s := silences{of: map[string]*silence{}}
	for i := range maxSilences {
		s.note(fmt.Sprintf("_dmarc.n%d.example.", i), i%2 == 0, patience{}, arrival)
	}
	if len(s.of) != maxSilences {
		t.Errorf("%d are kept, want %d", len(s.of), maxSilences)
	}
}

// TestPatience: how long a flood of one kind of mail, whose every name is another
// and isn't answered, keeps eight workers, and that other mail is asked for
// meanwhile. Without a bound it were 5 s of one worker for each question.
func TestPatience(t *testing.T) {
	tests := []struct {
		name     string
		standing policy.Standing
		domain   func(i int) string
		most     time.Duration
		places   int // that each takes of the workers
	}{
		{"strangers", policy.Stranger, func(i int) string { return fmt.Sprintf("n%d.example", i) }, 5 * time.Second, 1},
		{"of-one-domain", policy.Known, func(i int) string { return "dead.example" }, 5 * time.Second, 1},
		{"of-many-domains-on-file", policy.Known, func(i int) string { return fmt.Sprintf("n%d.example", i) }, 10 * time.Second, 1},
		{"with-a-secret", policy.Asked, func(i int) string { return "dead.example" }, 5 * time.Second, 1},
		{"large-of-one-domain", policy.Known, func(i int) string { return "dead.example" }, 5 * time.Second, 8},
		{"large-of-many-domains", policy.Known, func(i int) string { return fmt.Sprintf("n%d.example", i) }, 10 * time.Second, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const mails, workers = 1000, 8
				d := &silentDNS{below: ".dead.example."}
				c := &Checker{cache: newCache(d.ask, time.Now), purses: newPurses(), suffixes: &suffixes{}}
				started := time.Now()
				next := make(chan int)
				var wg sync.WaitGroup
				for range workers / tt.places {
					wg.Go(func() {
						for i := range next {
							s := policy.Sender{}
							p := patience{tt.standing, time.Now(), tt.places, c.purses.of(tt.domain(i), tt.standing), &s.PutOff}
							a := c.cache.lookup(context.Background(), fmt.Sprintf("s%d._domainkey.%d.dead.example.", i, i), p)
							if !errors.Is(a.err, errNoAnswer) {
								t.Errorf("%d: %+v", i, a)
							}
						}
					})
				}
				for i := range mails {
					next <- i
				}
				close(next)
				wg.Wait()
				if took := time.Since(started); took > tt.most {
					t.Errorf("%d mails took %s, want %s at most", mails, took, tt.most)
				}
				honest := policy.Sender{}
				a := c.cache.lookup(context.Background(), "s1._domainkey.north.example.", patience{policy.Asked, time.Now(), 1, c.purses.of("north.example", policy.Asked), &honest.PutOff})
				if a.err != nil || honest.PutOff {
					t.Errorf("the honest reply behind them: %v, put off %v", a.err, honest.PutOff)
				}
				time.Sleep(time.Minute) // the purses have filled again
				again := time.Now()
				put := policy.Sender{}
				a = c.cache.lookup(context.Background(), "s1._domainkey.late.dead.example.", patience{tt.standing, time.Now(), tt.places, c.purses.of(tt.domain(0), tt.standing), &put.PutOff})
				if waited := time.Since(again); waited < slice || put.PutOff && tt.places == 1 {
					t.Errorf("a minute later it is waited for %s: %v", waited, a.err)
				}
				time.Sleep(time.Minute) // no question is left open
			})
		})
	}
}

// TestPatienceOfAnswers: what is answered in time uses nothing up, however many
// want to know.
func TestPatienceOfAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Checker{cache: newCache(func(context.Context, string) answer {
			time.Sleep(time.Millisecond)
			return answer{txt: []string{"x"}, ttl: 60}
		}, time.Now), purses: newPurses(), suffixes: &suffixes{}}
		for i := range 200 {
			for _, standing := range []policy.Standing{policy.Stranger, policy.Known, policy.Asked} {
				s := policy.Sender{}
				a := c.cache.lookup(context.Background(), fmt.Sprintf("s%d-%d.example.", i, standing), patience{standing, time.Now(), 1, c.purses.of("north.example", standing), &s.PutOff})
				if a.err != nil || s.PutOff {
					t.Fatalf("%d of standing %d: %v", i, standing, a.err)
				}
			}
		}
	})
}

// TestPurse: what was not used of a slice comes back, and a purse is never fuller
// than full.
func TestPurse(t *testing.T) {
	p := newPurse(2*slice, 1)
	now := arrival
	taken := func() (n int) {
		for p.take(now, slice) {
			n++
		}
		return n
	}
	if n := taken(); n != 2 {
		t.Errorf("%d slices are in it, want 2", n)
	}
	p.giveBack(slice)
	if !p.take(now, slice) {
		t.Error("what comes back can be used")
	}
	if p.take(now.Add(slice/2), slice); p.take(now.Add(slice/2+1), slice) {
		t.Error("it has not filled yet")
	}
	now = now.Add(time.Hour)
	if n := taken(); n != 2 {
		t.Errorf("%d slices are in it after an hour, want 2: full, and no more than that", n)
	}
}

// TestStrangersKeys: keys of domains that can't vouch for the From address are
// not asked for, so nobody can make us wait for DNS of their choice.
func TestStrangersKeys(t *testing.T) {
	srv := startServer(t, "")
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	field := strings.ReplaceAll(rsaField("x", 64), "d=north.example", "d=evil.example")
	m, refused := rawmail.Scan([]byte(field+honest), rawmail.DefaultLimits())
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival})
	if len(s.DKIM) != 1 || s.DKIM[0].Reason != "dkim_not_aligned" || s.DKIM[0].Result != policy.ResultNeutral {
		t.Errorf("dkim %+v, want it named and not tried", s.DKIM)
	}
	for _, r := range s.Records {
		if strings.Contains(r.Name, "evil.example") {
			t.Errorf("asked for %s", r.Name)
		}
	}
}

// TestStrangersTime: nobody waits longer than a second for a stranger's DNS where
// others stand in line, and as long as for anybody else where nobody does.
func TestStrangersTime(t *testing.T) {
	for _, hurry := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			d := &silentDNS{}
			c := &Checker{cache: newCache(d.ask, time.Now), purses: newPurses(), suffixes: &suffixes{}}
			m, _ := rawmail.Scan([]byte(honest), rawmail.DefaultLimits())
			started := time.Now()
			s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival, Standing: policy.Stranger, Hurry: hurry})
			if took := time.Since(started); s.Result != policy.ResultTempError || (took == strangerTime) != hurry {
				t.Errorf("hurry %v: %s after %s", hurry, s.Result, took)
			}
			time.Sleep(time.Minute) // the questions come to their end
		})
	}
}
