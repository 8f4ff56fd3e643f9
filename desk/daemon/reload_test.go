package daemon

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/api"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/policy"
)

// ruled is a house whose configuration and rules a test writes again.
type ruled struct {
	*testing.T
	dir string
	h   *House
	log *bytes.Buffer
}

const (
	wires  = "state = \"state.db\"\nkey_file = \"state.key\"\npolicy = \"policy.toml\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\nimap = \"mail.desk.example:993\"\npassword_file = \"imap.secret\"\n[limits]\nnotices_per_minute = 600\n"
	second = "[[rule]]\nname = \"two for names\"\nclass = [\"dns-change\"]\napprovals = 1\n"
)

func newRuled(t *testing.T) ruled {
	r := ruled{T: t, dir: t.TempDir(), log: &bytes.Buffer{}}
	r.write("countersign.toml", wires)
	r.write("policy.toml", second)
	c, err := r.again()
	must(t, err)
	r.h, err = Open(c, time.Now, zerolog.New(r.log))
	must(t, err)
	t.Cleanup(r.h.Close)
	r.h.again = r.again
	return r
}

func (r ruled) again() (config.Config, error) {
	c, problems := config.Load(filepath.Join(r.dir, "countersign.toml"))
	return c, config.Refusal(problems)
}

func (r ruled) write(name, text string) {
	r.Helper()
	must(r.T, os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600))
}

// show gives what is in force, as an agent is shown it.
func (r ruled) show() (out api.PolicyShown) {
	r.Helper()
	must(r.T, api.Local(r.h.Server()).Call(context.Background(), "policy/show", api.PolicyQuestion{Class: string(policy.DNSChange)}, &out))
	return out
}

func (r ruled) reload() (out api.Reloaded, err error) {
	err = api.Local(r.h.Server()).Call(context.Background(), "reload", api.None{}, &out)
	return out, err
}

// TestReload: good rules and limits take effect at once, what can't is named, and
// the file that was in force is still there.
func TestReload(t *testing.T) {
	r := newRuled(t)
	first := r.show()
	if len(first.Rules) != 1 || first.Disk != api.DiskSame || first.Since.IsZero() || first.Policy == "" {
		t.Fatalf("at the start %+v", first)
	}
	if out, err := r.reload(); err != nil || len(out.Changed)+len(out.Restart) > 0 {
		t.Errorf("nothing changed: %+v, %v", out, err)
	}
	r.write("policy.toml", second+"wait = \"1h\"\n")
	if got := r.show(); got.Disk != api.DiskChanged || got.Rules[0].Wait != "" {
		t.Errorf("before it is read again %+v", got)
	}
	r.write("countersign.toml", strings.Replace(wires, "= 600", "= 500", 1)+"keep = \"48h\"\n[smtp]\nserver = \"mail.desk.example:587\"\n")
	for range 2 { // what needs a restart is named until there was one
		out, err := r.reload()
		if err != nil || !slices.Equal(out.Restart, []string{"smtp.server", "limits.keep"}) || out.Rules != 1 {
			t.Errorf("%+v, %v", out, err)
		}
	}
	got := r.show()
	if got.Disk != api.DiskSame || got.Rules[0].Wait != "1h" || got.Policy == first.Policy {
		t.Errorf("read again %+v", got)
	}
	if text, ok, err := r.h.store.Policy(first.Policy); err != nil || !ok || string(text) != second {
		t.Errorf("what was in force is %q, %v, %v", text, ok, err)
	}
	if !strings.Contains(r.log.String(), `"changed":["policy","limits.notices_per_minute"],"restart":["smtp.server","limits.keep"]`) {
		t.Errorf("logged\n%s", r.log)
	}
	r.write("countersign.toml", strings.Replace(wires, "policy = \"policy.toml\"\n", "", 1))
	if _, err := r.reload(); err != nil {
		t.Fatal(err)
	}
	if got := r.show(); got.Policy != "" || len(got.Rules) > 0 || got.File != "" {
		t.Errorf("without a file %+v", got)
	}
}

// TestReloadBroken: where anything is wrong nothing of it takes effect, and who
// asked and the log are told where.
func TestReloadBroken(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"weak", "policy.toml", second + "[class.dns-change]\nproofs = [\"code\"]\n", `policy.toml:6:11: class.dns-change.proofs[0]: "code" is less than what is built in`},
		{"no-such-client", "policy.toml", second + "client = [\"noth\"]\n", `policy.toml:5:11: rule.client: there is no client "noth"`},
		{"configuration", "countersign.toml", strings.Replace(wires, "poli", "polli", 1), `countersign.toml:3:1: pollicy: unknown setting. Did you mean policy?`},
		{"no-file", "countersign.toml", strings.Replace(wires, "policy.toml", "rules.toml", 1), `rules.toml: policy: there is no such file`},
		{"both", "countersign.toml", strings.Replace(wires, "= 600", "= 0", 1), `limits.notices_per_minute: 0 is not between 1`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRuled(t)
			before := r.show()
			r.write(tt.file, tt.text)
			_, err := r.reload()
			e, ok := errors.AsType[*exit.Error](err)
			if !ok || e.Code != exit.Config || !strings.Contains(e.Message, tt.want) || !strings.Contains(e.Message, "the settings in force stay") {
				t.Errorf("%v, want %s", err, tt.want)
			}
			after := r.show()
			if after.Policy != before.Policy || len(after.Rules) != 1 || r.h.inForce.Limits.NoticesPerMinute != 600 {
				t.Errorf("in force %+v", after)
			}
			if n := strings.Count(r.log.String(), "settings not taken; those in force stay"); n != 1 || !strings.Contains(r.log.String(), `"level":"error"`) {
				t.Errorf("logged\n%s", r.log)
			}
		})
	}
}

// TestStartsWithRulesThatFitNoLonger: a rule about somebody who has left doesn't
// keep the daemon away, and is said.
func TestStartsWithRulesThatFitNoLonger(t *testing.T) {
	r := newRuled(t)
	r.h.Close()
	r.write("policy.toml", second+"client = [\"noth\"]\n")
	c, err := r.again()
	must(t, err)
	if r.h, err = Open(c, time.Now, zerolog.New(r.log)); err != nil {
		t.Fatal(err)
	}
	defer r.h.Close()
	r.h.warnPolicy()
	if !strings.Contains(r.log.String(), `rule.client: there is no client`) {
		t.Errorf("logged\n%s", r.log)
	}
	if faults := r.show().Faults; len(faults) != 1 || !strings.HasSuffix(faults[0].Where, "policy.toml:5:11") {
		t.Errorf("shown %+v", faults)
	}
}

// TestStartRefusesWeakRules: what would ask for less than is built in keeps the
// daemon, and every command on the store, from starting.
func TestStartRefusesWeakRules(t *testing.T) {
	r := newRuled(t)
	r.h.Close()
	r.write("policy.toml", "[class.dns-change]\nproofs = [\"code\"]\n")
	c, err := r.again()
	must(t, err)
	h, err := Open(c, time.Now, zerolog.Nop())
	if exit.Code(err) != exit.Config {
		t.Errorf("opened: %v", err)
	}
	if err == nil {
		h.Close()
	}
}

// TestHangUps: a SIGHUP is heard and ends nothing.
func TestHangUps(t *testing.T) {
	heard := make(chan struct{}, 1)
	stop := hangUps(func() { heard <- struct{}{} })
	defer stop()
	must(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	select {
	case <-heard:
	case <-time.After(10 * time.Second):
		t.Error("not heard")
	}
}
