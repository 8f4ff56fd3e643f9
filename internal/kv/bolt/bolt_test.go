package bolt_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"countersign/internal/kv"
	"countersign/internal/kv/bolt"
	"countersign/internal/kv/kvtest"
)

func TestBolt(t *testing.T) {
	kvtest.Run(t, func(t testing.TB) kv.Store {
		s, err := bolt.Open(filepath.Join(t.TempDir(), "state.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	})
}

func put(t testing.TB, s kv.Store, key, value string) {
	t.Helper()
	if err := s.Update(func(tx kv.Tx) error { return tx.Put(key, []byte(value)) }); err != nil {
		t.Fatal(err)
	}
}

func TestOpenKeepsAndLocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "a", "1")
	if _, err := bolt.Open(path); !errors.Is(err, kv.ErrLocked) {
		t.Errorf("Open of a store in use = %v, want ErrLocked", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if s, err = bolt.Open(path); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, want 0600", info.Mode().Perm())
	}
	if err := s.View(func(v kv.View) error {
		if b, err := v.Get("a"); string(b) != "1" {
			t.Errorf("after Close and Open a = %q, %v", b, err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if names, _ := filepath.Glob(path + "*"); len(names) != 1 {
		t.Errorf("creation left %q", names)
	}
}

// Each row spoils a good store in one way.
func TestOpenRefuses(t *testing.T) {
	meta := func(key, value string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte(key), []byte(value)) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(at int64, size int) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := f.WriteAt([]byte(strings.Repeat("\xa5", size)), at); err != nil {
				t.Fatal(err)
			}
		}
	}
	truncate := func(size int64) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			if err := os.Truncate(path, size); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, path string)
		want  error
	}{
		{"untouched", func(*testing.T, string) {}, nil},
		{"newer", meta("schema", fmt.Sprint(kv.Schema+1)), kv.ErrNewer},
		{"no-version", meta("schema", "x"), kv.ErrDamaged},
		{"empty", truncate(0), kv.ErrDamaged},
		{"stub", truncate(100), kv.ErrDamaged},
		{"two-pages", truncate(8192), kv.ErrDamaged},
		{"half", truncate(64 << 10), kv.ErrDamaged},
		{"no-headers", write(0, 8192), kv.ErrDamaged},
		{"no-pages", write(8192, 120<<10), kv.ErrDamaged},
		{"not-a-store", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("state\n", 9999)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, kv.ErrDamaged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			s, err := bolt.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 20 {
				put(t, s, kv.Seq(uint64(i)), strings.Repeat("v", 10_000))
			}
			s.Close()
			tt.spoil(t, path)
			s, err = bolt.Open(path)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Open = %v, want %v", err, tt.want)
			}
			if err == nil {
				s.Close()
			} else if !strings.Contains(err.Error(), path) {
				t.Errorf("%q doesn't name the file", err)
			}
		})
	}
}

func TestOpenNoFolder(t *testing.T) {
	if _, err := bolt.Open(filepath.Join(t.TempDir(), "none", "state.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open in a folder that isn't there = %v", err)
	}
}

// Many that create at once end with one store, held by one at a time.
func TestCreateRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := bolt.Open(path)
			if errors.Is(err, kv.ErrLocked) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Update(func(tx kv.Tx) error { _, err := kv.Counter(tx, "n"); return err }); err != nil {
				t.Error(err)
			}
			s.Close()
		})
	}
	all.Wait()
}

// A process killed while it creates, writes and closes leaves a store that
// opens, with everything that was acknowledged.
func TestKilled(t *testing.T) {
	if path := os.Getenv("KV_TEST_VICTIM"); path != "" {
		s, err := bolt.Open(path)
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		for {
			var n uint64
			if err := s.Update(func(tx kv.Tx) (err error) { n, err = kv.Counter(tx, "n"); return err }); err == nil {
				fmt.Println(n)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "state.db")
	for round := range 15 {
		if round%5 == 0 {
			os.Remove(path)
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "KV_TEST_VICTIM="+path)
		var out strings.Builder
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(2+rand.IntN(60))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		timer.Stop()
		if strings.Contains(out.String(), "error") {
			t.Fatalf("round %d: %s", round, out.String())
		}
		acknowledged := 0
		for line := range strings.Lines(out.String()) {
			if strings.HasSuffix(line, "\n") {
				fmt.Sscan(line, &acknowledged)
			}
		}
		s, err := bolt.Open(path)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		_ = s.View(func(v kv.View) error {
			if n, _, err := kv.Load[int](v, "n"); n < acknowledged || err != nil {
				t.Errorf("round %d: the store says %d, %v; %d were acknowledged", round, n, err, acknowledged)
			}
			return nil
		})
		s.Close()
	}
}
