package blob

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"testing"

	"countersign/internal/keys"
)

func TestStore(t *testing.T) {
	s, err := Open(t.TempDir()+"/spool", keys.FromSeed([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Repeat([]byte("From: ada@north.example\r\n"), 1000)
	hash, err := s.put(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(hash); err != nil || !bytes.Equal(got, want) {
		t.Errorf("Get() = %d bytes, %v", len(got), err)
	}
	path, _ := s.path(hash)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 || info.Size() >= int64(len(want)) {
		t.Errorf("file: %v, %v; want 0600 and smaller than %d", info, err, len(want))
	}
	if again, err := s.put(want); err != nil || again != hash {
		t.Errorf("second Put() = %s, %v", again, err)
	}
	packed, _ := os.ReadFile(path)
	packed[len(packed)/2] ^= 1
	if err := os.WriteFile(path, packed, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(hash); !errors.Is(err, ErrDamaged) {
		t.Errorf("a changed byte: %v", err)
	}
	if _, err := s.put(want); err != nil {
		t.Errorf("Put over damaged bytes: %v", err)
	}
	if _, err := s.Get(hash); err != nil {
		t.Errorf("Put did not mend: %v", err)
	}
	if err := errors.Join(s.remove(hash), s.remove(hash)); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(hash); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Remove: %v", err)
	}
	if _, err := s.Get("../../etc/passwd"); err == nil {
		t.Error("a path was taken for a hash")
	}
}

// TestLargest: the largest message that can be configured (100 MiB) is given back.
func TestLargest(t *testing.T) {
	if testing.Short() {
		t.Skip("packs 100 MiB")
	}
	s, err := Open(t.TempDir(), keys.FromSeed([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	want := make([]byte, 100<<20)
	hash, err := s.put(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(hash); err != nil || len(got) != len(want) {
		t.Errorf("Get() = %d bytes, %v", len(got), err)
	}
}
