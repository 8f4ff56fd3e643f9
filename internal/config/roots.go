package config

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"os"
)

// ReadRoots gives the certificates in the PEM file at path, by which a server
// with a private authority is known; nil, which is the system's, where path is
// empty. Every block has to be a certificate, and nobody else may write the file.
func ReadRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	fail := func(text, try string) (*x509.CertPool, error) {
		return nil, &secretError{Path: path, Text: text, Try: try}
	}
	f, err := os.Open(path)
	if err != nil {
		return fail("can't be read: "+Cause(err)+".", "")
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil || !info.Mode().IsRegular():
		return fail("is not a file.", "")
	case info.Mode().Perm()&0o022 != 0:
		return fail(fmt.Sprintf("other users can write it (mode %04o).", info.Mode().Perm()), "chmod go-w "+Quote(path))
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return fail("can't be read: "+Cause(err)+".", "")
	}
	pool, found := x509.NewCertPool(), false
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			return fail("holds something that is no certificate. Put the authority's there, as PEM, and nothing else.", "")
		}
		pool.AddCert(cert)
		found = true
	}
	if !found {
		return fail("holds no certificate. Put the authority's there, as PEM.", "")
	}
	return pool, nil
}
