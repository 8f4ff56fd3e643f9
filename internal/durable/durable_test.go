package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// here are the names in a folder.
func here(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestPlace: a file is there whole, for its owner alone, or the old one stays;
// and nothing is left beside it.
func TestPlace(t *testing.T) {
	no := errors.New("no")
	half := func(f *os.File) error { return errors.Join(Text("half")(f), no) }
	for _, tt := range []struct {
		name  string
		place func(path string, write func(*os.File) error) error
		old   string
		write func(*os.File) error
		want  string
		err   error
	}{
		{"create", Create, "", Text("new"), "new", nil},
		{"create-there", Create, "old", Text("new"), "old", nil},
		{"create-fails", Create, "", half, "", no},
		{"replace", Replace, "old", Text("new"), "new", nil},
		{"replace-nothing", Replace, "", Text("new"), "new", nil},
		{"replace-fails", Replace, "old", half, "old", no},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "file")
			if tt.old != "" {
				if err := os.WriteFile(path, []byte(tt.old), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := tt.place(path, tt.write); !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
			b, err := os.ReadFile(path)
			if string(b) != tt.want || (tt.want == "") != errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the file holds %q, %v, want %q", b, err, tt.want)
			}
			if info, err := os.Stat(path); err == nil && info.Mode().Perm() != 0o600 {
				t.Errorf("its mode is %v", info.Mode())
			}
			if names := here(t, dir); len(names) > 1 {
				t.Errorf("left beside it: %q", names)
			}
		})
	}
	if err := Replace(filepath.Join(t.TempDir(), "none", "file"), Text("")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a folder that isn't there: %v", err)
	}
}

// TestReplaceLink: a link under the name is replaced and not written through.
func TestReplaceLink(t *testing.T) {
	for name, link := range map[string]func(old, path string) error{"symbolic": os.Symlink, "hard": os.Link} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			precious, path := filepath.Join(dir, "precious"), filepath.Join(dir, "file")
			if err := errors.Join(os.WriteFile(precious, []byte("precious"), 0o600), link(precious, path), Replace(path, Text("new"))); err != nil {
				t.Fatal(err)
			}
			if b, err := os.ReadFile(precious); string(b) != "precious" || err != nil {
				t.Errorf("what the link led to holds %q, %v", b, err)
			}
		})
	}
}

// TestCreateRace: of many that create at once one wins, and all see its file.
func TestCreateRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	var all sync.WaitGroup
	seen := make([]string, 8)
	for i := range seen {
		all.Go(func() {
			if err := Create(path, Text(strconv.Itoa(i))); err != nil {
				t.Error(err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			seen[i] = string(b)
		})
	}
	all.Wait()
	if slices.Sort(seen); seen[0] == "" || seen[0] != seen[len(seen)-1] {
		t.Errorf("they see %q", seen)
	}
}

// TestTidy removes what was left half written long ago, and nothing else.
func TestTidy(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"file", "file.new-1", "file.new-2", "file.new-1.bak", "file.new-copy", "other.new-1", "file.head.new-1"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		long := time.Now().Add(-time.Hour)
		if err := os.Chtimes(filepath.Join(dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "file.new-3"), 0o700), os.Chtimes(filepath.Join(dir, "file.new-2"), time.Now(), time.Now()),
		Tidy(filepath.Join(dir, "file"), time.Now().Add(-time.Minute))); err != nil {
		t.Fatal(err)
	}
	want := []string{"file", "file.head.new-1", "file.new-1.bak", "file.new-2", "file.new-3", "file.new-copy", "other.new-1"}
	if names := here(t, dir); !slices.Equal(names, want) {
		t.Errorf("left: %q, want %q", names, want)
	}
}
