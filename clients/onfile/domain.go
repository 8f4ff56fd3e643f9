package onfile

import (
	"fmt"

	"countersign/internal/kv"
)

// CountAt counts so many more or less addresses of contacts at a domain, those of
// removed ones apart.
func CountAt(tx kv.Tx, domain string, more int) error {
	if more == 0 {
		return nil
	}
	n, err := contactsAt(tx, domain)
	if err != nil {
		return err
	}
	if n+more <= 0 {
		return tx.Delete(domainPrefix + domain)
	}
	return kv.Save(tx, domainPrefix+domain, n+more)
}

func contactsAt(r kv.Reader, domain string) (int, error) {
	n, _, err := kv.Load[int](r, domainPrefix+domain)
	return n, err
}

func agentAt(r kv.Reader, domain string) (bool, error) {
	b, err := r.Get(agentDomainPrefix + domain)
	return b != nil, err
}

// AgentMayBeAt says why no agent may have that address: an agent makes every
// address at their domain one of staff, so there may be none of contacts there.
func (d Desk) AgentMayBeAt(r kv.Reader, addr string) error {
	domain := domainOf(addr)
	n, err := contactsAt(r, domain)
	if err != nil || n == 0 || d.everybodys(domain) {
		return err
	}
	return &CrowdError{domain, n}
}

// CrowdError reports a domain at which contacts are.
type CrowdError struct {
	Domain   string
	Contacts int // addresses
}

func (e *CrowdError) Error() string {
	return fmt.Sprintf("contacts have %d addresses at %s; with an agent there none of them could confirm. "+
		"Give the agent an address elsewhere, or name the domain in proof.shared_domains", e.Contacts, e.Domain)
}
