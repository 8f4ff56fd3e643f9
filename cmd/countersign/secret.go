package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"countersign/clients/codes"
)

// maxSecret is the longest line that is read for a code, in bytes.
const maxSecret = 1024

// secret reads a code from standard input: hidden, and twice where it is to be
// set, if that is a terminal, else one line.
func (a *app) secret(what string, twice bool) (codes.Secret, error) {
	f, ok := a.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return line(a.stdin)
	}
	first, err := a.hidden(f, what)
	if err != nil || !twice {
		return first, err
	}
	again, err := a.hidden(f, "Once more")
	if err == nil && again != first {
		err = usage("What you typed the second time is something else. Nothing was set.")
	}
	return first, err
}

// hidden asks on a terminal without showing what is typed.
func (a *app) hidden(f *os.File, what string) (codes.Secret, error) {
	fmt.Fprintf(a.stderr, "%s (hidden): ", what)
	b, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(a.stderr)
	if err == nil {
		return line(bytes.NewReader(b))
	}
	return "", err
}

// line is the one line that a reader gives.
func line(r io.Reader) (codes.Secret, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	if err != nil {
		return "", err
	}
	text := strings.TrimRight(string(b), "\r\n")
	switch {
	case strings.TrimSpace(text) == "":
		return "", usage("Standard input is empty: type the code, or pipe it in as one line.")
	case len(b) > maxSecret || strings.ContainsAny(text, "\r\n"):
		return "", usage("Standard input is more than one line, and a code is one.")
	}
	return codes.Secret(text), nil
}
