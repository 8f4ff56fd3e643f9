package probe

import (
	"strings"
)

// connectHint says which setting to look at by what a server, or the way to it,
// answered; other where that tells nothing. setting holds host and port, ports
// which port goes with which tls.
func connectHint(err error, setting, ports, other string) string {
	said := err.Error()
	for _, h := range []struct{ sign, do string }{
		{"no such host", "set " + setting + " to the server's name"},
		{"connection refused", "start the server, or set the port in " + setting + " to the one that it listens at (" + ports + ")"},
		{"does not look like a TLS", "set tls or the port: " + ports},
		{"does not offer STARTTLS", "set tls or the port: " + ports},
		{"greeting: ", "set tls or the port: " + ports},
		{"banner: ", "set tls or the port: " + ports},
		{"unknown authority", "name the file with your authority's certificate in ca_file, or trust it on this machine"},
		{"x509: cannot validate certificate for", "write the name that stands in the server's certificate into " + setting},
		{"x509: certificate is valid for", "write the name that stands in the server's certificate into " + setting},
		{"AUTHENTICATIONFAILED", "look at user, and at the password in password_file"},
		{": 535 ", "look at user, and at the password in password_file"},
	} {
		if strings.Contains(said, h.sign) {
			return h.do
		}
	}
	return other
}
