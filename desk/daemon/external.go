package daemon

import (
	"crypto/tls"
	"net"

	"countersign/desk/api"
	"countersign/inbound/external"
	"countersign/internal/config"
	"countersign/internal/exit"
)

// products are the other systems that check people. A secret is read each time, so
// that it is changed without a restart.
func products(c config.Config) (out []api.Product) {
	for _, e := range c.External {
		out = append(out, api.Product{Name: e.Name, Kind: external.Kind(e.Kind), Paths: e.Paths(), Tolerance: e.Tolerance, Secrets: e.Secrets})
	}
	return out
}

// listenExternal opens the listener of their webhooks, nil where none is configured.
func listenExternal(c config.ExternalAPI) (net.Listener, error) {
	if c.Listen == "" {
		return nil, nil
	}
	fail := func(err error) (net.Listener, error) {
		return nil, &exit.Error{Code: exit.Unavailable, Reason: "external_api", Message: "external_api: " + err.Error(), Err: err}
	}
	cert, err := c.Certificate()
	if err != nil {
		return fail(err)
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fail(err)
	}
	if cert != nil {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12})
	}
	return l, nil
}
