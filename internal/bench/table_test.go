package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// names are the sides in the order of the table.
var names = []string{"ours", "pipeline", "bare fetch"}

// figures are of one side or of two compared, one a round.
type figures []float64

func (f figures) median() float64 {
	f = slices.Sorted(slices.Values(f))
	if len(f)%2 == 1 {
		return f[len(f)/2]
	}
	return (f[len(f)/2-1] + f[len(f)/2]) / 2
}

// among is the median with the least and the most.
func (f figures) among(format string) string {
	return fmt.Sprintf(format+" ("+format+" to "+format+")", f.median(), slices.Min(f), slices.Max(f))
}

// rounds are the runs of each side, one a round.
type rounds map[string][]run

func (r rounds) of(side string, value func(run) float64) (f figures) {
	for _, one := range r[side] {
		f = append(f, value(one))
	}
	return f
}

// beside compares two sides within each round.
func (r rounds) beside(one, other string, value func(run) float64) (f figures) {
	a, b := r.of(one, value), r.of(other, value)
	for i := range a {
		f = append(f, a[i]/b[i])
	}
	return f
}

// The figures of a run of n messages.
func speed(n int) func(run) float64 {
	return func(r run) float64 { return float64(n) / r.Took.Seconds() }
}
func cost(n int) func(run) float64 {
	return func(r run) float64 { return r.CPU.Seconds() * 1000 / float64(n) }
}
func memory(r run) float64 { return float64(r.Peak) / 1024 }

// table tells of all rounds.
func (r rounds) table(d *desk) string {
	var b strings.Builder
	n, attached := len(d.people), 0
	for _, p := range d.people {
		if p.attach > 0 {
			attached++
		}
	}
	fmt.Fprintf(&b, "%d answers, %d of them with an attachment, %.1f MB; median of %d rounds (least to most)\n", n, attached, float64(d.bytes)/1e6, len(r["ours"]))
	fmt.Fprintf(&b, "%d processors, load %s, %s, %s for a write and fsync\n", runtime.NumCPU(), load1(), runtime.Version(), fsync(d.dir).Round(10*time.Microsecond))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\tmessages/s\tCPU ms a message\tpeak MiB\n")
	for _, side := range names {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", side, r.of(side, speed(n)).among("%.0f"), r.of(side, cost(n)).among("%.2f"), r.of(side, memory).among("%.0f"))
	}
	_ = w.Flush() // into memory
	fmt.Fprintf(&b, "ours beside the pipeline: %s of its messages/s, %s times its CPU\n",
		r.beside("ours", "pipeline", speed(n)).among("%.2f"), r.beside("ours", "pipeline", cost(n)).among("%.2f"))
	fmt.Fprintf(&b, "ours beside a bare fetch: %s of its messages/s\n", r.beside("ours", "bare fetch", speed(n)).among("%.3f"))
	return b.String()
}

// load1 is the load of the machine in the last minute, as it says.
func load1() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(b))[0]
}

// fsync is how long the disk takes to have 4 KiB for good, which is what a commit waits for.
func fsync(dir string) time.Duration {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return 0
	}
	defer f.Close()
	began := time.Now()
	const times = 50
	for range times {
		if _, err := f.Write(make([]byte, 4096)); err != nil || f.Sync() != nil {
			return 0
		}
	}
	return time.Since(began) / times
}
