package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"countersign/internal/redact"
)

// maxSecret bounds a password file, in bytes.
const maxSecret = 4096

// A secretError says why a secret, or an authority's certificate, can't be read, in words for a person. It
// never holds the secret.
type secretError struct {
	Path string
	Text string // what is wrong
	Try  string // the command to run, may be empty
}

func (e *secretError) Error() string {
	s := e.Path + ": " + e.Text
	if e.Try != "" {
		s += " Run: " + e.Try
	}
	return s
}

// ReadSecret gives the first line of the file at path. It refuses a file that
// other users can read or write, since then it is no secret.
func ReadSecret(path string) (redact.Secret, error) {
	b, err := readSecret(path, "the password")
	if err != nil {
		return "", err
	}
	line, rest, _ := bytes.Cut(b, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	switch {
	case len(line) == 0:
		return "", &secretError{Path: path, Text: "is empty; write the password into it."}
	case len(b) > maxSecret || len(bytes.TrimSpace(rest)) > 0:
		return "", &secretError{Path: path, Text: "holds more than one line; it should hold the password alone."}
	case bytes.ContainsFunc(line, control):
		return "", &secretError{Path: path, Text: "holds control characters; it should hold the password alone."}
	}
	return redact.Secret(line), nil
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// readSecret gives up to maxSecret+1 bytes of a file that only this user can read.
func readSecret(path, what string) ([]byte, error) {
	fail := func(text, try string) ([]byte, error) {
		return nil, &secretError{Path: path, Text: text, Try: try}
	}
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail("there is no such file; it should hold "+what+".", "sudo install -m 600 -o countersign /dev/stdin "+Quote(path))
	case errors.Is(err, fs.ErrPermission):
		return fail(unreadable(path))
	case err != nil:
		return fail("can't be read: "+Cause(err), "")
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return fail("can't be read: "+Cause(err), "")
	case !info.Mode().IsRegular():
		return fail("is not a file.", "")
	case info.Mode().Perm()&others(path) != 0:
		return fail(fmt.Sprintf("other users can read or write it (mode %04o).", info.Mode().Perm()), "chmod 600 "+Quote(path))
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return fail("can't be read: "+Cause(err), "")
	}
	return b, nil
}

// unreadable says why this user may not read a secret that is there, and which
// command helps. Root's own would be readable by nobody but root.
func unreadable(path string) (text, try string) {
	info, err := os.Stat(path)
	me := UserName(os.Geteuid())
	if err != nil {
		return fmt.Sprintf("its folder is closed to user %s.", me), "sudo chmod go+x " + Quote(filepath.Dir(path))
	}
	switch owner := Owner(info); owner {
	case os.Geteuid():
		return fmt.Sprintf("its owner may not read it (mode %04o).", info.Mode().Perm()), "chmod 600 " + Quote(path)
	case 0:
		return "belongs to root, so that the daemon's user may not read it.", "sudo chown countersign " + Quote(path)
	default:
		return fmt.Sprintf("belongs to user %s, and this is user %s.", UserName(owner), me),
			fmt.Sprintf("the same as root, or if %s is the daemon's user: sudo chown %s %s", me, me, Quote(path))
	}
}

// UserName gives the name of a user, else the number.
func UserName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

// others gives the permission bits that open a secret to other users. systemd
// gives credentials to a daemon by an access control list, whose mask shows as
// the group's right to read (systemd.exec(5), LoadCredential=).
func others(path string) fs.FileMode {
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); filepath.IsAbs(dir) && filepath.Dir(filepath.Clean(path)) == filepath.Clean(dir) {
		return 0o037
	}
	return 0o077
}

// Quote makes path one word of a shell.
func Quote(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool {
		return !strings.ContainsRune("/._-+:@%", r) && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	}) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// CheckFiles reports the secrets and lists that can't be read now. What the
// daemon needs is checked with it, what a command needs by that command.
func (c Config) CheckFiles(name string) []Problem {
	var out []Problem
	add := func(key, text string) { out = append(out, Problem{File: name, Key: key, Text: text}) }
	if f, err := os.Open(name); errors.Is(err, fs.ErrPermission) {
		add("", closed(name))
	} else if err == nil {
		f.Close()
	}
	told := false // once is enough
	secret := func(key, path string) {
		if path == "" {
			return
		}
		if _, err := ReadSecret(path); err != nil {
			add(key, err.Error())
		} else if owner := ownerOf(path); os.Geteuid() == 0 && owner > 0 && !told {
			told = true
			add("key_file", fmt.Sprintf("%s belongs to root, but %s to user %s. The daemon's user must own both. Run: chown %[3]s %[1]s",
				Quote(filepath.Dir(c.KeyFile)), Quote(path), UserName(owner)))
		}
	}
	roots := func(key, path string) {
		if _, err := ReadRoots(path); err != nil {
			add(key, err.Error())
		}
	}
	for _, m := range c.Mailbox {
		secret("mailbox.password_file", m.PasswordFile)
		roots("mailbox.ca_file", m.CAFile)
	}
	secret("smtp.password_file", c.SMTP.PasswordFile)
	roots("smtp.ca_file", c.SMTP.CAFile)
	for _, e := range c.External {
		if _, err := e.Secrets(); err != nil {
			add("external.secret_file", err.Error())
		}
	}
	if _, err := c.ExternalAPI.Certificate(); err != nil {
		add("external_api.tls_cert_file", err.Error())
	}
	if p := c.Proof.PublicSuffixFile; p != "" {
		if info, err := os.Stat(p); err != nil {
			add("proof.public_suffix_file", p+": "+Cause(err)+".")
		} else if !info.Mode().IsRegular() {
			add("proof.public_suffix_file", p+": is not a file.")
		}
	}
	return out
}

// ForRun reports what is missing before the daemon can run: other commands do
// without.
func (c Config) ForRun(name string) []Problem {
	var out []Problem
	if len(c.Mailbox) == 0 {
		out = append(out, Problem{File: name, Key: "mailbox", Text: "there is none, so there is no mail to read. Add a [[mailbox]]; `countersign config example` shows one."})
	}
	for _, m := range c.Mailbox {
		if m.Mode == "act" && c.SMTP.Server == "" {
			out = append(out, Problem{File: name, Key: "smtp.server", Text: `is missing, so no customer can be asked. Name the SMTP server, such as "mail.desk.example:587".`})
			break
		}
	}
	return out
}
