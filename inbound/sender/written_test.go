package sender

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/inbound/sender/dkim"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// TestSealedAsWritten: a message that a forwarder seals afresh is as old as its
// author's side says, and is known again by the author's signature.
func TestSealedAsWritten(t *testing.T) {
	const hour = time.Hour
	tests := []struct {
		name string
		date time.Time // of the Date field
		t    time.Time // of the author's signature
		want time.Time
	}{
		{"now", arrival.Add(-time.Minute), arrival.Add(-time.Minute), arrival.Add(-time.Minute)},
		{"old-date", arrival.Add(-5 * hour), arrival.Add(-time.Minute), arrival.Add(-5 * hour)},
		{"old-signature", arrival.Add(-time.Minute), arrival.Add(-5 * hour), arrival.Add(-5 * hour)},
		{"later-than-the-seal", arrival.Add(hour), arrival.Add(hour), arrival.Add(-30 * time.Second)},
	}
	srv := startServer(t, keyLine("north.example", "s1", "ed")+keyLine("list.example", "arc", "other"))
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw := strings.Replace(honest, "Wed, 25 Nov 2026 11:59:00 +0000", tt.date.Format(time.RFC1123Z), 1)
			signed := sign(raw, seal{d: "north.example", t: tt.t.Unix()})
			list := strings.Replace(signed, "Reset", "[list] Reset", 1)
			m, _ := rawmail.Scan([]byte(arcSeal(list, "list.example", 1, "none", "dkim=pass header.d=north.example", arcFields)), rawmail.DefaultLimits())
			s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival, Trust: Trust{ARCSealers: []string{"list.example"}}})
			first, _ := rawmail.Scan([]byte(signed), rawmail.DefaultLimits())
			author, err := dkim.Parse(first.Fields[0].Raw)
			if err != nil {
				t.Fatal(err)
			}
			if s.By != policy.ByARC || !s.SignedAt.Equal(tt.want) || s.SignatureID != signatureID(author, "ada@north.example") {
				t.Errorf("Check() = by %s, signed %v, known by %.8s; want arc, %v, %.8s", s.By, s.SignedAt, s.SignatureID, tt.want, signatureID(author, "ada@north.example"))
			}
			if s.Exclusive || s.Proves(true) {
				t.Error("a sealer's word counts for what is privileged")
			}
		})
	}
}

// TestKnownByEverySignature: a message is known again by every signature that a
// copy of it could count by, and by none that doesn't hold.
func TestKnownByEverySignature(t *testing.T) {
	srv := startServer(t, keyLine("north.example", "s1", "ed")+keyLine("north.example", "s2", "other")+
		keyLine("list.example", "arc", "other")+keyLine("evil.example", "s1", "ed"))
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	trust := Trust{ARCSealers: []string{"list.example"}, AuthservIDs: []string{"mx.desk.example"}}
	known := func(raw string) []string {
		t.Helper()
		m, _ := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
		s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival, Trust: trust})
		if s.Result != policy.ResultPass {
			t.Fatalf("Check() = %s %v", s.Result, s.Reasons)
		}
		return s.SignatureIDs()
	}
	seal1, seal2 := seal{d: "north.example", t: arrival.Unix()}, seal{d: "north.example", s: "s2", key: "other", t: arrival.Unix()}
	one, two := sign(honest, seal1), sign(honest, seal2)
	field := func(raw string) string { return strings.TrimSuffix(raw, honest) }
	both := field(one) + two
	first, second := known(one), known(two)
	junk := strings.Replace(field(one), "t=", "t=1", 1)
	for name, raw := range map[string]string{
		"both":   both,
		"turned": field(two) + one,
		"junk":   junk + both,
		"border": "Authentication-Results: mx.desk.example; dkim=pass header.d=north.example\r\n" + strings.Replace(both, "YES\r\n", "YES\r\nscanned\r\n", 1),
	} {
		if ids := known(raw); len(ids) != 2 || !slices.Contains(ids, first[0]) || !slices.Contains(ids, second[0]) {
			t.Errorf("%s: known by %d signatures, want both", name, len(ids))
		}
	}
	sealed := func(raw string) string {
		return arcSeal(strings.Replace(raw, "Reset", "[list] Reset", 1), "list.example", 1, "none", "dkim=pass header.d=north.example", arcFields)
	}
	for name, raw := range map[string]string{"sealed": one, "sealed-with-junk": field(one) + strings.Replace(two, "t=", "t=1", 1)} {
		if ids := known(sealed(raw)); !slices.Contains(ids, first[0]) {
			t.Errorf("%s: not known by the author's signature", name)
		}
	}
	stripped := known(strings.Replace(sealed(one), "DKIM-Signature", "X-Old-Signature", 1))
	if !slices.Contains(known(sealed(one)), stripped[0]) {
		t.Error("stripped: a sealed message is not known again without its author's signature")
	}
	if ids := known(sealed(field(sign(honest, seal{d: "evil.example", t: arrival.Unix()})) + one)); len(ids) != 2 {
		t.Error("stranger: known by the signature of a domain that can't vouch for it")
	}
	many, _ := rawmail.Scan([]byte(sealed(strings.Repeat(junk, maxAuthors)+one)), rawmail.DefaultLimits())
	if s := c.Check(context.Background(), Request{Message: many, From: "ada@north.example", Arrived: arrival, Trust: trust}); s.Result == policy.ResultPass {
		t.Error("more signatures than are looked at: pass")
	}
}

// TestKnownOfItsSender: who copies the signature of another's message into one of
// their own, at the same provider or where DNS doesn't answer, doesn't make that
// message known.
func TestKnownOfItsSender(t *testing.T) {
	srv := startServer(t, keyLine("north.example", "s1", "ed")+keyLine("list.example", "arc", "other")+
		";!servfail slow._domainkey.north.example\n")
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	known := func(raw, from string) []string {
		t.Helper()
		m, _ := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
		s := c.Check(context.Background(), Request{Message: m, From: from, Arrived: arrival, Trust: Trust{ARCSealers: []string{"list.example"}}})
		if s.Result != policy.ResultPass {
			t.Fatalf("Check() of %s = %s %v", from, s.Result, s.Reasons)
		}
		return s.SignatureIDs()
	}
	own := seal{d: "north.example", t: arrival.Unix()}
	slow := seal{d: "north.example", s: "slow", t: arrival.Unix()}
	hers := sign(sign(honest, slow), own)
	fields := strings.TrimSuffix(hers, honest)
	his := sign(strings.Replace(honest, "ada@", "bob@", 1), own)
	sealed := arcSeal(fields+strings.Replace(his, "Reset", "[list] Reset", 1), "list.example", 1, "none", "dkim=pass header.d=north.example", arcFields)
	victim := known(hers, "ada@north.example")
	if len(victim) != 2 {
		t.Fatalf("known by %d signatures, want 2", len(victim))
	}
	for name, raw := range map[string]string{"unanswered": fields + his, "sealed": sealed} {
		for _, id := range known(raw, "bob@north.example") {
			if slices.Contains(victim, id) {
				t.Errorf("%s: the message of another is known by it", name)
			}
		}
	}
}

// TestShownKept: the addresses in the name beside From are told, whoever sent it.
func TestShownKept(t *testing.T) {
	srv := startServer(t, keyLine("north.example", "s1", "ed"))
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	raw := strings.Replace(honest, "Ada Berg <", `"Bob <bob@south.example>" <`, 1)
	for _, raw := range []string{raw, sign(raw, seal{d: "north.example", t: arrival.Unix()})} {
		m, _ := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
		if s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival}); !slices.Equal(s.Shown, []string{"bob@south.example"}) {
			t.Errorf("%s: shown %v", s.Result, s.Shown)
		}
	}
}

// TestBorderTrust: the border's word for a body that it changed is exclusive
// only where the mailbox is, and an empty id pins nobody.
func TestBorderTrust(t *testing.T) {
	srv := startServer(t, keyLine("north.example", "s1", "ed"))
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(sign(honest, seal{d: "north.example", t: arrival.Unix()}), "YES\r\n", "YES\r\nscanned\r\n", 1)
	results := func(id string) *rawmail.Message {
		m, _ := rawmail.Scan([]byte("Authentication-Results: "+id+"; dkim=pass header.d=north.example; spf=pass smtp.mailfrom=north.example\r\n"+changed), rawmail.DefaultLimits())
		return m
	}
	for _, exclusive := range []bool{false, true} {
		s := c.Check(context.Background(), Request{Message: results("mx.desk.example"), From: "ada@north.example", Arrived: arrival,
			Trust: Trust{AuthservIDs: []string{"", "mx.desk.example"}, Exclusive: exclusive}})
		if s.By != policy.ByBorder || s.Exclusive != exclusive || s.Proves(true) != exclusive || !s.Proves(false) {
			t.Errorf("in a mailbox that is exclusive %v: by %s, exclusive %v", exclusive, s.By, s.Exclusive)
		}
	}
	s := c.Check(context.Background(), Request{Message: results("mx.evil.example"), From: "ada@north.example", Arrived: arrival, Trust: Trust{AuthservIDs: []string{""}}})
	if s.Result == policy.ResultPass || s.SPF != policy.ResultNone {
		t.Errorf("an empty id pins somebody: %s, spf %s", s.Result, s.SPF)
	}
}
