package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/exit"
	"countersign/internal/mailtest"
)

// asked is a desk on which sam may be told yes: a question needs no proof.
func asked(t *testing.T) (ask func(stdout io.Writer, args ...string) int) {
	t.Helper()
	dir := t.TempDir()
	conf, csv := filepath.Join(dir, "c.toml"), filepath.Join(dir, "contacts.csv")
	must(t, os.WriteFile(conf, []byte("state = \"state/state.db\"\nkey_file = \"state.key\"\n[[mailbox]]\nname = \"support\"\n"+
		"address = \"support@desk.example\"\nimap = \"127.0.0.1:1\"\ntls = \"none\"\npassword_file = \"secret\"\n"), 0o600))
	must(t, os.WriteFile(csv, []byte("client,client_name,email,name,role,permissions,language\nnorth,Northwind,ada@north.example,Ada Berg,primary,,en\n"), 0o600))
	t.Setenv("COUNTERSIGN_CONFIG", conf)
	ask = func(stdout io.Writer, args ...string) int {
		return run(context.Background(), args, strings.NewReader(""), stdout, io.Discard)
	}
	for _, args := range [][]string{
		{"contact", "import", csv},
		{"agent", "add", "sam", "--email", "sam@desk.example"},
		{"agent", "add", "lea", "--email", "lea@desk.example", "--role", "lead"},
		{"ticket", "open", "--contact", "ada@north.example", "--channel", "email", "--class", "question", "--subject", "How are you?", "--agent", "sam"},
	} {
		if code := ask(io.Discard, args...); code != exit.OK {
			t.Fatalf("%v: exit %d", args, code)
		}
	}
	return ask
}

// TestOnlyAllowIsYes asks as scripts do, with something else in the place of the
// ticket: it becomes no flag that answers, or that speaks for somebody else.
func TestOnlyAllowIsYes(t *testing.T) {
	ask := asked(t)
	if code := ask(io.Discard, "authorize", "T-1", "question", "--agent", "sam"); code != exit.OK {
		t.Fatalf("the plain question: exit %d", code)
	}
	for id, want := range map[string]int{
		"": exit.Usage, "-h": exit.Usage, "--help": exit.Usage, "--help=true": exit.Usage, "--help=false": exit.Usage, "help": exit.NoInput,
		"--": exit.Usage, "-": exit.NoInput, "--json": exit.Usage, "--config=x": exit.Usage, "--config": exit.Usage, "--at": exit.Usage,
		"--agent=lea": exit.Usage, "--agent": exit.Usage, "--channel=email": exit.Usage, "--version": exit.Usage, "T-2": exit.NoInput, " T-1": exit.NoInput,
		"question": exit.NoInput, "__complete": exit.NoInput, "T-1\n": exit.NoInput,
	} {
		for _, args := range [][]string{
			{"authorize", id, "question", "--agent", "sam"},
			{"authorize", "--agent", "sam", id, "question"},
			{"--json", "authorize", id, "question", "--agent=sam", "--channel=email"},
			{"authorize", "--agent", "sam", "--", id, "question"},
		} {
			got, want := ask(io.Discard, args...), want
			if len(args) == 6 && args[3] == "--" && id != "" { // behind it nothing is a flag
				want = exit.NoInput
			}
			if got != want {
				t.Errorf("%q: exit %d, want %d", args, got, want)
			}
		}
	}
	for _, words := range []string{
		"authorize", "authorize T-1", "authorize question T-1 --agent sam", "help authorize", "--help authorize", "-h authorize T-1 question --agent sam",
		"authorize -h", "authorize T-1 --help", "authorize T-1 question --agent sam --help", "authorize --json -h", "--json --help authorize",
		"authorize T-1 question --agent sam --agent lea", "authorize T-1 question --agent sam --agent=sam", "authorize T-1 question extra --agent sam",
		"authorize T-1 question --agent sam --channel email --channel chat", "authorize T-1 --agent lea question --agent sam",
		"verify", "verify -h", "help verify", "verify --help x.eml", "verify x.eml --at 2026-11-25T14:02:00Z --at 2026-11-26T14:02:00Z",
		"ticket check -h", "help ticket check", "audit verify -h", "help audit verify", "audit --help verify", "check-config -h", "help check-config", "readyz -h", "help readyz",
	} {
		if got := ask(io.Discard, strings.Fields(words)...); got != exit.Usage && (words != "authorize question T-1 --agent sam" || got == exit.OK) {
			t.Errorf("%s: exit %d", words, got)
		}
	}
	if got := ask(io.Discard, "authorize", "T-1", "", "--agent", "sam"); got != exit.Usage {
		t.Errorf("no class: exit %d", got)
	}
	for _, words := range []string{"--help", "help", "help ticket", "ticket open --help", "version", "--json --json version"} {
		if got := ask(io.Discard, strings.Fields(words)...); got != exit.OK {
			t.Errorf("%s: exit %d", words, got)
		}
	}
}

// TestAnswerLost: an allow whose receipt could not be told is no yes.
func TestAnswerLost(t *testing.T) {
	ask := asked(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		mailtest.Lacks(t, "no /dev/full")
	}
	defer full.Close()
	r, w := io.Pipe()
	r.Close() // as a pipe whose reader has gone
	for _, args := range [][]string{
		{"authorize", "T-1", "question", "--agent", "sam"},
		{"authorize", "T-1", "question", "--agent", "sam", "--json"},
		{"ticket", "show", "T-1"}, {"version"}, {"audit", "verify"}, {"ticket", "list", "--json"},
	} {
		for name, stdout := range map[string]io.Writer{"full": full, "closed": w} {
			if got := ask(stdout, args...); got != exit.IOErr {
				t.Errorf("%q, stdout %s: exit %d, want %d", args, name, got, exit.IOErr)
			}
		}
	}
	var out bytes.Buffer
	if code := ask(&out, "authorize", "T-1", "question", "--agent", "sam"); code != exit.OK || !strings.Contains(out.String(), "Receipt d-") {
		t.Errorf("afterwards: exit %d, %s", code, &out)
	}
}
