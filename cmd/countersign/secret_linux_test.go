package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal gives both ends of a pseudo-terminal: the person's and the program's.
func terminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	must(t, err)
	must(t, unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0))
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	must(t, err)
	t.Cleanup(func() { person.Close(); program.Close() })
	return person, program
}

// prompted types a line at each prompt.
type prompted struct {
	said   bytes.Buffer
	person io.Writer
	lines  []string
}

func (p *prompted) Write(b []byte) (int, error) {
	if p.said.Write(b); bytes.HasSuffix(b, []byte(": ")) && len(p.lines) > 0 {
		line := p.lines[0]
		p.lines = p.lines[1:]
		time.AfterFunc(100*time.Millisecond, func() { _, _ = io.WriteString(p.person, line+"\n") }) // once the terminal shows nothing
	}
	return len(b), nil
}

// TestHidden: on a terminal a code is asked for, twice where it is set, and what
// is typed is shown nowhere.
func TestHidden(t *testing.T) {
	for _, tt := range []struct {
		name  string
		twice bool
		lines []string
		want  string
		fault string
	}{
		{"once", false, []string{"tulip-harbour 93"}, "tulip-harbour 93", ""},
		{"twice", true, []string{"tulip-harbour 93", "tulip-harbour 93"}, "tulip-harbour 93", ""},
		{"something-else", true, []string{"tulip-harbour 93", "tulip-harbour 94"}, "", "something else"},
		{"nothing", false, []string{""}, "", "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			person, program := terminal(t)
			said := &prompted{person: person, lines: tt.lines}
			a := &app{stdin: program, stderr: said}
			got, err := a.secret("New code", tt.twice)
			if tt.fault == "" && (err != nil || string(got) != tt.want) || tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)) {
				t.Errorf("secret() = %q, %v, want %q %s", string(got), err, tt.want, tt.fault)
			}
			if want := "New code (hidden): \n"; !strings.HasPrefix(said.said.String(), want) || strings.Contains(said.said.String(), "tulip") {
				t.Errorf("said %q, want %q", said.said.String(), want)
			}
			must(t, program.Close()) // what was shown can be read to its end then
			shown, _ := io.ReadAll(person)
			if bytes.Contains(shown, []byte("tulip")) {
				t.Errorf("the terminal shows %q", shown)
			}
		})
	}
}
