// Package config reads countersign.toml, the wires of the daemon: where mail
// comes from and goes to, where state is kept, how long things live.
//
// It reads strictly. An unknown key is an error, since a misspelt key would be
// a protection that is silently off; so is a setting whose part isn't built
// yet. All faults are found in one run, each with its line and column and with
// what to do. Secrets are names of files, never values.
//
// It touches no network and writes nothing. What a setting does is for the
// package that it configures.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"time"

	"countersign/internal/strict"
)

// DefaultPath is where the configuration is read from if nothing says otherwise.
const DefaultPath = "/etc/countersign/countersign.toml"

// Config is a configuration in which every default is filled in. Paths are
// absolute, addresses lower case, if it was read from a file.
type Config struct {
	State   string    `toml:"state"`    // the store
	KeyFile string    `toml:"key_file"` // seals codes and waiting mail
	Policy  string    `toml:"policy"`   // empty: the built-in policy
	Socket  string    `toml:"socket"`   // where the CLI finds the daemon
	DNS     DNS       `toml:"dns"`
	Mailbox []Mailbox `toml:"mailbox"`
	SMTP    SMTP      `toml:"smtp"`
	Proof   Proof     `toml:"proof"`
	Limits  Limits    `toml:"limits"`
	Drill   Drill     `toml:"drill"`

	External    []External  `toml:"external"`
	ExternalAPI ExternalAPI `toml:"external_api"`
}

// DNS says whom to ask about domains.
type DNS struct {
	Resolver string        `toml:"resolver"` // host:port; empty: the system's
	Timeout  time.Duration `toml:"timeout"`  // of one question
}

// Mailbox is one mailbox that customers write to.
type Mailbox struct {
	Name           string        `toml:"name"`
	Address        string        `toml:"address"`
	IMAP           string        `toml:"imap"` // host:port
	TLS            string        `toml:"tls"`  // implicit, starttls or none
	AllowPlaintext bool          `toml:"allow_plaintext"`
	User           string        `toml:"user"` // default: Address
	PasswordFile   string        `toml:"password_file"`
	CAFile         string        `toml:"ca_file"` // whose certificates are believed; empty: the system's
	Mode           string        `toml:"mode"`    // observe or act
	Handled        string        `toml:"handled"` // move or mark
	Poll           time.Duration `toml:"poll"`
	Unknown        string        `toml:"unknown"`       // hold or drop
	ReplyAddress   string        `toml:"reply_address"` // with {token}; default: plus addressing of Address
	Trust          Trust         `toml:"trust"`
}

// Trust says whose word about a message counts besides our own checks.
type Trust struct {
	AuthservIDs   []string `toml:"authserv_ids"`
	Exclusive     bool     `toml:"exclusive"`
	BelowReceived int      `toml:"below_received"`
	OwnListIDs    []string `toml:"own_list_ids"`
	ARCSealers    []string `toml:"arc_sealers"`
}

// SMTP says how mail leaves.
type SMTP struct {
	Server         string       `toml:"server"` // host:port; empty: nothing is sent
	TLS            string       `toml:"tls"`    // implicit, starttls or none
	AllowPlaintext bool         `toml:"allow_plaintext"`
	From           mail.Address `toml:"from"` // default: the first mailbox's address
	User           string       `toml:"user"` // empty: no AUTH
	PasswordFile   string       `toml:"password_file"`
	CAFile         string       `toml:"ca_file"` // as of a mailbox
}

// Proof says how long things live and who must prove more.
type Proof struct {
	Token            time.Duration `toml:"token"`
	Reminder         time.Duration `toml:"reminder"`
	Cooling          time.Duration `toml:"cooling"`
	DNSWait          time.Duration `toml:"dns_wait"`
	StrictDomains    []string      `toml:"strict_domains"`
	SharedDomains    []string      `toml:"shared_domains"`
	TokenClasses     []string      `toml:"token_classes"`
	PublicSuffixFile string        `toml:"public_suffix_file"` // empty: the built-in list
}

// MaxSize is the most that limits.size may be.
const MaxSize = 100 << 20

// Limits bound what comes in and what goes out.
type Limits struct {
	Size                  Size          `toml:"size"` // of one message
	NoticesPerMinute      int           `toml:"notices_per_minute"`
	NoticesPerContactHour int           `toml:"notices_per_contact_hour"`
	NoticesPerTicketDay   int           `toml:"notices_per_ticket_day"`
	SetAside              Size          `toml:"set_aside"`          // bytes kept of messages that prove nothing
	SetAsideMessages      int           `toml:"set_aside_messages"` // whose bytes are kept
	Keep                  time.Duration `toml:"keep"`               // of what is set aside or belongs to no ticket
	DiskFree              Size          `toml:"disk_free"`          // with less free than that, no such bytes are kept
}

// Drill is for tests and exercises.
type Drill struct {
	Clock bool `toml:"clock"` // commands take --at
}

// Default gives the configuration of an empty file in dir, the folder to which
// relative paths are relative.
func Default(dir string) Config {
	c := defaults()
	c.fill(dir)
	return c
}

func defaults() Config {
	return Config{
		State:   "/var/lib/countersign/state.db",
		KeyFile: "/etc/countersign/state.key",
		DNS:     DNS{Timeout: 5 * time.Second},
		SMTP:    SMTP{TLS: "starttls"},
		Proof: Proof{Token: 168 * time.Hour, Reminder: 48 * time.Hour, Cooling: 72 * time.Hour, DNSWait: 72 * time.Hour,
			StrictDomains: []string{"onmicrosoft.com"}, TokenClasses: []string{"minor-change"}},
		Limits: Limits{Size: 25 << 20, NoticesPerMinute: 600, NoticesPerContactHour: 10, NoticesPerTicketDay: 4,
			SetAside: 256 << 20, SetAsideMessages: 10_000, Keep: 2160 * time.Hour, DiskFree: 64 << 20},
		ExternalAPI: ExternalAPI{RequestsPerMinute: 120},
	}
}

func defaultMailbox() Mailbox {
	return Mailbox{TLS: "implicit", Mode: "act", Handled: "move", Poll: 30 * time.Second, Unknown: "hold"}
}

// fill sets the defaults that follow from other settings and makes paths absolute.
func (c *Config) fill(dir string) {
	c.State, c.KeyFile = absolute(dir, c.State), absolute(dir, c.KeyFile)
	c.Policy = absolute(dir, c.Policy)
	c.Proof.PublicSuffixFile = absolute(dir, c.Proof.PublicSuffixFile)
	c.SMTP.PasswordFile, c.SMTP.CAFile = absolute(dir, c.SMTP.PasswordFile), absolute(dir, c.SMTP.CAFile)
	for i := range c.Mailbox {
		m := &c.Mailbox[i]
		m.PasswordFile, m.CAFile = absolute(dir, m.PasswordFile), absolute(dir, m.CAFile)
		if m.User == "" {
			m.User = m.Address
		}
		if m.ReplyAddress == "" {
			m.ReplyAddress = PlusAddress(m.Address)
		}
	}
	c.fillExternal(dir)
	if c.SMTP.From.Address == "" && len(c.Mailbox) > 0 {
		c.SMTP.From.Address = c.Mailbox[0].Address
	}
	if c.Socket == "" {
		c.Socket = defaultSocket(c.State, runFolder)
	}
	c.Socket = absolute(dir, c.Socket)
}

// runFolder is what the unit's RuntimeDirectory= makes, for the daemon's user.
const runFolder = "/run/countersign"

// defaultSocket is the one place where daemon and commands alike look for the
// socket: in run, if it is there and belongs to whom the state belongs to, else
// beside the state. So a desk of one's own never asks the machine's daemon.
func defaultSocket(state, run string) string {
	dir := filepath.Dir(state)
	if r, err := os.Stat(run); err == nil && r.IsDir() {
		if s, err := os.Stat(dir); err != nil || Owner(s) == Owner(r) {
			return filepath.Join(run, "control.sock")
		}
	}
	return filepath.Join(dir, "control.sock")
}

func absolute(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// Problem is one fault of a configuration.
type Problem = strict.Problem

// maxFile bounds a configuration file.
const maxFile = 1 << 20

// Load reads the configuration at path. It may be used only if there are no
// problems.
func Load(path string) (Config, []Problem) {
	whole := func(text string) (Config, []Problem) { return Config{}, []Problem{{File: path, Text: text}} }
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return whole("there is no such file. Make one: countersign config example > " + path)
	case errors.Is(err, fs.ErrPermission):
		return whole(closed(path))
	case err != nil:
		return whole("can't be read: " + Cause(err))
	case !info.Mode().IsRegular():
		return whole("is not a file. Name a file with --config.")
	case info.Size() > maxFile:
		return whole("is larger than 1 MiB and so no configuration. Name another file with --config.")
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrPermission) {
		return whole(closed(path))
	}
	if err != nil {
		return whole("can't be read: " + Cause(err))
	}
	c, problems := parse(path, text)
	return c, append(problems, c.checkOwn(path)...)
}

// Lenient is Load for commands that need no daemon: where there is no file the
// defaults stand.
func Lenient(path string) (Config, []Problem) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Default(filepath.Dir(path)), nil
	}
	return Load(path)
}

// closed says that this user may not read the configuration, which agents'
// commands read, too.
func closed(path string) string {
	me := UserName(os.Geteuid())
	if _, err := os.Stat(path); err != nil {
		return fmt.Sprintf("its folder is closed to user %s. The daemon and agents' commands look into it. Run: sudo chmod 755 %s", me, Quote(filepath.Dir(path)))
	}
	return fmt.Sprintf("user %s may not read it. It holds no secret, and agents' commands read it, too. Run: sudo chmod 644 %s", me, Quote(path))
}

// Cause is what lies beneath a fs.PathError, whose path is told already.
func Cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
