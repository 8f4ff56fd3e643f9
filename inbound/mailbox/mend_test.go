package mailbox

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// written answers as a file in testdata/imap says, from which the literal of the
// body, sizes and numbers are left out.
func written(t *testing.T, file string) script {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	part := ""
	for line := range strings.Lines(string(raw)) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			part = line
		default:
			answers[part] += line + "\r\n"
		}
	}
	fill := strings.NewReplacer("{exists}", "1", "{uidnext}", "8", "{size}", fmt.Sprint(len(hostileMail)),
		"{literal}", fmt.Sprintf("{%d}\r\n%s", len(hostileMail), hostileMail))
	return func(tag, command string, w net.Conn) bool {
		for part, begins := range map[string]string{"[SELECT]": "SELECT", "[SEARCH]": "UID SEARCH", "[META]": "UID FETCH", "[BODY]": "UID FETCH"} {
			if answers[part] == "" || !strings.HasPrefix(command, begins) || begins == "UID FETCH" && (part == "[BODY]") != strings.Contains(command, "BODY") {
				continue
			}
			_, _ = io.WriteString(w, fill.Replace(answers[part])+tag+" OK done\r\n")
			return true
		}
		return false
	}
}

// TestAsServersWrite: what servers are known to write in other ways than the
// standard's keeps no mailbox from being opened and no message from being read.
func TestAsServersWrite(t *testing.T) {
	files, err := filepath.Glob("testdata/imap/*.imap")
	if err != nil || len(files) < 9 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".imap"), func(t *testing.T) {
			h := newHostile(t, "* OK hi", written(t, file))
			defer h.close()
			l := &ledger{}
			r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", FromBeginning: true, Timeout: 2 * time.Second, Patience: 1},
				l, l.handle, zerolog.Nop())
			if err := r.Once(context.Background()); err != nil || len(l.got) != 1 || string(l.got[0].Raw) != hostileMail {
				t.Fatalf("Once() = %v, got %+v", err, l.got)
			}
			if at := l.got[0].Arrived; at.IsZero() || at.Minute() != 59 && at.Minute() != 0 {
				t.Errorf("arrived %s", at)
			}
		})
	}
}

// TestMend: each row is one thing that is mended, or is not touched.
func TestMend(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"flags", "* FLAGS (\\Seen [a] b c]d)\r\n", "* FLAGS (\\Seen b)\r\n"},
		{"flags-quoted", `* FLAGS ("\\Deleted" "$Phishing" "a b" \Seen)` + "\r\n", `* FLAGS (\Deleted $Phishing \Seen)` + "\r\n"},
		{"flags-kept", "* OK [PERMANENTFLAGS (a [b]/All Mail \\* )] Flags permitted. \r\n", "* OK [PERMANENTFLAGS (a Mail \\*)] Flags permitted. \r\n"},
		{"text", "* OK FLAGS ([a]) ( ) x \r\n", "* OK FLAGS ([a]) ( ) x \r\n"},
		{"tagged", "a1 OK FLAGS ([a] ) \r\n", "a1 OK FLAGS ([a] ) \r\n"},
		{"fetch", "* 1 FETCH (FLAGS (a [b] ) UID 7 ) \r\n", "* 1 FETCH (FLAGS (a) UID 7)\r\n"},
		{"date", "* 1 FETCH (INTERNALDATE \"Mon, 15 Jun 2026 11:59:00 +0200\")\r\n", "* 1 FETCH (INTERNALDATE \"15-Jun-2026 11:59:00 +0200\")\r\n"},
		{"date-of-imap", "* 1 FETCH (INTERNALDATE \" 5-Jun-2026 11:59:00 +0200\")\r\n", "* 1 FETCH (INTERNALDATE \" 5-Jun-2026 11:59:00 +0200\")\r\n"},
		{"no-date", "* 1 FETCH (INTERNALDATE \"soon\")\r\n", "* 1 FETCH (INTERNALDATE \"soon\")\r\n"},
		{"within-quotes", "* 1 FETCH (X \" FLAGS ([a]) ( ) \\\" )\" UID 7)\r\n", "* 1 FETCH (X \" FLAGS ([a]) ( ) \\\" )\" UID 7)\r\n"},
		{"open-quotes", "* 1 FETCH (X \" FLAGS ([a] )\r\n", "* 1 FETCH (X \" FLAGS ([a] )\r\n"},
		{"literal", "* 1 FETCH (BODY[] {17}\r\n FLAGS ([a] ) \r\n  FLAGS ([a] b) )\r\n", "* 1 FETCH (BODY[] {17}\r\n FLAGS ([a] ) \r\n  FLAGS (b))\r\n"},
		{"literal-that-looks-like-a-response", "* 1 FETCH (BODY[] {14}\r\n* FLAGS ([a])\n)\r\n* FLAGS ([a])\r\n", "* 1 FETCH (BODY[] {14}\r\n* FLAGS ([a])\n)\r\n* FLAGS ()\r\n"},
		{"no-literal-in-text", "* OK {14}\r\n* FLAGS ([a])\r\n", "* OK {14}\r\n* FLAGS ()\r\n"},
		{"flags-without-end", "* FLAGS ([a]\r\n* FLAGS ([a] {3}\r\n)])\r\n", "* FLAGS ([a]\r\n* FLAGS ([a] {3}\r\n)])\r\n"},
		{"no-literal-made", "* 1 FETCH a{0} \r\n", "* 1 FETCH a{0} \r\n"},
		{"cr-before-blank", "* SEARCH 1 \r \n", "* SEARCH 1\n"},
		{"search", "* SEARCH 1 2 \r\n", "* SEARCH 1 2\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(mendAll([]byte(tt.in))); got != tt.want {
				t.Errorf("mendAll(%q)\n= %q, want\n  %q", tt.in, got, tt.want)
			}
		})
	}
}

// FuzzMend: what is mended is as before but for flags, blanks and dates, is mended
// once, and has the literals that it had.
func FuzzMend(f *testing.F) {
	for _, s := range []string{"* FLAGS (a [b] {3})\r\n", "* 1 FETCH (FLAGS ([a] {1}\r\n) ) BODY[] {2}\r\n\r\n )\r\n", "* 1 FETCH (INTERNALDATE \"1 Jan 2026 00:00:00 GMT\")\r\n", "* 1 \r \n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var s scanner
		end, err := s.take(in, 1<<20)
		if err != nil || end == 0 {
			return
		}
		block := in[:end]
		once := mendAll(append([]byte(nil), block...))
		var after scanner
		if whole, err := after.take(once, 1<<20); err != nil || whole != len(once) {
			t.Errorf("%q became %q, of which %d bytes are whole, %v", block, once, whole, err)
		}
		if twice := mendAll(append([]byte(nil), once...)); string(twice) != string(once) {
			t.Errorf("%q became %q, and then %q", block, once, twice)
		}
		if len(once) > len(block)+32*strings.Count(strings.ToUpper(string(block)), "INTERNALDATE") {
			t.Errorf("%q became longer: %q", block, once)
		}
	})
}
