package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// many runs verify on a file or folder, and gives the exit code, the verdicts
// in order, the lines for people and the summary.
func (w *world) many(path string) (code int, verdicts []string, lines, summary string) {
	w.t.Helper()
	var out, text, errs bytes.Buffer
	args := []string{"--config", filepath.Join(w.dir, "c.toml"), "verify", "--world", filepath.Join(w.dir, "world.json"), path}
	person := run(context.Background(), args, strings.NewReader(""), &text, &errs)
	errs.Reset()
	code = run(context.Background(), append(args, "--json"), strings.NewReader(""), &out, &errs)
	if code != person {
		w.t.Errorf("exit %d with --json, %d without", code, person)
	}
	for line := range strings.Lines(out.String()) {
		var v struct {
			File string
			verified
		}
		if json.Unmarshal([]byte(line), &v) == nil && v.Verdict != "" {
			verdicts = append(verdicts, v.Verdict)
			if !strings.HasPrefix(v.File, path) {
				w.t.Errorf("file is %q, not in %s", v.File, path)
			}
		}
	}
	return code, verdicts, text.String(), errs.String() + out.String()
}

// mboxOf joins messages as the mboxrd kind does: each From line of a message gets
// one more >.
func mboxOf(newline string, messages ...[]byte) []byte {
	var b bytes.Buffer
	for _, m := range messages {
		b.WriteString("From sender@client.example Wed Nov 25 12:00:00 2026" + newline)
		for line := range bytes.Lines(m) {
			line = bytes.TrimRight(line, "\r\n")
			if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
				b.WriteByte('>')
			}
			b.Write(line)
			b.WriteString(newline)
		}
		b.WriteString(newline)
	}
	return b.Bytes()
}

// TestVerifyMbox: every message of an mbox comes out as if it were alone, with
// From lines in its body and in what it quotes, in both kinds of line ends.
func TestVerifyMbox(t *testing.T) {
	w := newWorld(t)
	ada := "Ada Berg <ada@north.example>"
	body := "YES\n\nFrom here on nothing counts.\n>From there neither.\n>>From nowhere.\n\nOn Wed, 25 Nov 2026, Support wrote:\n> From: support@desk.example\n> From time to time we ask.\n"
	yes := w.sign("north.example", w.answer(ada, body))
	forged := []byte(w.answer(ada, "YES"))
	machine := w.sign("north.example", "Auto-Submitted: auto-replied\r\n"+w.answer(ada, "YES"))
	unclear := w.sign("north.example", w.answer(ada, "From what I see, what is this about?"))
	tests := []struct {
		name     string
		messages [][]byte
		cut      int // bytes cut off the end
		exit     int
		want     []string
		summary  string
	}{
		{"one-good", [][]byte{yes}, 0, 0, []string{"authenticated"}, "1 messages: 1 authenticated"},
		{"no-line-end-at-the-end", [][]byte{unclear}, 2, 0, []string{"authenticated"}, "1 messages: 1 authenticated"},
		{"good-ones", [][]byte{yes, unclear, yes}, 0, 0, []string{"authenticated", "authenticated", "authenticated"}, "3 messages: 3 authenticated"},
		{"mixed", [][]byte{yes, forged, machine}, 0, 77, []string{"authenticated", "rejected", "ignored"}, "3 messages: 1 authenticated, 0 unauthenticated, 1 rejected, 0 deferred, 1 ignored"},
	}
	for _, tt := range tests {
		for ends, newline := range map[string]string{"lf": "\n", "crlf": "\r\n"} {
			t.Run(tt.name+"/"+ends, func(t *testing.T) {
				w.t = t
				path := filepath.Join(t.TempDir(), "box")
				b := mboxOf(newline, tt.messages...)
				must(t, os.WriteFile(path, b[:len(b)-tt.cut], 0o600))
				code, verdicts, lines, summary := w.many(path)
				if code != tt.exit || !slices.Equal(verdicts, tt.want) || !strings.Contains(summary, tt.summary) {
					t.Errorf("exit %d %v, want %d %v and %q:\n%s%s", code, verdicts, tt.exit, tt.want, tt.summary, lines, summary)
				}
				if got := strings.Count(lines, "\n"); got != len(tt.want) {
					t.Errorf("%d lines for %d messages:\n%s", got, len(tt.want), lines)
				}
			})
		}
	}
}

// TestVerifyMboxIsVerify: a message in an mbox of either kind gets the verdict
// and the reply text that it gets alone.
func TestVerifyMboxIsVerify(t *testing.T) {
	w := newWorld(t)
	raw := w.sign("north.example", w.answer("Ada Berg <ada@north.example>", "YES\n\nFrom my phone\n"))
	_, alone := w.verify(raw)
	for ends, newline := range map[string]string{"lf": "\n", "crlf": "\r\n"} {
		path := filepath.Join(t.TempDir(), "box")
		must(t, os.WriteFile(path, mboxOf(newline, raw, raw), 0o600))
		_, _, _, out := w.many(path)
		n := 0
		for line := range strings.Lines(out) {
			var v verified
			if json.Unmarshal([]byte(line), &v) != nil {
				continue
			}
			n++
			if v.ReplyText != alone.ReplyText || v.Verdict != alone.Verdict || v.Confirmed != alone.Confirmed || fmt.Sprint(v.Sender) != fmt.Sprint(alone.Sender) {
				t.Errorf("%s: in the mbox %+v, alone %+v", ends, v, alone)
			}
		}
		if n != 2 {
			t.Errorf("%s: %d messages, want 2", ends, n)
		}
	}
}

// TestVerifyMboxFromStandardInput: an mbox is one however it comes.
func TestVerifyMboxFromStandardInput(t *testing.T) {
	w := newWorld(t)
	yes := w.sign("north.example", w.answer("Ada Berg <ada@north.example>", "YES"))
	var out, errs bytes.Buffer
	code := run(context.Background(), []string{"--config", filepath.Join(w.dir, "c.toml"), "verify", "--world", filepath.Join(w.dir, "world.json"), "-"},
		bytes.NewReader(mboxOf("\n", yes, yes)), &out, &errs)
	if code != 0 || strings.Count(out.String(), "authenticated") != 2 || !strings.Contains(errs.String(), "2 messages: 2 authenticated") {
		t.Errorf("exit %d\n%s%s", code, out.String(), errs.String())
	}
}

// TestVerifyMboxTooLarge: a message over every limit, without a line end, is
// one verdict, and the next message is read.
func TestVerifyMboxTooLarge(t *testing.T) {
	w := newWorld(t)
	ada := "Ada Berg <ada@north.example>"
	yes := w.sign("north.example", w.answer(ada, "YES"))
	must(t, os.WriteFile(filepath.Join(w.dir, "c.toml"), fmt.Appendf(nil, "[dns]\nresolver = %q\n[limits]\nsize = \"1MiB\"\n", w.dns.Addr), 0o600))
	path := filepath.Join(t.TempDir(), "box")
	large := []byte(w.answer(ada, strings.Repeat("x", 2<<20)+" From here"))
	must(t, os.WriteFile(path, mboxOf("\n", large, yes), 0o600))
	code, verdicts, _, summary := w.many(path)
	if want := []string{"rejected", "authenticated"}; code != 77 || !slices.Equal(verdicts, want) || !strings.Contains(summary, "too_large") {
		t.Errorf("exit %d, %v\n%.900s", code, verdicts, summary)
	}
}

// TestVerifyPipe: a message that comes through a pipe, as /dev/stdin or from
// a shell's <(), is read whole.
func TestVerifyPipe(t *testing.T) {
	w := newWorld(t)
	raw := w.sign("north.example", w.answer("Ada Berg <ada@north.example>", "YES"))
	r, pipe, err := os.Pipe()
	must(t, err)
	defer r.Close()
	_, err = pipe.Write(raw)
	must(t, err)
	must(t, pipe.Close())
	var out, errs bytes.Buffer
	args := []string{"--config", filepath.Join(w.dir, "c.toml"), "verify", "--world", filepath.Join(w.dir, "world.json"), fmt.Sprintf("/dev/fd/%d", r.Fd())}
	if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != 0 {
		t.Errorf("exit %d: %s%s", code, &out, &errs)
	}
}

// TestVerifyMaildir: the messages of a maildir are those in cur and new, and
// not the index files that mail servers keep beside them.
func TestVerifyMaildir(t *testing.T) {
	w := newWorld(t)
	ada := "Ada Berg <ada@north.example>"
	yes := w.sign("north.example", w.answer(ada, "YES"))
	unix := bytes.ReplaceAll(yes, []byte("\r\n"), []byte("\n"))
	dir := t.TempDir()
	for _, sub := range []string{"cur", "new", "tmp", ".Sent/cur"} {
		must(t, os.MkdirAll(filepath.Join(dir, sub), 0o700))
	}
	put := func(name string, raw []byte) { must(t, os.WriteFile(filepath.Join(dir, name), raw, 0o600)) }
	put("cur/1.host:2,S", yes)
	put("new/2.host", unix)
	put("dovecot-uidlist", []byte("3 V1 N3\n"))
	put("subscriptions", []byte("INBOX\n"))
	put("tmp/3.host", []byte("From: half of"))
	code, verdicts, lines, summary := w.many(dir)
	if code != 0 || !slices.Equal(verdicts, []string{"authenticated", "authenticated"}) || !strings.Contains(summary, "2 messages: 2 authenticated") {
		t.Errorf("exit %d, %v\n%s%s", code, verdicts, lines, summary)
	}
	put("new/4.host", []byte(w.answer(ada, "YES")))
	if code, verdicts, lines, _ := w.many(dir); code != 77 || len(verdicts) != 3 || strings.Count(lines, "\n") != 3 {
		t.Errorf("with a forged one: exit %d, %v\n%s", code, verdicts, lines)
	}
	must(t, os.Remove(filepath.Join(dir, "new/4.host")))
	w.dns.Fail("", dns.RcodeServerFailure)
	if code, verdicts, _, _ := w.many(dir); code == 0 || !slices.Equal(verdicts, []string{"deferred", "deferred"}) {
		t.Errorf("without DNS: exit %d, %v", code, verdicts)
	}
}

// TestVerifyNothing: no message is no proof, and what can't be read is said.
func TestVerifyNothing(t *testing.T) {
	w := newWorld(t)
	if code, _, lines, summary := w.many(t.TempDir()); code != 66 || lines != "" || !strings.Contains(summary, "no message") {
		t.Errorf("an empty folder: exit %d\n%s%s", code, lines, summary)
	}
	if code, _, _, summary := w.many(filepath.Join(t.TempDir(), "none")); code != 66 {
		t.Errorf("no such file: exit %d\n%s", code, summary)
	}
	if os.Getuid() == 0 {
		return // root reads everything
	}
	path := filepath.Join(t.TempDir(), "box")
	must(t, os.WriteFile(path, []byte("From x\n"), 0))
	if code, _, _, summary := w.many(path); code != 74 && code != 66 {
		t.Errorf("unreadable: exit %d\n%s", code, summary)
	}
}
