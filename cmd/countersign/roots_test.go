package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/exit"
	"countersign/internal/mailtest"
)

// authority is a private one: the PEM of its certificate, and a certificate by it
// for a server on loopback.
func authority(t *testing.T) (root []byte, server tls.Certificate) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	of := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	ca, err := x509.CreateCertificate(rand.Reader, of, of, public, private)
	must(t, err)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: of.NotBefore, NotAfter: of.NotAfter, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, leaf, of, public, private)
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca}), tls.Certificate{Certificate: [][]byte{cert}, PrivateKey: private}
}

// behindTLS gives the address of a server that speaks TLS and passes everything on.
func behindTLS(t *testing.T, cert tls.Certificate, to string) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				if out, err := net.Dial("tcp", to); err == nil {
					defer out.Close()
					go func() { _, _ = io.Copy(out, in); out.Close() }()
					_, _ = io.Copy(in, out)
				}
			}()
		}
	}()
	return l.Addr().String()
}

// TestPrivateAuthority: a server whose certificate is a private authority's is
// known by ca_file, and by nothing else.
func TestPrivateAuthority(t *testing.T) {
	imap, err := mailtest.NewIMAP()
	must(t, err)
	t.Cleanup(func() { imap.Close() })
	smtp, err := mailtest.NewSMTP()
	must(t, err)
	t.Cleanup(func() { smtp.Close() })
	root, cert := authority(t)
	other, _ := authority(t)
	dir := t.TempDir()
	for name, text := range map[string][]byte{"ours.pem": root, "other.pem": other, "none.pem": []byte("no certificate\n"), "secret": []byte(imap.Password),
		"people.csv": []byte("client,client_name,email,name,role,permissions,language\nnorth,Northwind,ada@north.example,Ada Berg,primary,,en\n"),
		"key.pem":    pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})} {
		must(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	must(t, os.WriteFile(filepath.Join(dir, "open.pem"), root, 0o600))
	must(t, os.Chmod(filepath.Join(dir, "open.pem"), 0o666))
	conf := filepath.Join(dir, "c.toml")
	write := func(imapRoots, smtpRoots string) {
		must(t, os.WriteFile(conf, fmt.Appendf(nil, "state = \"state.db\"\nkey_file = \"state.key\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\n"+
			"imap = %q\nuser = %q\npassword_file = \"secret\"\n%s\n[smtp]\nserver = %q\ntls = \"implicit\"\n%s\n",
			behindTLS(t, cert, imap.Addr), imap.User, imapRoots, behindTLS(t, cert, smtp.Addr), smtpRoots), 0o600))
	}
	cli := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"--config", conf}, args...), nil, &out, &out)
		return code, out.String()
	}
	for _, tt := range []struct {
		roots string
		code  int
		said  string
	}{
		{`ca_file = "ours.pem"`, 0, "logged in"},
		{``, exit.Unavailable, "certificate"}, {`ca_file = "other.pem"`, exit.Unavailable, "certificate"},
		{`ca_file = "none.pem"`, exit.Config, "none.pem: holds no certificate"}, {`ca_file = "key.pem"`, exit.Config, "that is no certificate"},
		{`ca_file = "absent.pem"`, exit.Config, "absent.pem: can't be read"}, {`ca_file = "open.pem"`, exit.Config, "chmod go-w"},
		{"tls = \"none\"\nca_file = \"ours.pem\"", exit.Config, "mailbox.ca_file: has no meaning"},
	} {
		write(tt.roots, `ca_file = "ours.pem"`)
		if code, out := cli("mailbox", "test", "support", "--no-mail"); code != tt.code || !strings.Contains(out, tt.said) {
			t.Errorf("%q: exit %d, want %d and %q:\n%s", tt.roots, code, tt.code, tt.said, out)
		}
		if code, _ := cli("check-config"); (code == exit.Config) != (tt.code == exit.Config) {
			t.Errorf("%q: check-config: exit %d", tt.roots, code)
		}
	}
	write(`ca_file = "ours.pem"`, ``)
	for _, args := range [][]string{{"contact", "import", filepath.Join(dir, "people.csv")}, {"agent", "add", "sam", "--email", "sam@desk.example"},
		{"ticket", "open", "--contact", "ada@north.example", "--channel", "chat", "--class", "password-change", "--subject", "SFTP", "--agent", "sam"}} {
		if code, out := cli(args...); code != 0 {
			t.Fatalf("%v: exit %d: %s", args, code, out)
		}
	}
	if code, out := cli("run", "--once"); code != exit.Unavailable || !strings.Contains(out, "certificate") || len(smtp.Mails()) != 0 {
		t.Errorf("without ca_file: exit %d, %d mails: %s", code, len(smtp.Mails()), out)
	}
	write(`ca_file = "ours.pem"`, `ca_file = "ours.pem"`)
	if code, out := cli("run", "--once"); code != 0 || len(smtp.Mails()) != 1 {
		t.Errorf("with ca_file: exit %d, %d mails: %s", code, len(smtp.Mails()), out)
	}
}
