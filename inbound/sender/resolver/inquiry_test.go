package resolver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLookupBound: one message asks for 20 names and no more, a name it asked
// for before apart.
func TestLookupBound(t *testing.T) {
	asks := 0
	a := Inquiry{cache: newCache(func(context.Context, string) Answer { asks++; return Answer{TXT: []string{"x"}} }, time.Now), asked: map[string]Answer{}}
	for i := range MaxLookups {
		if r := a.TXT(context.Background(), fmt.Sprint("n", i)); r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if r := a.TXT(context.Background(), "n3"); r.Err != nil {
		t.Errorf("a name again: %v", r.Err)
	}
	if r := a.TXT(context.Background(), "more"); !errors.Is(r.Err, ErrTooMany) || asks != MaxLookups {
		t.Errorf("past the bound: %v after %d questions", r.Err, asks)
	}
}

// TestEvidenceBounds: however much strangers publish, so much is kept, cleaned.
func TestEvidenceBounds(t *testing.T) {
	reply := Answer{TXT: []string{"x"}, TTL: 60}
	asks := 0
	a := Inquiry{cache: newCache(func(context.Context, string) Answer { asks++; return reply }, time.Now), asked: map[string]Answer{}}
	if r := a.TXT(context.Background(), strings.Repeat("a.", 130)+"example"); !errors.Is(r.Err, ErrNotFound) || asks != 0 {
		t.Errorf("a name that is none: %+v after %d questions", r, asks)
	}
	reply.TXT = []string{"a\x00\x1b[31m\xff" + strings.Repeat("y", 2*maxRecord)}
	a.TXT(context.Background(), "long.example")
	if v := a.records[0].Value; len(v) != maxRecord || !strings.HasPrefix(v, "a??[31m?y") {
		t.Errorf("a long value is kept as %d bytes %.20q", len(v), v)
	}
	reply.TXT = make([]string, maxTXT)
	a.TXT(context.Background(), "many.example")
	if len(a.records) != maxRecords {
		t.Errorf("%d records are kept, want %d", len(a.records), maxRecords)
	}
	b := Inquiry{cache: a.cache, asked: map[string]Answer{}}
	reply.TXT = nil
	for range maxTXT {
		reply.TXT = append(reply.TXT, strings.Repeat("z", maxRecord))
	}
	b.TXT(context.Background(), "large.example")
	if n := len(b.records); n*maxRecord != maxEvidence {
		t.Errorf("%d bytes are kept, want %d", n*maxRecord, maxEvidence)
	}
}
