// Package suite holds what tests of several packages say about their run: which
// of two sizes they have, and how many of them wait at a time.
//
// It is not for what they need: servers and mail come from package mailtest.
package suite

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// Nightly reports whether the long runs are wanted, as in `.ci/run nightly`.
func Nightly() bool { return os.Getenv("COUNTERSIGN_NIGHTLY") != "" }

// Size gives how much a test does: enough to fail without the rule that it is
// for, and in a nightly run as much as the figures speak of.
func Size[T any](daily, nightly T) T {
	if Nightly() {
		return nightly
	}
	return daily
}

// Long skips, with -short, a test that takes more than a moment.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
}

// Waiting are tests that wait for servers, disks and clocks rather than compute:
// more of them run at a time than there are processors. Under the race detector
// they compute.
type Waiting struct{ *testing.M }

func (w Waiting) Run() int {
	flag.Parse()
	given := Race
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", strconv.Itoa(4*runtime.NumCPU())); err != nil {
			panic(err)
		}
	}
	return w.M.Run()
}
