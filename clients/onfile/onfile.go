// Package onfile knows whose an address is: a contact's, an agent's, the desk's
// own or nobody's.
//
// It is one index, and an address has one place in it, so that no agent can be
// the person who confirms. What stands behind a plus in an address leads to the
// same mailbox (RFC 5233): an agent has that, too, and no contact may take an
// address that leads to an agent. A world in memory, which tries just that, is
// the one exception (TakeBeside).
//
// Who these people are is known in packages clients and staff, which alone take
// addresses and give them back.
package onfile

import (
	"fmt"
	"strings"

	"countersign/internal/kv"
)

// Holder is who has an address: a contact, or an agent; the zero Holder is nobody.
type Holder struct {
	Contact string `json:"contact,omitempty"` // id
	Agent   string `json:"agent,omitempty"`   // id
}

// TakenError reports an address that somebody else has.
type TakenError struct {
	Address string
	By      Holder
}

func (e *TakenError) Error() string {
	if e.By.Contact != "" {
		return fmt.Sprintf("%s is already on file for contact %s", e.Address, e.By.Contact)
	}
	return fmt.Sprintf("%s is an address of staff, or may reach staff", e.Address)
}

// Of gives who has the canonical address.
func Of(r kv.Reader, addr string) (Holder, error) {
	h, _, err := kv.Load[Holder](r, addressPrefix+addr)
	return h, err
}

// Agent gives the agent whom mail to the canonical address reaches, "" if none:
// who has it, or has it without what stands behind its plus.
func Agent(r kv.Reader, addr string) (string, error) {
	h, err := Of(r, addr)
	if plain := Mailbox(addr); err == nil && h.Agent == "" && plain != addr {
		h, err = Of(r, plain)
	}
	return h.Agent, err
}

// TakeForContact gives the address to a contact. If it is another's, or leads to
// an agent, the error is a *TakenError.
func TakeForContact(tx kv.Tx, addr, contact string) error {
	switch h, err := Of(tx, addr); {
	case err != nil:
		return err
	case h.Contact == contact:
		return nil
	case h != Holder{}:
		return &TakenError{addr, h}
	}
	agent, err := Agent(tx, addr)
	if err != nil {
		return err
	}
	if agent != "" {
		return &TakenError{addr, Holder{Agent: agent}} //rule:6.5 agents-mailbox-is-no-contacts =take(tx,addr,Holder{Contact:contact}) TestTake
	}
	return take(tx, addr, Holder{Contact: contact})
}

// TakeForAgent gives the address, and the mailbox to which it leads, to an agent.
// If one of them is somebody else's, the error is a *TakenError.
func TakeForAgent(tx kv.Tx, addr, agent string) error {
	for _, a := range []string{addr, Mailbox(addr)} {
		h, err := Of(tx, a)
		if err != nil {
			return err
		}
		if h != (Holder{}) && h.Agent != agent { //rule:6.5 contacts-address-is-no-agents TestTake/agent-contacts
			return &TakenError{a, h}
		}
		if err := take(tx, a, Holder{Agent: agent}); err != nil {
			return err
		}
	}
	return tx.Put(agentDomainPrefix+domainOf(addr), []byte(agent))
}

// TakeBeside gives the address to a contact and leaves it to the agent who has
// it. No desk has such an address; a world may, and it proves nothing.
func TakeBeside(tx kv.Tx, addr, contact string) error {
	h, err := Of(tx, addr)
	if err != nil {
		return err
	}
	return take(tx, addr, Holder{Contact: contact, Agent: h.Agent})
}

func take(tx kv.Tx, addr string, h Holder) error { return kv.Save(tx, addressPrefix+addr, h) }

// GiveBack takes the address from a contact, if it is theirs.
func GiveBack(tx kv.Tx, addr, contact string) error {
	h, err := Of(tx, addr)
	if err != nil || h != (Holder{Contact: contact}) {
		return err
	}
	return tx.Delete(addressPrefix + addr)
}

// Mailbox takes off what stands behind a plus in the local part: the mailbox is
// the same.
func Mailbox(addr string) string {
	local, domain, _ := strings.Cut(addr, "@")
	name, _, plus := strings.Cut(local, "+")
	if !plus || name == "" {
		return addr
	}
	return name + "@" + domain
}

func domainOf(addr string) string { return addr[strings.LastIndexByte(addr, '@')+1:] }
