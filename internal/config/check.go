package config

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/strict"
	"countersign/policy"
)

// notBuilt lists settings whose part isn't built yet, by key and value; an
// empty value stands for any. They are refused: a protection that is accepted
// and ignored is worse than none.
var notBuilt = []struct{ key, value, instead string }{
	{"mailbox.unknown", "relay", `Write "hold" or "drop".`},
}

// check finds what is wrong with values that could be read.
func (r *reader) check() {
	c := &r.config
	r.required("state", "state", c.State, "Name the file to keep state in.")
	r.required("key_file", "key_file", c.KeyFile, "Name the file of the key that seals what is secret in the state.")
	if c.DNS.Resolver != "" {
		r.hostPort("dns.resolver", "dns.resolver", c.DNS.Resolver)
	}
	r.duration("dns.timeout", c.DNS.Timeout, 100*time.Millisecond, time.Minute)
	for i := range c.Mailbox {
		r.mailbox(i)
	}
	r.smtp()
	r.proof()
	for i := range c.External {
		r.external(i)
	}
	r.externalAPI()
	between := func(key string, n int64, low, high int64, show func(int64) string) {
		if !r.Lost[key] && (n < low || n > high) {
			r.Report(r.Where(key), key, "%s is not between %s and %s.", show(n), show(low), show(high))
		}
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	between("limits.size", int64(c.Limits.Size), 1<<10, MaxSize, func(n int64) string { return Size(n).String() })
	between("limits.notices_per_minute", int64(c.Limits.NoticesPerMinute), 1, 1_000_000, number)
	between("limits.notices_per_contact_hour", int64(c.Limits.NoticesPerContactHour), 1, 1_000_000, number)
	between("limits.notices_per_ticket_day", int64(c.Limits.NoticesPerTicketDay), 1, 1_000_000, number)
	size := func(n int64) string { return Size(n).String() }
	between("limits.set_aside", int64(c.Limits.SetAside), 0, 1<<40, size)
	between("limits.set_aside_messages", int64(c.Limits.SetAsideMessages), 0, 10_000_000, number)
	r.duration("limits.keep", c.Limits.Keep, 24*time.Hour, 87_600*time.Hour)
	between("external_api.requests_per_minute", int64(c.ExternalAPI.RequestsPerMinute), 1, 100_000, number)
	between("limits.disk_free", int64(c.Limits.DiskFree), 0, 1<<40, size)
}

func (r *reader) mailbox(i int) {
	m := &r.config.Mailbox[i]
	base := fmt.Sprintf("mailbox[%d].", i)
	at := func(name string) (string, string) { return base + name, "mailbox." + name }

	path, key := at("name")
	r.required(path, key, m.Name, `Give the mailbox a name, such as "support".`)
	if m.Name != "" && !mailboxName.MatchString(m.Name) {
		r.Report(r.Where(path), key, "%s is not a name. Use up to 40 letters, digits, - and _.", shown(m.Name))
	}
	for j, other := range r.config.Mailbox[:i] {
		if m.Name != "" && other.Name == m.Name {
			r.Report(r.Where(path), key, "mailbox %d is called %s already. Give each its own name.", j+1, shown(m.Name))
			break
		}
	}
	path, key = at("address")
	r.required(path, key, m.Address, `Say what address customers write to, such as "support@desk.example".`)
	r.address(path, key, &m.Address)
	path, key = at("imap")
	r.required(path, key, m.IMAP, `Name the IMAP server, such as "mail.desk.example:993".`)
	r.hostPort(path, key, m.IMAP)
	path, key = at("tls")
	r.tls(path, key, m.TLS, m.IMAP, m.AllowPlaintext)
	path, key = at("ca_file")
	r.roots(path, key, m.CAFile, m.TLS)
	path, key = at("password_file")
	r.required(path, key, m.PasswordFile, "Name the file that holds the password.")
	path, key = at("mode")
	r.oneOf(path, key, m.Mode, "observe", "act")
	path, key = at("handled")
	r.oneOf(path, key, m.Handled, "move", "mark")
	path, key = at("poll")
	r.durationAt(path, key, m.Poll, time.Second, time.Hour)
	path, key = at("unknown")
	if !r.built(path, key, m.Unknown) {
		r.oneOf(path, key, m.Unknown, "hold", "drop")
	}
	path, key = at("reply_address")
	r.replyAddress(path, key, m)
	path, key = at("trust.below_received")
	if n := m.Trust.BelowReceived; n < 0 || n > 20 {
		r.Report(r.Where(path), key, "%d is not between 0 and 20.", n)
	}
	for _, list := range []struct {
		name   string
		values []string
		what   string
	}{
		{"trust.authserv_ids", m.Trust.AuthservIDs, "the name by which your border server signs its results, such as \"mx.desk.example\""},
		{"trust.own_list_ids", m.Trust.OwnListIDs, "what stands between < and > in List-Id, such as \"support.desk.example\""},
		{"trust.arc_sealers", m.Trust.ARCSealers, "a domain, such as \"desk.example\""},
	} {
		path, key = at(list.name)
		r.names(path, key, list.values, list.what)
	}
}

func (r *reader) smtp() {
	s := &r.config.SMTP
	if s.Server != "" {
		r.hostPort("smtp.server", "smtp.server", s.Server)
	}
	r.tls("smtp.tls", "smtp.tls", s.TLS, s.Server, s.AllowPlaintext)
	r.roots("smtp.ca_file", "smtp.ca_file", s.CAFile, s.TLS)
	if s.From.Address != "" {
		r.address("smtp.from", "smtp.from", &s.From.Address)
	}
	if len(s.From.Name) > 100 {
		r.Report(r.Where("smtp.from"), "smtp.from", "the name is longer than 100 bytes. Shorten it.")
	}
	switch {
	case s.User != "" && s.PasswordFile == "":
		r.Report(r.Where("smtp.user"), "smtp.password_file", "is missing. Name the file that holds the password of smtp.user.")
	case s.User == "" && s.PasswordFile != "":
		r.Report(r.Where("smtp.password_file"), "smtp.user", "is missing. Name the user whose password this is, or remove smtp.password_file.")
	}
}

func (r *reader) proof() {
	p := &r.config.Proof
	r.duration("proof.token", p.Token, time.Minute, 336*time.Hour)
	if _, given := r.At["proof.reminder"]; !given && p.Reminder >= p.Token {
		p.Reminder = p.Token / 2
	}
	if r.duration("proof.reminder", p.Reminder, time.Second, 336*time.Hour) && !r.Lost["proof.token"] && p.Reminder >= p.Token {
		r.Report(r.Where("proof.reminder"), "proof.reminder", "%s is not before the end of a token's life (%s). Shorten it.", short(p.Reminder), short(p.Token))
	}
	r.duration("proof.cooling", p.Cooling, 0, 8760*time.Hour)
	r.duration("proof.dns_wait", p.DNSWait, time.Minute, 720*time.Hour)
	r.names("proof.strict_domains", "proof.strict_domains", p.StrictDomains, "a domain, such as \"onmicrosoft.com\"")
	r.names("proof.shared_domains", "proof.shared_domains", p.SharedDomains, "a domain, such as \"firm.example\"")
	for i, name := range p.TokenClasses {
		path := fmt.Sprintf("proof.token_classes[%d]", i)
		switch class := policy.Class(name); {
		case r.Lost[path]:
		case !class.Known():
			r.Report(r.Where(path), path, "%s is not a class. Classes are %s.", shown(name), classes())
		case class.Largest():
			r.Report(r.Where(path), path, "%s needs an approval, for which a token never stands in. Remove it.", name)
		}
	}
}

func classes() string {
	var out []string
	for _, c := range policy.Classes {
		out = append(out, string(c))
	}
	return strings.Join(out, ", ")
}

func (r *reader) required(path, key, value, do string) {
	if value == "" && !r.Lost[path] {
		r.Report(r.Where(path), key, "is missing. %s", do)
	}
}

// built refuses a setting whose part isn't there yet and reports whether it did.
func (r *reader) built(path, key, value string) bool {
	for _, n := range notBuilt {
		if n.key == key && value != "" && (n.value == "" || n.value == value) {
			what := key
			if n.value != "" {
				what = fmt.Sprintf("%q", n.value)
			}
			r.Report(r.Where(path), key, "%s is not built yet. %s", what, n.instead)
			return true
		}
	}
	return false
}

func (r *reader) oneOf(path, key, value string, allowed ...string) {
	if !r.Lost[path] && !slices.Contains(allowed, value) {
		r.Report(r.Where(path), key, `"%s" is not one of %s.`, shown(value), strings.Join(allowed, ", "))
	}
}

func (r *reader) duration(key string, d, low, high time.Duration) bool {
	return r.durationAt(key, key, d, low, high)
}

func (r *reader) durationAt(path, key string, d, low, high time.Duration) bool {
	if r.Lost[path] {
		return false
	}
	if d < low || d > high {
		r.Report(r.Where(path), key, "%s is not between %s and %s.", short(d), short(low), short(high))
		return false
	}
	return true
}

// short writes a duration without its zero ends.
func short(d time.Duration) string { return strict.Short(d) }

// String writes a size as it is written in the file.
func (s Size) String() string {
	for _, u := range []struct {
		name  string
		bytes Size
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if s != 0 && s%u.bytes == 0 {
			return fmt.Sprintf("%d%s", s/u.bytes, u.name)
		}
	}
	return fmt.Sprintf("%dB", int64(s))
}

func (r *reader) tls(path, key, mode, server string, allowed bool) {
	r.oneOf(path, key, mode, "implicit", "starttls", "none")
	if mode == "none" && server != "" && !allowed && !loopback(server) {
		r.Report(r.Where(path), key, `"none" would send the password and the tokens in the clear to %s. Write "implicit" or "starttls", or allow_plaintext = true if the wire is yours.`, shown(server))
	}
}

func (r *reader) roots(path, key, file, mode string) {
	if file != "" && mode == "none" {
		r.Report(r.Where(path), key, `has no meaning where tls = "none". Remove it.`)
	}
}

// loopback reports whether the host of a host:port is this machine by its name
// alone.
func loopback(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = hostPort
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

func (r *reader) hostPort(path, key, value string) {
	if value == "" || r.Lost[path] {
		return
	}
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		r.Report(r.Where(path), key, `"%s" is not host:port. Write it like "mail.desk.example:993" or "[::1]:53".`, shown(value))
		return
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		r.Report(r.Where(path), key, `"%s" is not a port number between 1 and 65535.`, shown(port))
	}
	if _, err := netip.ParseAddr(host); err != nil && !domain.MatchString(host) {
		r.Report(r.Where(path), key, `"%s" is not the name of a host or an IP address.`, shown(host))
	}
}

func (r *reader) names(path, key string, values []string, what string) {
	for i, v := range values {
		element := fmt.Sprintf("%s[%d]", path, i)
		if !r.Lost[element] && (len(v) > 253 || !domain.MatchString(v)) {
			r.Report(r.Where(element), fmt.Sprintf("%s[%d]", key, i), `"%s" is not %s.`, shown(v), what)
		}
		values[i] = strings.ToLower(v)
	}
}
