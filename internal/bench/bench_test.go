package bench

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"countersign/internal/suite"
)

var (
	messages   = flag.Int("messages", 1000, "how many answers wait for BenchmarkPipeline")
	times      = flag.Int("rounds", 3, "how often each side of BenchmarkPipeline reads them")
	seed       = flag.Uint64("seed", 1, "of the answers")
	cpuprofile = flag.String("cpuprofile", "", "let ours run once more and write its profile there")
)

func TestMain(m *testing.M) {
	if os.Args[0] != process {
		os.Exit(m.Run())
	}
	if err := be(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestSides: each side handles every message, and takes it for what it is.
func TestSides(t *testing.T) {
	suite.Long(t)
	d := newDesk(t, 30, *seed)
	for _, name := range names {
		if _, err := d.run(name, ""); err != nil {
			t.Error(err)
		}
	}
}

// TestAnswers: the answers are of the size that they should be, and follow from
// the seed.
func TestAnswers(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	notice := []byte("Reply-To: <support+x@desk.example>\r\nMessage-ID: <n@desk.example>\r\nDate: Wed, 25 Nov 2026 08:00:00 +0000\r\nSubject: [T-1] Please confirm\r\n\r\nPlease reset it.\r\n")
	answer := func(seed uint64, n int) []byte {
		raw, err := newPerson(seed, n, len(domains)).answer(notice, now)
		must(t, err)
		return raw
	}
	attached, least, most := 0, 1<<30, 0
	for n := range 200 {
		raw := answer(1, n)
		if !bytes.Equal(raw, answer(1, n)) || bytes.Equal(raw, answer(2, n)) {
			t.Fatalf("answer %d does not follow from the seed", n)
		}
		size := len(raw)
		if p := newPerson(1, n, len(domains)); p.attach > 0 {
			attached, size = attached+1, size-p.attach
		}
		least, most = min(least, size), max(most, size)
	}
	if attached != 20 || least < 14_000 || most > 40<<10 {
		t.Errorf("%d of 200 answers have an attachment; without it they have %d to %d bytes", attached, least, most)
	}
	t.Logf("%d to %d bytes", least, most)
}

// BenchmarkPipeline prints the table that the package's comment tells of.
func BenchmarkPipeline(b *testing.B) {
	d := newDesk(b, *messages, *seed)
	d.settled = true
	all := rounds{}
	for round := range *times {
		for i := range names {
			name := names[(round+i)%len(names)]
			r, err := d.run(name, "")
			must(b, err)
			all[name] = append(all[name], r)
		}
	}
	fmt.Printf("\n%s", all.table(d))
	n := len(d.people)
	b.ReportMetric(all.of("ours", speed(n)).median(), "messages/s")
	b.ReportMetric(all.of("ours", cost(n)).median(), "CPU-ms/message")
	b.ReportMetric(all.beside("ours", "pipeline", speed(n)).median(), "x-pipeline-messages/s")
	b.ReportMetric(all.beside("ours", "pipeline", cost(n)).median(), "x-pipeline-CPU")
	if *cpuprofile != "" {
		_, err := d.run("ours", *cpuprofile)
		must(b, err)
		must(b, top(*cpuprofile))
	}
}

// stages are the parts of the way whose share of a profile is told.
const stages = `mailbox\.\(\*Reader\)\.(fetch|dispose)$|rawmail\.(Scan|Normalize)$|reply\.Read$|sender\.\(\*Checker\)\.Check$|blob\.\(\*Store\)\.Keep$` +
	`|tickets\.\(\*Inbox\)\.(Receive|Standing)$|policy\.Decide$|audit\.(\(\*Log\)\.)?Append$|mailer\.\(\*Mailer\)\.Drain$|bbolt\.\(\*Tx\)\.Commit$` +
	`|json\.(Marshal|Unmarshal)$|runtime\.(gcBgMarkWorker|mallocgc)$`

// top prints where the time of a profile goes: the first ten functions, and the
// parts of the way with all that they call, of which some contain others.
func top(profile string) error {
	for _, how := range [][]string{{"-flat", "-nodecount=10"}, {"-cum", "-nodefraction=0", "-show=" + stages}} {
		out, err := exec.Command("go", append(append([]string{"tool", "pprof", "-top"}, how...), profile)...).Output()
		if err != nil {
			return err
		}
		fmt.Printf("\n%s", out)
	}
	return nil
}

// run lets a side read all answers, from the beginning, and checks what it says.
func (d *desk) run(name, profile string) (run, error) {
	dir := d.TempDir()
	server := d.mailbox(d.TempDir())
	defer server.Close()
	d.copy(dir)
	sent := len(d.smtp.Mails())
	if d.settled {
		unix.Sync()
	}
	r, err := start(name, job{Config: d.configure(dir, server.Addr), IMAP: server.Addr, SMTP: d.smtp.Addr, DNS: d.dns.Addr, Dir: dir, Profile: profile})
	if err != nil {
		return r, err
	}
	sent = len(d.smtp.Mails()) - sent
	n := len(d.people)
	switch {
	case name == "ours":
		if err := d.came(dir); err != nil || sent < n {
			return r, errors.Join(err, fmt.Errorf("%s: %d answers, %d notices", name, n, sent))
		}
	case r.Handled != n || name == "pipeline" && (r.Verified != n || sent != n):
		return r, fmt.Errorf("%s: %d answers, %+v, %d notices", name, n, r, sent)
	}
	return r, nil
}
