package mailtest

import "os"

// skipper is what Lacks needs of a test.
type skipper interface {
	Helper()
	Fatal(args ...any)
	Skip(args ...any)
}

// Lacks skips a test for want of what the machine doesn't have or let us do;
// where COUNTERSIGN_NEED_SERVERS is set, as in .ci/run, it fails instead.
func Lacks(t skipper, why ...any) {
	t.Helper()
	if os.Getenv("COUNTERSIGN_NEED_SERVERS") != "" {
		t.Fatal(why...)
	}
	t.Skip(why...)
}
