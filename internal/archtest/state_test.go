package archtest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var writeState = flag.Bool("write-state", false, "write what docs/state.md says of the keys.go files anew")

const (
	stateFile  = "docs/state.md"
	stateBegin = "<!-- from here on: go test ./internal/archtest -run TestState -write-state -->\n"
	stateEnd   = "<!-- to here -->\n"
	stateHead  = "| key | what stands there | written | removed | schema |\n|---|---|---|---|---|\n"
	unsaid     = "?" // a cell that somebody has to fill in
)

// TestState: docs/state.md says of every key what its keys.go says, and beside it
// when it is written and removed, and since which schema; and of no other.
func TestState(t *testing.T) {
	path := filepath.Join(top(t), filepath.FromSlash(stateFile))
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), stateBegin)
	table, after, ok2 := strings.Cut(rest, stateEnd)
	if !ok || !ok2 {
		t.Fatalf("%s lacks its marks %q and %q", stateFile, stateBegin, stateEnd)
	}
	want := stateTable(owned(t, files(t)), said(table))
	if *writeState {
		if err := os.WriteFile(path, []byte(before+stateBegin+want+stateEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		table = want
	}
	if err := compare(table, want); err != nil {
		t.Errorf("%s is not what the keys.go files say: run this with -write-state and fill in what is new\n%v", stateFile, err)
	}
	for line := range strings.Lines(table) {
		if strings.Contains(line, "| "+unsaid+" |") {
			t.Errorf("%s: say when it is written and removed, and since which schema: %s", stateFile, line)
		}
	}
}

// said gives what a person wrote of each key: the cells behind the first two.
func said(table string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(table) {
		cells := strings.SplitN(strings.TrimSuffix(line, "\n"), " | ", 3)
		if len(cells) == 3 && strings.HasPrefix(cells[0], "| `") {
			out[cells[0]] = cells[2]
		}
	}
	return out
}

// stateTable is a table for each owner, in the order of the flow.
func stateTable(keys []key, said map[string]string) string {
	slices.SortStableFunc(keys, func(a, b key) int { return row(a.owner) - row(b.owner) })
	var out strings.Builder
	owner := ""
	for _, k := range keys {
		if k.owner != owner {
			owner = k.owner
			fmt.Fprintf(&out, "\n## %s\n\n%s", owner, stateHead)
		}
		first := "| `" + k.form + "`"
		rest, ok := said[first]
		if !ok {
			rest = strings.Join([]string{unsaid, unsaid, unsaid}, " | ") + " |"
		}
		fmt.Fprintf(&out, "%s | %s | %s\n", first, strings.ReplaceAll(k.holds, "<", `\<`), rest)
	}
	return out.String() + "\n"
}

func compare(got, want string) error {
	var errs []error
	has, wants := slices.Collect(strings.Lines(got)), slices.Collect(strings.Lines(want))
	for _, line := range wants {
		if !slices.Contains(has, line) {
			errs = append(errs, fmt.Errorf("missing: %s", strings.TrimSpace(line)))
		}
	}
	for _, line := range has {
		if !slices.Contains(wants, line) {
			errs = append(errs, fmt.Errorf("too much: %s", strings.TrimSpace(line)))
		}
	}
	if len(errs) == 0 && got != want {
		errs = append(errs, errors.New("the rows are in another order"))
	}
	return errors.Join(errs...)
}
