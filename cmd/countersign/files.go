package main

import (
	"errors"
	"io"
	"os"
	"strings"

	"countersign/internal/exit"
)

// text is a flag's value, or standard input for -.
func (a *app) text(v string) (string, error) {
	if v != "-" {
		return v, nil
	}
	b, err := io.ReadAll(io.LimitReader(a.stdin, 1<<20))
	return strings.TrimRight(string(b), "\r\n"), err
}

// open opens a file, or standard input for -.
func (a *app) open(name string) (io.Reader, func(), error) {
	if name == "-" {
		return a.stdin, func() {}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, &exit.Error{Code: exit.NoInput, Reason: "no_such_file", Message: "Can't open " + name + ": " + errors.Unwrap(err).Error() + ".", Err: err}
	}
	return f, func() { f.Close() }, nil
}

// read reads a small file, or standard input for -.
func (a *app) read(name string) ([]byte, error) {
	f, closeFile, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer closeFile()
	b, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, unreadable(name, err)
	}
	return b, nil
}

func unreadable(name string, err error) error {
	return &exit.Error{Code: exit.IOErr, Reason: "unreadable", Message: "Can't read " + name + ": " + err.Error(), Err: err}
}
