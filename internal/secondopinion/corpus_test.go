package secondopinion

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	msgauth "github.com/emersion/go-msgauth/dkim"
	"github.com/miekg/dns"
	"github.com/mjl-/adns"
	"github.com/mjl-/mox/dkim"
	moxdns "github.com/mjl-/mox/dns"
)

const corpus = "../../inbound/sender/testdata/corpus"

// zone holds the texts under names, or where an alias leads.
type zone map[string][]string

// escaped is how the zone's reader gives bytes that are no plain text.
var escaped = regexp.MustCompile(`\\(?:\d{3}|.)`)

func unescape(e string) string {
	if n, err := strconv.Atoi(e[1:]); err == nil && len(e) == 4 {
		return string([]byte{byte(n)})
	}
	return e[1:]
}

func readZone(t testing.TB, path string) zone {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zone{}
	p := dns.NewZoneParser(bytes.NewReader(text), ".", "")
	p.SetDefaultTTL(300)
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		name := strings.ToLower(rr.Header().Name)
		switch rr := rr.(type) {
		case *dns.TXT:
			z[name] = append(z[name], escaped.ReplaceAllStringFunc(strings.Join(rr.Txt, ""), unescape))
		case *dns.CNAME:
			z[name] = []string{"alias " + strings.ToLower(rr.Target)}
		}
	}
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	return z
}

func (z zone) txt(name string) ([]string, error) {
	out := z[strings.ToLower(dns.Fqdn(name))]
	if len(out) == 0 {
		return nil, errors.New("not found")
	}
	if target, ok := strings.CutPrefix(out[0], "alias "); ok {
		return z.txt(target)
	}
	return out, nil
}

// resolver lets mox read a zone.
type resolver struct {
	moxdns.Resolver
	zone
}

func (r resolver) LookupTXT(_ context.Context, name string) ([]string, adns.Result, error) {
	out, err := r.txt(name)
	if err != nil {
		return nil, adns.Result{}, &adns.DNSError{Err: err.Error(), Name: name, IsNotFound: true}
	}
	return out, adns.Result{}, nil
}

// TestCorpus: where a signature of the sender's corpus passes, which the test of
// that package holds, go-msgauth and mox verify one of that domain. Both judge x=
// by the wall clock, which says nothing of a message's arrival; go-msgauth takes
// no key that has other text beside it, mox no RSA key without
// SubjectPublicKeyInfo.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob(corpus + "/*/*.want")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	asked := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		for line := range strings.Lines(string(text)) {
			k, v, _ := strings.Cut(strings.TrimSpace(line), ":")
			want[k] = strings.TrimSpace(v)
		}
		if want["result"] != "pass" || want["by"] != "dkim" {
			continue
		}
		asked++
		base := strings.TrimSuffix(file, ".want")
		t.Run(strings.TrimPrefix(base, corpus+"/"), func(t *testing.T) {
			raw, err := os.ReadFile(base + ".eml")
			if err != nil {
				t.Fatal(err)
			}
			ask(t, raw, readZone(t, base+".zone"), want["domain"])
		})
	}
	if asked < 30 {
		t.Errorf("they were asked of %d messages", asked)
	}
}

func ask(t *testing.T, raw []byte, z zone, domain string) {
	t.Helper()
	list, err := msgauth.VerifyWithOptions(bytes.NewReader(raw), &msgauth.VerifyOptions{LookupTXT: z.txt})
	if err != nil {
		t.Fatalf("go-msgauth: %v", err)
	}
	if !slices.ContainsFunc(list, func(v *msgauth.Verification) bool {
		return strings.EqualFold(v.Domain, domain) && (v.Err == nil || strings.Contains(v.Err.Error(), "expired") || strings.Contains(v.Err.Error(), "multiple TXT"))
	}) {
		for _, v := range list {
			t.Errorf("go-msgauth does not agree: %s %v", v.Domain, v.Err)
		}
	}
	quiet := slog.New(slog.DiscardHandler)
	results, err := dkim.Verify(context.Background(), quiet, resolver{zone: z}, true, func(*dkim.Sig) error { return nil }, bytes.NewReader(raw), true)
	if err != nil {
		t.Fatalf("mox: %v", err)
	}
	if !slices.ContainsFunc(results, func(r dkim.Result) bool {
		return r.Sig != nil && r.Sig.Domain.ASCII == domain && (r.Err == nil || errors.Is(r.Err, dkim.ErrSigExpired) ||
			strings.Contains(r.Err.Error(), "ParsePKCS1PublicKey") || errors.Is(r.Err, dkim.ErrMultipleRecords))
	}) {
		t.Errorf("mox does not agree: %v", results)
	}
}

// BenchmarkVerify is a bare verification by go-msgauth, beside BenchmarkCheck of
// the package that judges senders.
func BenchmarkVerify(b *testing.B) {
	raw, err := os.ReadFile(corpus + "/dkim/002-rsa-2048.eml")
	if err != nil {
		b.Fatal(err)
	}
	z := readZone(b, corpus+"/dkim/002-rsa-2048.zone")
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		v, err := msgauth.VerifyWithOptions(bytes.NewReader(raw), &msgauth.VerifyOptions{LookupTXT: z.txt})
		if err != nil || v[0].Err != nil {
			b.Fatal(err, v)
		}
	}
}
