package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// CheckPlaces reports the files and folders of the daemon that other users could
// change: whoever can put another store or key there says what the answers are.
// What isn't there yet, or can't be looked at, is no problem here.
func (c Config) CheckPlaces() []Problem {
	var out placeCheck
	state, keys := filepath.Dir(c.State), filepath.Dir(c.KeyFile)
	out.folder("state", state)
	if info, ok := out.link("state", c.State); ok && info.IsDir() {
		out.add("state", c.State, fmt.Sprintf("is a folder. Name a file in it, such as %s.", filepath.Join(c.State, "state.db")))
	} else if ok {
		out.mode("state", c.State, info, 0o077, "read or write", "chmod 600 ")
		if dir, err := os.Stat(state); err == nil && Owner(dir) != Owner(info) {
			out.add("state", c.State, fmt.Sprintf("belongs to another user than its folder, so that the daemon can't use it. Run: chown %d %s", Owner(dir), Quote(c.State)))
		}
	}
	spool := c.Spool()
	if info, ok := out.link("state", spool); ok {
		out.writable("state", spool, info)
	}
	out.folder("key_file", keys)
	if info, ok := out.link("policy", c.Policy); ok && c.Policy != "" {
		out.writable("policy", c.Policy, info)
		if dir, err := os.Stat(filepath.Dir(c.Policy)); err == nil && dir.Mode()&fs.ModeSticky == 0 {
			out.writable("policy", filepath.Dir(c.Policy), dir)
		}
	}
	return out
}

// checkOwn reports that others could change the configuration at path, or stand
// at the socket in the daemon's place.
func (c Config) checkOwn(path string) []Problem {
	var out placeCheck
	if info, err := os.Stat(path); err == nil {
		out.writable("", path, info)
	}
	// In a sticky folder, such as /tmp, nobody can replace what is another's.
	if info, err := os.Stat(filepath.Dir(path)); err == nil && info.Mode()&fs.ModeSticky == 0 {
		out.writable("", filepath.Dir(path), info)
	}
	if info, err := os.Stat(filepath.Dir(c.Socket)); err == nil && c.Socket != "" {
		out.writable("socket", filepath.Dir(c.Socket), info)
	}
	return out
}

// placeCheck collects what is wrong with files and folders.
type placeCheck []Problem

func (p *placeCheck) add(key, path, text string) {
	*p = append(*p, Problem{File: path, Key: key, Text: text})
}

// folder checks a folder and those above it: who can write those could put
// another in its place, where it isn't sticky.
func (p *placeCheck) folder(key, dir string) {
	if info, ok := p.link(key, dir); ok {
		p.writable(key, dir, info)
	}
	for above := filepath.Dir(dir); above != filepath.Dir(above); above = filepath.Dir(above) {
		if info, err := os.Stat(above); err == nil && info.Mode()&fs.ModeSticky == 0 {
			p.mode(key, above, info, 0o002, "write", "chmod o-w ")
		}
	}
}

// link refuses a symbolic link that isn't root's or this user's own, and gives
// what is there behind one that is.
func (p *placeCheck) link(key, path string) (fs.FileInfo, bool) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, false
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		return info, true
	}
	if owner := Owner(info); owner != 0 && owner != os.Geteuid() {
		p.add(key, path, fmt.Sprintf("is a link that user %d has made, where a folder or file should be. Look where it points, then run: rm %s", owner, Quote(path)))
		return nil, false
	}
	info, err = os.Stat(path)
	return info, err == nil
}

// writable refuses what others can write, root's group apart.
func (p *placeCheck) writable(key, path string, info fs.FileInfo) {
	bits := fs.FileMode(0o022)
	if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Gid == 0 {
		bits = 0o002
	}
	p.mode(key, path, info, bits, "write", "chmod go-w ")
}

func (p *placeCheck) mode(key, path string, info fs.FileInfo, bits fs.FileMode, verb, try string) {
	if mode := info.Mode().Perm(); mode&bits != 0 {
		p.add(key, path, fmt.Sprintf("other users can %s it (mode %04o). Run: %s%s", verb, mode, try, Quote(path)))
	}
}

// ownerOf is Owner of what is at path, -1 if that can't be seen.
func ownerOf(path string) int {
	info, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return Owner(info)
}

// Owner gives the user to whom a file belongs, -1 if that isn't known.
func Owner(info fs.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid)
	}
	return -1
}
