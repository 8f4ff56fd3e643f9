package onfile

import "countersign/internal/kv"

// GiveBackForAgent takes the address from an agent, if it is theirs.
func GiveBackForAgent(tx kv.Tx, addr, agent string) error {
	h, err := Of(tx, addr)
	if err != nil || h.Agent != agent {
		return err
	}
	return tx.Delete(addressPrefix + addr)
}

// AgentAt gives an agent who has, or had, an address at the domain; "" if none.
func AgentAt(r kv.Reader, domain string) (string, error) {
	b, err := r.Get(agentDomainPrefix + domain)
	return string(b), err
}

// NobodyAt notes that no agent has an address at the domain any longer.
func NobodyAt(tx kv.Tx, domain string) error { return tx.Delete(agentDomainPrefix + domain) }
