package daemon

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/config"
)

// TestListenExternal: plain on loopback, with a certificate by TLS, and a reason
// where neither can be.
func TestListenExternal(t *testing.T) {
	if l, err := listenExternal(config.ExternalAPI{}); l != nil || err != nil {
		t.Errorf("nothing is configured: %v, %v", l, err)
	}
	plain, err := listenExternal(config.ExternalAPI{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if _, err := listenExternal(config.ExternalAPI{Listen: plain.Addr().String()}); err == nil || !strings.Contains(err.Error(), "external_api: ") {
		t.Errorf("a port in use: %v", err)
	}
	cert, key := certificate(t)
	secure := config.ExternalAPI{Listen: "127.0.0.1:0", TLSCertFile: cert, TLSKeyFile: key}
	l, err := listenExternal(secure)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			_, _ = io.WriteString(c, "heard")
			c.Close()
		}
	}()
	pemBytes, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pemBytes)
	c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "desk.example"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if b, err := io.ReadAll(c); string(b) != "heard" {
		t.Errorf("%q, %v", b, err)
	}
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := listenExternal(secure); err == nil || !strings.Contains(err.Error(), "other users can read") {
		t.Errorf("an open key: %v", err)
	}
	secure.TLSKeyFile = cert
	if _, err := listenExternal(secure); err == nil {
		t.Error("a certificate as its own key")
	}
	secure.TLSCertFile = filepath.Join(t.TempDir(), "none")
	if _, err := listenExternal(secure); err == nil || !strings.Contains(err.Error(), "can't be read") {
		t.Errorf("no file: %v", err)
	}
}

// certificate makes one for desk.example, and its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"desk.example"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
