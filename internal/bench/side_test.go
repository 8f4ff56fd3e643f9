package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime/pprof"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// job is what a side is told on its standard input.
type job struct {
	Config string // of ours
	IMAP   string
	SMTP   string
	DNS    string
	Dir    string // its own
	// Profile names a file for the profile of the processor.
	Profile string
}

// run is what a side tells in the end. The time until its process has begun is
// not in it: all sides are the same program.
type run struct {
	Handled  int // messages, of which
	Verified int // are what they say they are, by the pipeline alone
	Took     time.Duration
	CPU      time.Duration
	Peak     int // KiB of memory, at most
}

// sides are who reads the same mail.
var sides = map[string]func(job) (run, error){"ours": ours, "pipeline": pipeline, "bare fetch": bareFetch}

// process is the name under which this program is a side.
const process = "countersign-bench-side"

// be is the program as a side: a job in, a run out.
func be(name string) error {
	var j job
	if err := json.NewDecoder(os.Stdin).Decode(&j); err != nil {
		return err
	}
	if j.Profile != "" {
		f, err := os.Create(j.Profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	cpu, began := used(), time.Now()
	r, err := sides[name](j)
	if err != nil {
		return err
	}
	r.Took, r.CPU, r.Peak = time.Since(began), used()-cpu, peak()
	return json.NewEncoder(os.Stdout).Encode(r)
}

// used is the time that the processors had for this process.
func used() time.Duration {
	var u unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak is VmHWM (proc(5)). The kernel's ru_maxrss begins with what the parent of
// a process had.
func peak() (kib int) {
	b, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	_, _ = fmt.Sscan(rest, &kib)
	return kib
}

// start lets a side do a job in a process of its own.
func start(name string, j job) (r run, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	in, err := json.Marshal(j)
	if err != nil {
		return r, err
	}
	var said bytes.Buffer
	cmd := exec.Command(self)
	cmd.Args = []string{process, name}
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &said
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("%s: %w\n%s", name, err, said.Bytes())
	}
	return r, json.Unmarshal(out, &r)
}
