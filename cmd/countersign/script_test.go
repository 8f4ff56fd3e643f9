package main

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(waiting{m}, map[string]func(){
		"countersign": main,
	})
}

// waiting are tests that wait for servers and disks more than they compute: more
// of them run at a time than there are processors. The race detector computes.
type waiting struct{ *testing.M }

func (w waiting) Run() int {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given && !raceDetector {
		if err := flag.Set("test.parallel", strconv.Itoa(4*runtime.NumCPU())); err != nil {
			panic(err)
		}
	}
	return w.M.Run()
}

// TestScript runs the command line as it is typed. Every script has a desk of
// its own: a configuration, a store and a key file below $WORK.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("COUNTERSIGN_CONFIG", filepath.Join(env.WorkDir, "countersign.toml"))
			env.Setenv("TZ", "UTC")
			secret := filepath.Join(env.WorkDir, "secret")
			if err := os.WriteFile(secret, []byte("password\n"), 0o600); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "countersign.toml"), []byte(scriptConfig), 0o600)
		},
	})
}

const scriptConfig = `
state = "state/state.db"
key_file = "state.key"

[[mailbox]]
name = "support"
address = "support@desk.example"
imap = "127.0.0.1:1"
tls = "none"
user = "support"
password_file = "secret"

[smtp]
server = "127.0.0.1:1"
tls = "none"

[drill]
clock = true
`
