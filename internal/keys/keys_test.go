package keys_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/keys"
)

func TestLoad(t *testing.T) {
	path, state := filepath.Join(t.TempDir(), "state.key"), filepath.Join(t.TempDir(), "state.db")
	var all sync.WaitGroup
	for range 4 { // who comes second reads what the first made
		all.Go(func() {
			if _, err := keys.Load(path, state); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	first, _ := keys.Load(path, state)
	again, err := keys.Load(path, state)
	if err != nil || !bytes.Equal(first.Hash("a", nil), again.Hash("a", nil)) {
		t.Errorf("Load again gives another key, %v", err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, want 0600", info.Mode().Perm())
	}
	for name, spoil := range map[string]func() error{
		"others": func() error { return os.Chmod(path, 0o640) },
		"short":  func() error { return os.WriteFile(path, []byte(strings.Repeat("a", 63)), 0o600) },
		"long":   func() error { return os.WriteFile(path, []byte(strings.Repeat("a", 66)), 0o600) },
		"no-hex": func() error { return os.WriteFile(path, []byte(strings.Repeat("g", 64)), 0o600) },
		"empty":  func() error { return os.WriteFile(path, nil, 0o600) },
	} {
		os.Remove(path)
		if _, err := keys.Load(path, state); err != nil {
			t.Fatal(err)
		}
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := keys.Load(path, state); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: Load = %v, want an error with the name of the file", name, err)
		}
		if err := keys.Check(path, state); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: Check = %v, want what Load says", name, err)
		}
	}
}

// TestNoNewKeyBesideAState: whatever lies where the state is to be, a key that is
// missing is not made anew.
func TestNoNewKeyBesideAState(t *testing.T) {
	for name, make := range map[string]func(string) error{
		"store": func(path string) error { return os.WriteFile(path, []byte("a store"), 0o600) },
		"empty": func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"link":  func(path string) error { return os.Symlink("elsewhere.db", path) },
	} {
		dir := t.TempDir()
		path, state := filepath.Join(dir, "state.key"), filepath.Join(dir, "state.db")
		if err := make(state); err != nil {
			t.Fatal(err)
		}
		if _, err := keys.Load(path, state); !errors.Is(err, keys.ErrMissing) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), state) {
			t.Errorf("%s: Load = %v", name, err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("%s: something was made: %v, %v", name, entries, err)
		}
	}
}

func TestSeal(t *testing.T) {
	k := keys.FromSeed([32]byte{1})
	sealed := k.Seal([]byte("mail"), []byte("o-1"))
	if plain, err := k.Open(sealed, []byte("o-1")); err != nil || string(plain) != "mail" {
		t.Fatalf("Open = %q, %v", plain, err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := k.Open(changed, []byte("o-1")); !errors.Is(err, keys.ErrSealed) {
			t.Errorf("Open with byte %d changed = %v, want ErrSealed", i, err)
		}
		if _, err := k.Open(sealed[:i], []byte("o-1")); !errors.Is(err, keys.ErrSealed) {
			t.Errorf("Open of %d bytes = %v, want ErrSealed", i, err)
		}
	}
	if _, err := k.Open(sealed, []byte("o-2")); !errors.Is(err, keys.ErrSealed) {
		t.Errorf("Open for another use = %v, want ErrSealed", err)
	}
	if _, err := keys.FromSeed([32]byte{2}).Open(sealed, []byte("o-1")); !errors.Is(err, keys.ErrSealed) {
		t.Errorf("Open under another key = %v, want ErrSealed", err)
	}
}

func TestPurposesDiffer(t *testing.T) {
	k := keys.FromSeed([32]byte{1})
	if bytes.Equal(k.Hash("token", []byte("x")), k.Hash("ref", []byte("x"))) {
		t.Error("two purposes give the same hash")
	}
	sig := ed25519.Sign(k.Signer(), []byte("x"))
	other := keys.FromSeed([32]byte{2}).Signer().Public().(ed25519.PublicKey)
	if ed25519.Verify(other, []byte("x"), sig) {
		t.Error("another seed has the same signer")
	}
}

// TestRotation: both keys open while one takes the place of the other, in every
// copy of the keys and after a start; then only the new one does. What is hashed
// and signed stays.
func TestRotation(t *testing.T) {
	path, state := filepath.Join(t.TempDir(), "state.key"), filepath.Join(t.TempDir(), "state.db")
	k, err := keys.Load(path, state)
	if err != nil {
		t.Fatal(err)
	}
	load := func() keys.Keys {
		t.Helper()
		k, err := keys.Load(path, state)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	before, copied := k.Seal([]byte("code"), nil), k
	opens := func(k keys.Keys, sealed []byte) bool { _, err := k.Open(sealed, nil); return err == nil }
	for range 2 {
		if err := keys.BeginRotation(path, k); err != nil {
			t.Fatal(err)
		}
	}
	after := copied.Seal([]byte("code"), nil)
	for name, k := range map[string]keys.Keys{"itself": k, "a-copy": copied, "after-a-start": load()} {
		if !opens(k, before) || !opens(k, after) || k.Newest(before, nil) || !k.Newest(after, nil) || !k.Rotating() {
			t.Errorf("meanwhile, %s", name)
		}
	}
	left := path + ".new-1234" // by one that was killed, with the old key in it
	if err := os.WriteFile(left, []byte("a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(left, time.Time{}, time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := keys.EndRotation(path, k); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key that was dropped lies half written beside the key file: %v", err)
	}
	for name, k := range map[string]keys.Keys{"itself": k, "a-copy": copied, "after-a-start": load()} {
		if opens(k, before) || !opens(k, after) || k.Rotating() {
			t.Errorf("afterwards, %s", name)
		}
		if !k.Signer().Equal(copied.Signer()) || !bytes.Equal(k.Hash("a", nil), copied.Hash("a", nil)) {
			t.Errorf("%s hashes or signs otherwise", name)
		}
	}
	root, _ := os.ReadFile(path)
	root = root[:65]
	for name, rest := range map[string]string{"no-seal": "cafe\n", "short": "seal cafe\n", "blank-line": "\n", "two-roots": string(root), "many": strings.Repeat("seal root\n", 9), "long": strings.Repeat("seal "+strings.Repeat("ab", 32)+"\n", 20)} {
		if err := os.WriteFile(path, append(bytes.Clone(root), rest...), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keys.Load(path, state); err == nil {
			t.Errorf("%s: a key file with %q behind its key is read", name, rest)
		}
	}
}
