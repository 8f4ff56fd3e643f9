package mailtest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"time"
)

// Dovecot is a private instance of a real Dovecot on a free loopback port, with
// one user and a maildir.
type Dovecot struct {
	Addr           string // host:port
	User, Password string
	Maildir        string

	cmd *exec.Cmd
	n   int
}

// ErrNoDovecot says that Dovecot isn't installed.
var ErrNoDovecot = errors.New("dovecot is not installed (Debian: dovecot-imapd)")

const dovecotPath = "/usr/sbin/dovecot"

// NewDovecot starts Dovecot with everything it keeps below dir. It runs as root
// or as any user.
func NewDovecot(dir string) (*Dovecot, error) {
	if _, err := os.Stat(dovecotPath); err != nil {
		return nil, ErrNoDovecot
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &Dovecot{Addr: l.Addr().String(), User: "support", Password: "password", Maildir: filepath.Join(dir, "mail")}
	_, port, _ := net.SplitHostPort(d.Addr)
	l.Close()
	me, err := user.Current()
	if err != nil {
		return nil, err
	}
	login, internal := me.Username, me.Username
	uid, gid := me.Uid, me.Gid
	if me.Uid == "0" {
		login, internal = "nobody", "nobody"
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return nil, err
		}
		uid, gid = nobody.Uid, nobody.Gid
	}
	for _, sub := range []string{"run", "mail", "mail/new", "mail/cur", "mail/tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o777); err != nil {
			return nil, err
		}
	}
	if err := openUp(dir, d.Maildir); err != nil {
		return nil, err
	}
	conf := fmt.Sprintf(dovecotConf, dir, dir, uid, gid, d.Maildir, internal, login, dir, port, d.Password)
	path := filepath.Join(dir, "dovecot.conf")
	if err := os.WriteFile(path, []byte(conf), 0o644); err != nil {
		return nil, err
	}
	d.cmd = exec.Command(dovecotPath, "-F", "-c", path)
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	for range 200 {
		c, err := net.Dial("tcp", d.Addr)
		if err == nil {
			c.Close()
			return d, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(dir, "log"))
	d.Close()
	return nil, fmt.Errorf("dovecot does not answer: %s", log)
}

// openUp lets Dovecot's mail user through the folders of a test, which are the
// caller's only.
func openUp(dir, maildir string) error {
	for _, sub := range []string{"", "new", "cur", "tmp"} {
		if err := os.Chmod(filepath.Join(maildir, sub), 0o777); err != nil {
			return err
		}
	}
	for dir != "/" && dir != os.TempDir() {
		if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o011 == 0 {
			if err := os.Chmod(dir, info.Mode().Perm()|0o011); err != nil {
				return err
			}
		}
		dir = filepath.Dir(dir)
	}
	return nil
}

const dovecotConf = `
base_dir = %s/run
log_path = %s/log
protocols = imap
ssl = no
disable_plaintext_auth = no
mail_uid = %s
mail_gid = %s
first_valid_uid = 0
mail_location = maildir:%s
default_internal_user = %s
default_login_user = %s
default_internal_group = nogroup
state_dir = %s/run
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = %s
  }
  inet_listener imaps {
    port = 0
  }
}
service stats {
  chroot =
}
passdb {
  driver = static
  args = password=%s
}
userdb {
  driver = static
  args = home=/nonexistent
}
`

// Deliver puts a message into the mailbox as a delivery agent does.
func (d *Dovecot) Deliver(raw []byte) error { return d.DeliverAt(raw, time.Now()) }

// DeliverAt is Deliver of a message that arrived at another time.
func (d *Dovecot) DeliverAt(raw []byte, at time.Time) error {
	d.n++
	name := fmt.Sprintf("%d.%d_%d.test", time.Now().Unix(), os.Getpid(), d.n)
	tmp := filepath.Join(d.Maildir, "tmp", name)
	if err := os.WriteFile(tmp, raw, 0o666); err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o666); err != nil {
		return err
	}
	if err := os.Chtimes(tmp, at, at); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(d.Maildir, "new", name))
}

// Messages gives what lies in a folder.
func (d *Dovecot) Messages(folder string) ([]Stored, error) {
	return Messages(d.Addr, d.User, d.Password, folder)
}

// Close stops this instance, by its process.
func (d *Dovecot) Close() {
	_ = d.cmd.Process.Signal(os.Interrupt)
	done := make(chan struct{})
	go func() { _ = d.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		_ = d.cmd.Process.Kill()
		<-done
	}
}
