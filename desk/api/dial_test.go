package api

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"countersign/internal/exit"
)

// TestForbidden: each reason why a user can't connect has its own sentence, and
// nobody is told to do what is done already.
func TestForbidden(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	group := int(info.Sys().(*syscall.Stat_t).Gid)
	for _, tt := range []struct {
		name string
		who  identity
		want []string
		not  string
	}{
		{"no-group", identity{gid: -1, name: "kim"}, []string{"there is no group", "groupadd --system countersign-operators && sudo usermod -aG countersign-operators kim"}, ""},
		{"stranger", identity{gid: group, name: "kim"}, []string{"you are not in the group", "usermod -aG countersign-operators kim"}, "groupadd"},
		{"nameless", identity{gid: group, uid: 54321}, []string{"(54321)", "usermod"}, ""},
		{"member-of-an-old-session", identity{gid: group, name: "kim", member: true}, []string{"this session began before", "log in again"}, "usermod"},
		{"member-of-another-group's", identity{gid: group + 1, name: "kim", member: true, has: true}, []string{"does not belong to it", "SupplementaryGroups"}, "usermod"},
		{"member-and-closed", identity{gid: group, name: "kim", member: true, has: true}, []string{"does not let its group in", "restart"}, "usermod"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := forbidden(path, info, tt.who)
			said := exit.Text(err)
			for _, want := range tt.want {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not in: %s", want, said)
				}
			}
			if tt.not != "" && strings.Contains(said, tt.not) || exit.Code(err) != exit.NoPerm {
				t.Errorf("exit %d: %s", exit.Code(err), said)
			}
		})
	}
}

// TestUnreachable: the same for a socket where nobody is.
func TestUnreachable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	for _, tt := range []struct {
		name  string
		cause error
		want  string
		code  int
		none  bool // there is no daemon, so that the store may be opened
	}{
		{"no-socket", fs.ErrNotExist, "no socket at " + path, exit.Unavailable, true},
		{"left-behind", syscall.ECONNREFUSED, "nobody listens there", exit.Unavailable, true},
		{"crowded", syscall.EAGAIN, "busy", exit.TempFail, false},
		{"else", syscall.EIO, "systemctl status", exit.Unavailable, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := unreachable(path, tt.cause)
			if said := exit.Text(err); !strings.Contains(said, tt.want) || exit.Code(err) != tt.code || errors.Is(err, ErrNoDaemon) != tt.none {
				t.Errorf("exit %d, none %v: %s", exit.Code(err), errors.Is(err, ErrNoDaemon), said)
			}
		})
	}
}
