package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"countersign/internal/suite"
)

func TestMain(m *testing.M) {
	testscript.Main(suite.Waiting{M: m}, map[string]func(){
		"countersign": main,
	})
}

// TestScript runs the command line as it is typed. Every script has a desk of
// its own: a configuration, a store and a key file below $WORK.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: deskOfItsOwn})
}

// deskOfItsOwn gives a script its configuration.
func deskOfItsOwn(env *testscript.Env) error {
	env.Setenv("COUNTERSIGN_CONFIG", filepath.Join(env.WorkDir, "countersign.toml"))
	env.Setenv("TZ", "UTC")
	secret := filepath.Join(env.WorkDir, "secret")
	if err := os.WriteFile(secret, []byte("password\n"), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(env.WorkDir, "countersign.toml"), []byte(scriptConfig), 0o600)
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
