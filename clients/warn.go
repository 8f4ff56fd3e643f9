package clients

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/clients/onfile"
	"countersign/policy"
)

// Warning is what may be wrong with a contact as they are on file. It is a fact,
// and refuses nothing.
type Warning struct {
	Code    policy.Code `json:"code"`
	Address string      `json:"address"` // that it is about
	Text    string      `json:"text"`    // what is wrong, and why it matters
	Do      string      `json:"do"`      // what to do
}

// Reason is the warning in one sentence or two, for whoever is about to act.
func (w Warning) Reason() policy.Reason {
	return policy.Reason{Code: w.Code, Text: w.Text + " " + w.Do}
}

// Regard is a contact and everything that is known of their addresses.
type Regard struct {
	Contact  Contact
	Services []string // servers and domains that the client has with us
	Staff    []string // addresses of the desk and of its agents
	Mail     []MailFacts
}

// MailFacts are what is known of one address of a contact.
type MailFacts struct {
	Address string
	Shared  []string // other addresses on file that lead to the mailbox, or this one, of another contact, with whose it is
	Alike   string   // an address on file, of another contact, that it looks like

	Unproved time.Time // when mail of its domain last was not proved, if it never was
	Why      string    // it was not
	Policy   string    // the DMARC policy of the domain then

	Failed    time.Time // when a mail of ours to it last came back, if nothing came from it since
	Said      string    // by the server
	Automatic time.Time // when a machine last answered from it, if a person never has
}

// warners judge one address. They are tried in order, and each may warn.
var warners = []func(Regard, MailFacts) (Warning, bool){
	nobodys,
	severals, //rule:6.15 task-addresses-are-warned-of TestWarn/role
	sharedMailbox,
	likeAnother, //rule:6.15 look-alikes-on-file-are-warned-of TestWarn/alike
	likeStaff,   //rule:6.15 staff-look-alikes-are-warned-of TestWarn/staff-alike
	mixed,
	onOwnServer, //rule:6.15 own-server-is-warned-of TestWarn/own-domain
	unproved,    //rule:6.15 unproved-domains-are-warned-of TestWarn/unsigned
	failed,
	onlyAutomatic,
}

// Warn says what may be wrong with a contact, address by address. Of one who was
// removed nothing is.
func Warn(r Regard) (all []Warning) {
	if r.Contact.Status == Removed {
		return nil
	}
	for _, m := range r.Mail {
		for _, warns := range warners {
			if w, ok := warns(r, m); ok {
				w.Address = m.Address
				all = append(all, w)
			}
		}
	}
	return all
}

//go:embed warn.txt
var warnText string

// tasks are the names of addresses that are a task's: of several people, or of nobody.
var tasks = func() map[string][]string {
	all, list := map[string][]string{}, ""
	for line := range strings.Lines(warnText) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "@"):
			list = line[1:]
		case line != "" && line[0] != '#':
			all[list] = append(all[list], line)
		}
	}
	return all
}()

// isTask reports whether an address is called as one of the list: info@,
// info-eu@, info2@, info+web@; also i.n.f.o@, and no person's first name.
func isTask(addr, list string) bool {
	local, _, _ := strings.Cut(onfile.Mailbox(addr), "@")
	parts := strings.FieldsFunc(strings.TrimRight(local, "0123456789"), func(r rune) bool { return strings.ContainsRune("._-", r) })
	short := len(parts) == 2 && len(parts[1]) <= 3 && len(parts[0]) > 2 // a country, a department
	return slices.Contains(tasks[list], strings.Join(parts, "")) || short && slices.Contains(tasks[list], parts[0])
}

func nobodys(_ Regard, m MailFacts) (Warning, bool) {
	return Warning{Code: policy.CodeNoReplyAddress, Text: m.Address + " sends mail and reads none: nobody answers our questions there.",
		Do: "Put the person's own address on file."}, isTask(m.Address, "nobody")
}

func severals(_ Regard, m MailFacts) (Warning, bool) {
	return Warning{Code: policy.CodeRoleAddress, Text: m.Address + " is an address of a task, which several people may read: each of them can answer YES.",
		Do: "Ask who else reads it, and put the person's own address on file."}, isTask(m.Address, "several")
}

func sharedMailbox(_ Regard, m MailFacts) (Warning, bool) {
	return Warning{Code: policy.CodeSameMailbox, Text: fmt.Sprintf("%s leads to the same mailbox as %s: whoever reads it answers for both, and neither can approve what the other asks for.",
			m.Address, strings.Join(m.Shared, ", ")), Do: "Give each of them a mailbox of their own."},
		len(m.Shared) > 0
}

func likeAnother(_ Regard, m MailFacts) (Warning, bool) {
	return Warning{Code: policy.CodeLookAlike, Text: fmt.Sprintf("%s looks like %s, which is on file for somebody else.", m.Address, m.Alike),
		Do: "Look whether it is a slip, or somebody who wants to be taken for them."}, m.Alike != ""
}

func likeStaff(r Regard, m MailFacts) (Warning, bool) {
	for _, own := range r.Staff {
		if looksLike(m.Address, own) {
			return Warning{Code: policy.CodeStaffAlike, Text: fmt.Sprintf("%s looks like %s, which is an address of our own.", m.Address, own),
				Do: "Look whether somebody wants to be taken for staff, or an agent for a customer."}, true
		}
	}
	return Warning{}, false
}

func mixed(_ Regard, m MailFacts) (Warning, bool) {
	shown, is := disguised(domainPart(m.Address))
	return Warning{Code: policy.CodeMixedLetters, Text: fmt.Sprintf("The domain of %s is written with letters that look like others: people read it as %s.", m.Address, shown),
		Do: "Ask the person for the address by another way, and compare the domain letter by letter."}, is
}

// onOwnServer: whoever gets hold of what they ask us to change gets the mail, too,
// by which they prove that they may ask. An address elsewhere is out of that reach.
func onOwnServer(r Regard, m MailFacts) (Warning, bool) {
	service := r.runs(m.Address)
	elsewhere := slices.ContainsFunc(r.Contact.Addresses, func(a string) bool { return r.runs(a) == "" })
	return Warning{Code: policy.CodeOwnServer, Text: fmt.Sprintf("%s lies at %s, which we run for this client: whoever holds that server or domain holds the proof.", m.Address, service),
		Do: "Ask for a second address elsewhere, and put it on file, too (contact set --add-address)."}, service != "" && !elsewhere
}

// runs gives the service, among those that the client has with us, at or below
// which an address lies.
func (r Regard) runs(addr string) string {
	domain := domainPart(addr)
	for _, s := range r.Services {
		if strings.Contains(s, ".") && (domain == lower(s) || strings.HasSuffix(domain, "."+lower(s))) {
			return s
		}
	}
	return ""
}

func unproved(_ Regard, m MailFacts) (Warning, bool) {
	domain := domainPart(m.Address)
	published := ""
	if m.Policy == "none" {
		published = " The domain publishes p=none, so nobody refuses what is forged in its name."
	}
	return Warning{Code: policy.CodeDomainUnproved, Text: fmt.Sprintf("Mail of %s could not be proved so far (%s; last %s): a YES from there counts as the weak proof token only.%s",
		domain, m.Why, m.Unproved.UTC().Format("2006-01-02"), published), Do: AskForDKIM(domain)}, !m.Unproved.IsZero()
}

// AskForDKIM is what a customer is told whose domain signs no mail.
func AskForDKIM(domain string) string {
	return fmt.Sprintf("Tell them: \"Ask whoever runs mail for %s to sign it with DKIM for %s itself; until then we can't be sure that a mail is yours.\"", domain, domain)
}

func failed(_ Regard, m MailFacts) (Warning, bool) {
	said := ""
	if m.Said != "" {
		said = ": " + m.Said
	}
	return Warning{Code: policy.CodeUndelivered, Text: fmt.Sprintf("Our last mail to %s came back (%s%s).", m.Address, m.Failed.UTC().Format("2006-01-02"), said),
		Do: "Ask the person, by another way, for an address that works."}, !m.Failed.IsZero()
}

func onlyAutomatic(_ Regard, m MailFacts) (Warning, bool) {
	return Warning{Code: policy.CodeOnlyAutomatic, Text: fmt.Sprintf("From %s only automatic answers came so far (last %s): perhaps nobody reads it.", m.Address, m.Automatic.UTC().Format("2006-01-02")),
		Do: "Ask whether the person reads that mailbox."}, !m.Automatic.IsZero()
}

func domainPart(addr string) string { return addr[strings.LastIndexByte(addr, '@')+1:] }
