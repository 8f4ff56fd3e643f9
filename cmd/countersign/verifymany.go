package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"countersign/desk/gateway"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/policy"
)

// collection is many messages that one name stands for.
type collection struct {
	size int64 // to be read, in bytes or files; -1: not known
	each func(fn func(m found) error) error
}

// found is one message of a collection.
type found struct {
	label string
	raw   []byte
	read  int64 // how much of the collection's size it was
}

// verifyMany judges every message of a collection: a line each and a summary.
// Its exit status is 0 if all are authenticated.
func (a *app) verifyMany(ctx context.Context, name string, box collection, judge judgeFunc) error {
	counts := map[policy.Verdict]int{}
	bar := progress(a.stderr, name, box.size)
	err := box.each(func(m found) error {
		v, err := judge(ctx, m.raw)
		if err != nil {
			return err
		}
		counts[v.Verdict]++
		_ = bar.Clear() // the line that follows may go to the same terminal
		err = a.sayOneOfMany(m.label, v)
		_ = bar.Add64(m.read)
		return err
	})
	_ = bar.Finish()
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return unreadable(path.Path, path.Err)
	}
	if err != nil {
		return err
	}
	total := 0
	var parts []string
	for _, verdict := range []policy.Verdict{policy.Authenticated, policy.Unauthenticated, policy.Rejected, policy.Deferred, policy.Ignored} {
		total += counts[verdict]
		parts = append(parts, fmt.Sprintf("%d %s", counts[verdict], verdict))
	}
	if total == 0 { // which proves nothing
		return &exit.Error{Code: exit.NoInput, Reason: "no_message", Message: "There is no message in " + name + "."}
	}
	fmt.Fprintf(a.stderr, "%d messages: %s\n", total, strings.Join(parts, ", "))
	if counts[policy.Authenticated] != total {
		return answered(exit.NoPerm)
	}
	return nil
}

func (a *app) sayOneOfMany(label string, v gateway.Verification) error {
	if a.json {
		return a.print(struct {
			File string `json:"file"`
			gateway.Verification
		}{label, v})
	}
	reason := ""
	if len(v.Reasons) > 0 {
		reason = v.Reasons[0].Code
	}
	_, err := fmt.Fprintf(a.stdout, "%-15s %-18s %-30s %s\n", v.Verdict, reason, clean.Terminal(v.From), clean.Terminal(label))
	return err
}

// maildir is the messages of a maildir's cur and new, or of any folder of files.
func maildir(name string) collection {
	dirs := []string{filepath.Join(name, "cur"), filepath.Join(name, "new")}
	if !isDir(dirs[0]) && !isDir(dirs[1]) { // else what lies beside them is no message
		dirs = []string{name}
	}
	var paths []string
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return collection{-1, func(func(found) error) error { return err }}
		}
		for _, e := range entries {
			if e.Type().IsRegular() {
				paths = append(paths, filepath.Join(dir, e.Name()))
			}
		}
	}
	return collection{int64(len(paths)), func(fn func(found) error) error {
		for _, path := range paths {
			raw, err := readFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				path = renamed(path)
				raw, err = readFile(path)
			}
			if err == nil {
				err = fn(found{path, raw, 1})
			}
			if err != nil {
				return err
			}
		}
		return nil
	}}
}

// renamed finds where a mail program has moved a message of a maildir that was
// read or marked meanwhile: to cur, with other flags behind the colon. It gives
// the path back where there is no such file.
func renamed(path string) string {
	unique, _, _ := strings.Cut(filepath.Base(path), ":")
	cur := filepath.Join(filepath.Dir(filepath.Dir(path)), "cur")
	entries, _ := os.ReadDir(cur)
	for _, e := range entries {
		if name, _, flagged := strings.Cut(e.Name(), ":"); flagged && name == unique && e.Type().IsRegular() {
			return filepath.Join(cur, e.Name())
		}
	}
	return path
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readMessage(f)
}

// progress gives a bar on a terminal, and nothing elsewhere.
func progress(w io.Writer, what string, size int64) *progressbar.ProgressBar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(size)
	}
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(clean.Terminal(what)),
		progressbar.OptionSetPredictTime(true), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish())
}
