package mailfiles

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestMaildirRenamed: a message that a mail program moves or marks during the run
// is judged all the same, and one that was taken away is told.
func TestMaildirRenamed(t *testing.T) {
	dir := t.TempDir()
	for _, sub := range []string{"cur", "new"} {
		must(t, os.Mkdir(filepath.Join(dir, sub), 0o700))
	}
	for _, name := range []string{"cur/1.host:2,", "cur/2.host:2,S", "new/3.host", "new/4.host"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600))
	}
	move := func(from, to string) { must(t, os.Rename(filepath.Join(dir, from), filepath.Join(dir, to))) }
	var got []string
	err := Maildir(dir).Each(func(m Message) error {
		if got = append(got, string(m.Raw)); len(got) == 1 {
			move("cur/2.host:2,S", "cur/2.host:2,RS")
			move("new/3.host", "cur/3.host:2,")
			move("new/4.host", "cur/44.host:2,")
		}
		return nil
	})
	if want := []string{"cur/1.host:2,", "cur/2.host:2,S", "new/3.host"}; !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a message that went away: %v", err)
	}
}
