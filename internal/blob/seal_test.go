package blob

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/keys"
)

const secret = "support+abcdefghijklmnopqrstuvwxyz@desk.example"

func open(t *testing.T, dir string, seed byte) *Store {
	t.Helper()
	s, err := Open(dir, keys.FromSeed([32]byte{seed}))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// unsealed writes a blob as an older state has it.
func unsealed(t *testing.T, s *Store, b []byte) (hash, path string) {
	t.Helper()
	sum := sha256.Sum256(b)
	hash = hex.EncodeToString(sum[:])
	path, err := s.path(hash)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.NoCompression)
	_, _ = w.Write(b)
	if err := errors.Join(w.Close(), os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, packed.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	return hash, path
}

// readable reports whether a file shows the secret to who unpacks it without the key.
func readable(t *testing.T, path string) bool {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for skip := 0; skip < len(b) && skip < 64; skip++ {
		plain := make([]byte, 1<<16)
		n, _ := flate.NewReader(bytes.NewReader(b[skip:])).Read(plain)
		if bytes.Contains(plain[:n], []byte(secret)) {
			return true
		}
	}
	return bytes.Contains(b, []byte(secret))
}

// TestSealed: a copy of the folder without the key shows nothing, and what lies
// there under another name or key is not taken for the message.
func TestSealed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1)
	random := make([]byte, 3*piece+5) // so that it takes several pieces
	rand.Read(random)
	for _, want := range [][]byte{nil, []byte("To: " + secret + "\r\n"), append([]byte("To: "+secret+"\r\n"), random...)} {
		hash, err := s.put(want)
		if err != nil {
			t.Fatal(err)
		}
		path, _ := s.path(hash)
		if readable(t, path) {
			t.Errorf("%d bytes: the file shows them", len(want))
		}
		if got, err := s.Get(hash); err != nil || !bytes.Equal(got, want) {
			t.Errorf("Get() = %d bytes, %v, want %d", len(got), err, len(want))
		}
		if _, err := open(t, dir, 2).Get(hash); !errors.Is(err, ErrDamaged) {
			t.Errorf("under another key: %v", err)
		}
		other := sha256.Sum256([]byte("other"))
		elsewhere, _ := s.path(hex.EncodeToString(other[:]))
		b, _ := os.ReadFile(path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(elsewhere), 0o700), os.WriteFile(elsewhere, b, 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(hex.EncodeToString(other[:])); !errors.Is(err, ErrDamaged) {
			t.Errorf("under another name: %v", err)
		}
	}
}

// TestPutSeals: bytes of an older state are read, and sealed when they come again.
func TestPutSeals(t *testing.T) {
	s := open(t, t.TempDir(), 1)
	want := []byte("To: " + secret + "\r\n")
	hash, path := unsealed(t, s, want)
	if got, err := s.Get(hash); err != nil || !bytes.Equal(got, want) || !readable(t, path) {
		t.Fatalf("Get() = %q, %v", got, err)
	}
	if _, err := s.put(want); err != nil || readable(t, path) {
		t.Errorf("Put() = %v, still readable: %v", err, readable(t, path))
	}
}

// TestTidy: a start seals what lies unsealed, and removes what a kill has left
// behind, but nothing else.
func TestTidy(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1)
	want := []byte("To: " + secret + "\r\n")
	hash, path := unsealed(t, s, want)
	now := time.Now()
	files := map[string]struct {
		age  time.Duration
		stay bool
	}{
		"ab/new-123": {time.Hour, false},
		"ab/" + strings.Repeat("ab", 32) + ".new-7": {time.Hour, false},
		"large-77":       {time.Hour, false},
		"ab/new-124":     {-time.Hour, true}, // of a program that runs, later
		"ab/notes":       {time.Hour, true},
		"new-123.txt":    {time.Hour, true},
		"other/new-12":   {time.Hour, true},
		"ab/new-link":    {time.Hour, true},
		"ab/new-9/inner": {time.Hour, true}, // in a folder of that name
	}
	for name, f := range files {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(secret), 0o600), os.Chtimes(name, now, now.Add(-f.age))); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "precious")
	link := filepath.Join(dir, "ab", "new-55")
	if err := errors.Join(os.WriteFile(outside, nil, 0o600), os.Symlink(outside, link)); err != nil {
		t.Fatal(err)
	}
	if err := s.Tidy(now.Add(30 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	for name, f := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != f.stay {
			t.Errorf("%s: %v, want it there: %v", name, err, f.stay)
		}
	}
	if _, err := os.Lstat(link); err != nil {
		t.Errorf("a link was removed: %v", err)
	}
	if got, err := s.Get(hash); err != nil || !bytes.Equal(got, want) || readable(t, path) {
		t.Errorf("Get() = %q, %v; readable: %v", got, err, readable(t, path))
	}
}

// TestForget: bytes that something refers to, or is about to, stay.
func TestForget(t *testing.T) {
	s := open(t, t.TempDir(), 1)
	used, forgotten, referred := false, make(chan error, 1), errors.New("no reference")
	err := s.Keep([]byte("a"), func(hash string) error {
		go func() { forgotten <- s.Forget(hash, func() (bool, error) { return !used, nil }) }()
		time.Sleep(20 * time.Millisecond) // it must wait for us, however long this takes
		used = true
		_, referred = s.Get(hash)
		return nil
	})
	if err = errors.Join(err, <-forgotten, referred); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("a"))
	hash := hex.EncodeToString(sum[:])
	if _, err := s.Get(hash); err != nil {
		t.Errorf("used bytes were removed: %v", err)
	}
	if err := s.Forget(hash, func() (bool, error) { return true, nil }); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(hash); err == nil {
		t.Error("unused bytes stayed")
	}
}
