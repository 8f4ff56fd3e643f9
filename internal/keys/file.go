package keys

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"countersign/internal/durable"
)

// file is what a key file holds: the root, 64 hex digits, of which hashes and
// signatures are made, and a line for each sealing key, the newest last. Where
// there is no such line, and in the place of one where it says root, the sealing
// key follows from the root, too.
type file struct {
	root  [32]byte
	seals []string // 64 hex digits each, or ofRoot
}

const (
	ofRoot   = "root"
	sealWord = "seal "
	maxFile  = 1024 // bytes, more than any has
	maxSeals = 8
)

func (f file) keys() Keys {
	return Keys{
		hash:   derive(f.root[:], "countersign hash v1"),
		seal:   newRing(f.ring()),
		signer: ed25519.NewKeyFromSeed(derive(f.root[:], "countersign sign v1")),
	}
}

// ring gives the sealing keys, the newest first.
func (f file) ring() (keys [][]byte) {
	for _, line := range f.seals {
		secret := f.root[:]
		if line != ofRoot {
			secret, _ = hex.DecodeString(line)
		}
		keys = append(keys, derive(secret, "countersign seal v1"))
	}
	slices.Reverse(keys)
	return keys
}

func (f file) text() string {
	var b strings.Builder
	b.WriteString(hex.EncodeToString(f.root[:]) + "\n")
	for _, line := range f.seals {
		b.WriteString(sealWord + line + "\n")
	}
	return b.String()
}

func decode(path string, b []byte) (f file, err error) {
	bad := func(what string) (file, error) {
		return f, fmt.Errorf("%s: %s; put back the right file, a new key can't read what the old one sealed", path, what)
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n"), "\n")
	if !isKey(lines[0]) {
		return bad("is not 64 hex digits")
	}
	if _, err := hex.Decode(f.root[:], []byte(lines[0])); err != nil {
		return bad("is not 64 hex digits")
	}
	if len(lines) == 1 {
		f.seals = []string{ofRoot}
		return f, nil
	}
	for _, line := range lines[1:] {
		key, ok := strings.CutPrefix(line, sealWord)
		if !ok || key != ofRoot && !isKey(key) || len(f.seals) == maxSeals {
			return bad("behind its first line stands something that is no sealing key (seal and 64 hex digits)")
		}
		f.seals = append(f.seals, key)
	}
	return f, nil
}

func isKey(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}

// BeginRotation puts a new sealing key beside the one in the key file at path, and
// k seals with it from now on; what the old one sealed is opened still. Where a
// rotation has begun before, it goes on with the key of that one.
func BeginRotation(path string, k Keys) error {
	return k.rewrite(path, func(f *file) {
		if len(f.seals) > 1 {
			return
		}
		var seed [32]byte
		rand.Read(seed[:])
		f.seals = append(f.seals, hex.EncodeToString(seed[:]))
	})
}

// EndRotation drops every sealing key but the newest, also from what rotations that
// were killed have left half written beside the file. Whoever calls it has seen
// that nothing is sealed under another any longer.
func EndRotation(path string, k Keys) error {
	if err := k.rewrite(path, func(f *file) { f.seals = f.seals[len(f.seals)-1:] }); err != nil { //rule:6.4 old-key-is-dropped ! desk/daemon.TestRotateKeys
		return err
	}
	if err := durable.Tidy(path, time.Now()); err != nil { // with a state there, nobody makes a key just now
		return fmt.Errorf("key_file: %w", err)
	}
	return nil
}

// rewrite changes the sealing keys, in the file and then in k.
func (k Keys) rewrite(path string, change func(*file)) error {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return fmt.Errorf("key_file: %s is a link: name the file itself, which is to be written anew", path)
	}
	b, err := read(path)
	if err != nil {
		return fmt.Errorf("key_file: %w", err)
	}
	f, err := decode(path, b)
	if err != nil {
		return fmt.Errorf("key_file: %w", err)
	}
	if !f.keys().signer.Equal(k.signer) {
		return errors.New("key_file: it was replaced since the store was opened: start again")
	}
	before := f.text()
	change(&f)
	if f.text() != before {
		if err := durable.Replace(path, durable.Text(f.text())); err != nil {
			return fmt.Errorf("key_file: %w", err)
		}
	}
	keys := f.ring()
	k.seal.keys.Store(&keys)
	return nil
}
