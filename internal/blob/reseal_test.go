package blob_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"countersign/internal/blob"
	"countersign/internal/keys"
)

// TestReseal: every file is under the newest key afterwards, large ones in all
// their pieces; a damaged one stays as it is; a second look finds nothing to do.
func TestReseal(t *testing.T) {
	dir := t.TempDir()
	key, spool := filepath.Join(dir, "state.key"), filepath.Join(dir, "spool")
	k, err := keys.Load(key, filepath.Join(dir, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := blob.Open(spool, k)
	if err != nil {
		t.Fatal(err)
	}
	large := make([]byte, 3<<20)
	rand.Read(large)
	hashes := map[string][]byte{}
	for _, b := range [][]byte{[]byte("small"), large, []byte("damaged")} {
		if err := s.Keep(b, func(hash string) error { hashes[hash] = b; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for hash, b := range hashes {
		if string(b) == "damaged" {
			if err := os.Truncate(filepath.Join(spool, hash[:2], hash), 30); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := keys.BeginRotation(key, k); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{2, 0} {
		if anew, damaged, err := s.Reseal(k.Newest); anew != want || damaged != 1 || err != nil {
			t.Errorf("Reseal = %d, %d, %v, want %d", anew, damaged, err, want)
		}
	}
	if err := keys.EndRotation(key, k); err != nil {
		t.Fatal(err)
	}
	for hash, b := range hashes {
		if got, err := s.Get(hash); string(b) != "damaged" && (err != nil || !bytes.Equal(got, b)) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	}
}
