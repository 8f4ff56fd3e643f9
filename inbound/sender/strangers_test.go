package sender

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
	"countersign/policy"
)

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
			c := over(t, func(context.Context, string) resolver.Answer {
				time.Sleep(5 * time.Second) // as long as a question may take
				return resolver.Answer{Err: resolver.ErrNoAnswer}
			})
			m, _ := rawmail.Scan([]byte(honest), rawmail.DefaultLimits())
			started := time.Now()
			s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival, Standing: policy.Stranger, Hurry: hurry})
			if took := time.Since(started); s.Result != policy.ResultTempError || (took == time.Second) != hurry {
				t.Errorf("hurry %v: %s after %s", hurry, s.Result, took)
			}
			time.Sleep(time.Minute) // the questions come to their end
		})
	}
}
