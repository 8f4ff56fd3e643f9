package clients

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"countersign/internal/clean"
	"countersign/policy"
)

// Permission is what a contact may ask for or do: a class, or one of these;
// perhaps for named services only, and perhaps until the end of a day in UTC:
//
//	dns-change
//	dns-change:web-3,mail-1
//	dns-change:web-3@2027-01-31
//
// What ParsePermission gives is always written in the same way.
type Permission string

// The permissions beside the names of classes.
const (
	All        Permission = "all"        // everything
	Privileged Permission = "privileged" // every privileged class that needs no approval
	Minor      Permission = "ask"        // a question and a minor change
	Approve    Permission = "approve"
	Manage     Permission = "manage-contacts"
	SeeCode    Permission = "see-code"
)

// others are the permissions that are no class.
var others = []Permission{All, Privileged, Minor, Approve, Manage, SeeCode}

const (
	maxServices    = 16 // of one permission
	maxPermissions = 32 // of one contact
)

var serviceForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$`)

// Service gives the name of a service as it is compared: neither case nor blanks
// around it count. "" is no service.
func Service(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name != "" && !serviceForm.MatchString(name) {
		return "", fmt.Errorf("%q is no name of a service: at most 64 letters, digits, dots and dashes", clean.Name(name, maxName))
	}
	return lower(name), nil
}

// ParsePermission reads CLASS[:SERVICE[,SERVICE]][@YYYY-MM-DD], CLASS being a
// class or another permission. The day is the last one, in UTC.
func ParsePermission(s string) (Permission, error) {
	name, day, dated := strings.Cut(lower(strings.TrimSpace(s)), "@")
	name, list, limited := strings.Cut(name, ":")
	if !Permission(name).named() {
		return "", fmt.Errorf(`"%s": not a class or permission; separate with ; any of %s%s`, clean.Name(name, maxName), strings.Join(permissionNames(), ", "), meant(name, permissionNames()))
	}
	out := name
	if limited {
		services, err := parseServices(name, list)
		if err != nil {
			return "", err
		}
		out += ":" + strings.Join(services, ",")
	}
	if dated {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return "", fmt.Errorf(`"%s": the last day of %s is written as %s@2027-01-31`, clean.Name(day, maxName), name, name)
		}
		out += "@" + day
	}
	return Permission(out), nil
}

func parseServices(name, list string) (services []string, err error) {
	if p := Permission(name); p == Manage || p == SeeCode {
		return nil, fmt.Errorf("%s is for the whole client, and for no service alone", name)
	}
	for one := range strings.SplitSeq(list, ",") {
		service, err := Service(one)
		if err != nil || service == "" {
			return nil, fmt.Errorf(`"%s" is no name of a service; %s for some alone is written as %s:web-3,mail-1`, clean.Name(one, maxName), name, name)
		}
		if !slices.Contains(services, service) {
			services = append(services, service)
		}
	}
	if len(services) > maxServices {
		return nil, fmt.Errorf("%s for %d services, at most %d are allowed", name, len(services), maxServices)
	}
	slices.Sort(services)
	return services, nil
}

// ParsePermissions reads several and leaves out what is said twice.
func ParsePermissions(list []string) (all []Permission, errs []error) {
	for _, one := range list {
		p, err := ParsePermission(one)
		if err != nil {
			errs = append(errs, err)
		} else if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	if len(all) > maxPermissions {
		errs = append(errs, fmt.Errorf("%d permissions, at most %d are allowed", len(all), maxPermissions))
	}
	return all, errs
}

// Known reports whether there is such a permission, written as ParsePermission
// writes it.
func (p Permission) Known() bool {
	same, err := ParsePermission(string(p))
	return err == nil && same == p
}

func (p Permission) named() bool { return policy.Class(p).Known() || slices.Contains(others, p) }

// permissionNames names every permission, for whoever misspelt one.
func permissionNames() (names []string) {
	for _, p := range others {
		names = append(names, string(p))
	}
	for _, c := range policy.Classes {
		names = append(names, string(c))
	}
	return names
}

// parts takes a permission apart: its name, the services that it is for, none
// for all of them, and when it ends, zero for never. It may nothing from that
// moment on.
func (p Permission) parts() (name Permission, services []string, end time.Time) {
	rest, day, dated := strings.Cut(string(p), "@")
	head, list, limited := strings.Cut(rest, ":")
	if limited {
		services = strings.Split(list, ",")
	}
	if dated {
		last, err := time.Parse(time.DateOnly, day)
		if err != nil { // no such record is written
			last = time.Time{}
		}
		end = last.AddDate(0, 0, 1)
	}
	return Permission(head), services, end
}

// gives reports whether a permission without limits gives what is asked.
func (p Permission) gives(asked Permission) bool {
	class := policy.Class(asked)
	return p == asked || p == All && asked.named() ||
		p == Privileged && class.Known() && class.Privileged() && !class.Largest() ||
		p == Minor && (class == policy.Question || class == policy.MinorChange)
}

// grants reports whether one of the permissions gives what is asked, of a
// service, at that time. Of no service in particular it takes a permission that
// is for all of them.
func grants(permissions []Permission, asked Permission, at time.Time, service string) bool {
	return slices.ContainsFunc(permissions, func(p Permission) bool {
		name, services, end := p.parts()
		return name.gives(asked) &&
			(end.IsZero() || at.Before(end)) && //rule:6.5 ended-permission-may-nothing TestMayLimited/day-after
			(services == nil || slices.Contains(services, service)) //rule:6.5 permission-of-a-service TestMayLimited/other-service
	})
}

// ServiceIn gives the one service, of those that the contact's permissions name,
// that stands as a word of its own in the texts; "" where none does, or several.
func (c Contact) ServiceIn(at time.Time, texts ...string) (found string) {
	for _, service := range c.services(at) {
		for _, text := range texts {
			if !standsIn(text, service) || service == found {
				continue
			}
			if found != "" {
				return ""
			}
			found = service
		}
	}
	return found
}

func (c Contact) services(at time.Time) (all []string) {
	for _, p := range c.Permissions {
		_, services, end := p.parts()
		for _, s := range services {
			if (end.IsZero() || at.Before(end)) && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// NamedIn reports whether a word of the text is the permission as it is written.
// Where people use that word for itself, as they do "all", it counts in a list of
// permissions only: "permissions all, approve".
func (p Permission) NamedIn(text string) bool {
	plain := !strings.ContainsAny(string(p), "-:@")
	listed := !plain
	for word := range strings.FieldsFuncSeq(lower(text), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`;()"'`, r) }) {
		word = strings.TrimRight(word, ".,!?")
		_, err := ParsePermission(word)
		switch begins := strings.TrimRight(word, ":"); {
		case listed && word == string(p):
			return true
		case begins == "permission" || begins == "permissions":
			listed = true
		case err != nil && word != "and":
			listed = !plain
		}
	}
	return false
}

// NamedIn reports whether a text says the role as it is written: "role primary".
func (r Role) NamedIn(text string) bool {
	return standsIn(strings.Join(strings.Fields(text), " "), "role "+string(r))
}

// standsIn reports whether a name stands in a text as a whole word: no letter,
// digit, dot or dash of a longer name is before or behind it.
func standsIn(text, name string) bool {
	text = lower(text)
	for from := 0; ; from++ {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		from += i
		before, _ := utf8.DecodeLastRuneInString(text[:from])
		behind, _ := utf8.DecodeRuneInString(strings.TrimLeft(text[from+len(name):], joins))
		if !inName(before) && !strings.ContainsRune(joins, before) && !inName(behind) {
			return true
		}
	}
}

// joins are what may stand within a longer name.
const joins = ".-@"

func inName(r rune) bool {
	return r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// lower is strings.ToLower for ASCII alone: what else lower-cases into it is
// another letter.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
