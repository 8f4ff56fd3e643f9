package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/internal/mailtest"
)

// TestCases judges every message below testdata/cases by the command line, against
// world.json there: inputs of bug reports that other programs got. Beside
// NN-name.eml stand NN-name.zone, the DNS records that it needs, and
// NN-name.want, one line: `at=` when it is judged, `ownlist=` and `sealer=` what
// own_list_ids and arc_sealers name, and what must come out (see checkCase).
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*/*.eml")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		base := strings.TrimSuffix(file, ".eml")
		t.Run(filepath.Base(base), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			must(t, err)
			want, err := os.ReadFile(base + ".want")
			must(t, err)
			checkCase(t, judgeCase(t, raw, want, serveZone(t, base+".zone")), want)
		})
	}
}

// caseWant is one `key=value` of a .want, which ends with ` -- why`.
var caseWant = regexp.MustCompile(`([a-z]+)=("[^"]*"|\S+)`)

// caseWants gives the values of a key.
func caseWants(want []byte, key string) (values []string) {
	line, _, _ := strings.Cut(string(want), " -- ")
	for _, found := range caseWant.FindAllStringSubmatch(line, -1) {
		if found[1] == key {
			values = append(values, strings.Trim(found[2], `"`))
		}
	}
	return values
}

// serveZone serves the lines `name TXT value` of a file.
func serveZone(t *testing.T, file string) *mailtest.DNS {
	t.Helper()
	zone, err := os.ReadFile(file)
	must(t, err)
	server, err := mailtest.NewDNS()
	must(t, err)
	t.Cleanup(server.Close)
	records := map[string][]string{}
	for line := range strings.Lines(string(zone)) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " TXT "); ok {
			records[name] = append(records[name], value)
		}
	}
	for name, values := range records {
		server.TXT(name, values...)
	}
	return server
}

func judgeCase(t *testing.T, raw, want []byte, server *mailtest.DNS) (v verified) {
	t.Helper()
	list := func(key string) []byte {
		out, err := json.Marshal(append([]string{}, caseWants(want, key)...))
		must(t, err)
		return out
	}
	config := fmt.Sprintf("[dns]\nresolver = %q\ntimeout = \"1s\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\n"+
		"imap = \"mail.desk.example:993\"\npassword_file = \"none\"\nreply_address = \"support+{token}@desk.example\"\n"+
		"[mailbox.trust]\nauthserv_ids = [\"mx.desk.example\"]\nexclusive = true\nown_list_ids = %s\narc_sealers = %s\n", server.Addr, list("ownlist"), list("sealer"))
	file := filepath.Join(t.TempDir(), "c.toml")
	must(t, os.WriteFile(file, []byte(config), 0o600))
	var out, errs bytes.Buffer
	code := run(context.Background(), []string{"--config", file, "verify", "--world", "testdata/cases/world.json", "--at", caseWants(want, "at")[0], "-", "--json"},
		bytes.NewReader(raw), &out, &errs)
	if err := json.Unmarshal(out.Bytes(), &v); err != nil || v.Verdict == "" {
		t.Fatalf("exit %d: %v\n%s%s", code, err, out.String(), errs.String())
	}
	return v
}

// checkCase compares: `a|b` is either, `!a` anything else, and `hasnot` no part
// of the writer's own words.
func checkCase(t *testing.T, v verified, want []byte) {
	t.Helper()
	results := map[string]string{"verdict": v.Verdict, "kind": v.Kind, "bound": v.Bound, "intent": v.Intent, "confirmed": fmt.Sprint(v.Confirmed)}
	for _, key := range slices.Sorted(maps.Keys(results)) {
		got := results[key]
		for _, w := range caseWants(want, key) {
			other, not := strings.CutPrefix(w, "!")
			matches := false
			for one := range strings.SplitSeq(other, "|") {
				matches = matches || one == got
			}
			if matches == not {
				t.Errorf("%s is %q, want %s\n%s%+v", key, got, w, want, v)
			}
		}
	}
	for _, w := range caseWants(want, "hasnot") {
		if strings.Contains(v.ReplyText, w) {
			t.Errorf("the own text holds %q: %q\n%s", w, v.ReplyText, want)
		}
	}
}
