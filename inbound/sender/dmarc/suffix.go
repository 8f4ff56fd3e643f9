package dmarc

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Suffixes knows below which names domains belong to different people: the
// public suffix list with its private part, since neighbours on such a host
// (github.io) are as strange to each other as those below com.
type Suffixes struct {
	rules map[string]bool // nil: the built-in list. Keys "co.uk", "*.ck", "!www.ck"
	made  time.Time
	name  string
}

// List names the list and when it was made; the time is zero where the list does
// not say.
func (s *Suffixes) List() (name string, made time.Time) { return s.name, s.made }

var isoDate = regexp.MustCompile(`20\d\d-[01]\d-[0-3]\d`)

// maxSuffixFile bounds a list; the one of 2026 has 330 kB.
const maxSuffixFile = 8 << 20

// LoadSuffixes reads a list in the format of publicsuffix.org, or gives the
// built-in one where path is empty.
func LoadSuffixes(path string) (*Suffixes, error) {
	if path == "" {
		s := &Suffixes{name: "built-in"}
		s.made = dateIn(publicsuffix.List.String())
		return s, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open public suffix list: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("public suffix list %s: %w", path, err)
	}
	if info.Size() > maxSuffixFile {
		return nil, fmt.Errorf("public suffix list %s has %d bytes: it is no such list", path, info.Size())
	}
	s := &Suffixes{name: path, made: info.ModTime(), rules: map[string]bool{}}
	for lines := bufio.NewScanner(f); ; {
		if !lines.Scan() {
			if err := lines.Err(); err != nil {
				return nil, fmt.Errorf("public suffix list %s: %w", path, err)
			}
			break
		}
		line := strings.TrimSpace(lines.Text())
		if comment, ok := strings.CutPrefix(line, "//"); ok {
			if strings.Contains(comment, "VERSION") && !dateIn(comment).IsZero() {
				s.made = dateIn(comment)
			}
			continue
		}
		rule, _, _ := strings.Cut(line, " ")
		if rule == "" {
			continue
		}
		if err := s.add(rule); err != nil {
			return nil, fmt.Errorf("public suffix list %s: rule %q: %w", path, rule, err)
		}
	}
	if !s.rules["com"] || !s.rules["org"] {
		return nil, fmt.Errorf("public suffix list %s: it lacks com or org, so it is no whole list", path)
	}
	return s, nil
}

func (s *Suffixes) add(rule string) error {
	mark := ""
	for _, m := range []string{"!", "*."} {
		if rest, ok := strings.CutPrefix(rule, m); ok {
			mark, rule = m, rest
		}
	}
	ascii, err := idna.ToASCII(strings.ToLower(rule))
	if err != nil {
		return err
	}
	if ascii == "" || strings.ContainsAny(ascii, "*! \t/") {
		return errors.New("not a rule")
	}
	s.rules[mark+ascii] = true
	return nil
}

func dateIn(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, isoDate.FindString(s))
	return t
}

// Organization gives the name one label below the public suffix, or "" where
// domain is itself a suffix. domain is lower-case ASCII without a last dot.
func (s *Suffixes) Organization(domain string) string {
	suffix := ""
	if s.rules == nil {
		suffix, _ = publicsuffix.PublicSuffix(domain)
	} else {
		suffix = s.suffix(domain)
	}
	if len(suffix) >= len(domain) {
		return ""
	}
	below := strings.TrimSuffix(domain, "."+suffix)
	return below[strings.LastIndexByte(below, '.')+1:] + "." + suffix
}

// suffix finds the rule that counts: an exception, else the longest; else the
// last label.
func (s *Suffixes) suffix(domain string) string {
	for d := domain; ; {
		_, parent, more := strings.Cut(d, ".")
		switch {
		case s.rules["!"+d]:
			return parent
		case s.rules[d], more && s.rules["*."+parent], !more:
			return d
		}
		d = parent
	}
}
