// Package onfile knows whose an address is: a contact's, an agent's, the desk's
// own or nobody's.
//
// It is one index, and an address has one place in it, so that no agent can be
// the person who confirms. Contacts may share an address, where an administrator
// says so: then the address alone tells nobody which of them wrote. What stands behind a plus in an address leads to the
// same mailbox (RFC 5233): an agent has that, too, and no contact may take an
// address that leads to an agent. A world in memory, which tries just that, is
// the one exception (TakeBeside).
//
// Who these people are is known in packages clients and staff, which alone take
// addresses and give them back.
package onfile

import (
	"fmt"
	"slices"
	"strings"

	"countersign/internal/kv"
)

// Holder is who has an address: one contact or several, or an agent; the zero
// Holder is nobody.
type Holder struct {
	Contact string   `json:"contact,omitempty"` // id, of who has had it longest
	Also    []string `json:"also,omitempty"`    // ids of the other contacts who share it
	Agent   string   `json:"agent,omitempty"`   // id
}

// Contacts gives the ids of all contacts who have the address.
func (h Holder) Contacts() []string {
	if h.Contact == "" {
		return nil
	}
	return append([]string{h.Contact}, h.Also...)
}

// Nobody reports whether nobody has the address.
func (h Holder) Nobody() bool { return h.Contact == "" && h.Agent == "" }

// maxSharing is how many contacts may share an address.
const maxSharing = 16

// TakenError reports an address that somebody else has.
type TakenError struct {
	Address string
	By      Holder
}

func (e *TakenError) Error() string {
	switch {
	case len(e.By.Also) >= maxSharing-1:
		return fmt.Sprintf("%s is on file for %d contacts; at most so many may share it", e.Address, maxSharing)
	case e.By.Contact != "":
		return fmt.Sprintf("%s is already on file for contact %s", e.Address, strings.Join(e.By.Contacts(), ", "))
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
	return takeForContact(tx, addr, contact, false)
}

// ShareWithContact is TakeForContact of an address that other contacts may have, who keep it.
func ShareWithContact(tx kv.Tx, addr, contact string) error {
	return takeForContact(tx, addr, contact, true)
}

func takeForContact(tx kv.Tx, addr, contact string, share bool) error {
	h, err := Of(tx, addr)
	if err != nil || slices.Contains(h.Contacts(), contact) {
		return err
	}
	if h.Contact != "" && (!share || len(h.Also) >= maxSharing-1) { //rule:6.5 shared-only-where-said TestTake/others
		return &TakenError{addr, h}
	}
	agent, err := Agent(tx, addr)
	if err != nil {
		return err
	}
	if agent != "" {
		return &TakenError{addr, Holder{Agent: agent}} //rule:6.5 agents-mailbox-is-no-contacts =take(tx,addr,Holder{Contact:contact}) TestTake
	}
	if h.Contact == "" {
		return take(tx, addr, Holder{Contact: contact})
	}
	h.Also = append(h.Also, contact)
	return take(tx, addr, h)
}

// TakeForAgent gives the address, and the mailbox to which it leads, to an agent.
// If one of them is somebody else's, the error is a *TakenError.
func TakeForAgent(tx kv.Tx, addr, agent string) error {
	for _, a := range []string{addr, Mailbox(addr)} {
		h, err := Of(tx, a)
		if err != nil {
			return err
		}
		if !h.Nobody() && h.Agent != agent { //rule:6.5 contacts-address-is-no-agents TestTake/agent-contacts
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
	if err != nil || slices.Contains(h.Contacts(), contact) {
		return err
	}
	if h.Contact != "" {
		h.Also = append(h.Also, contact)
	} else {
		h.Contact = contact
	}
	return take(tx, addr, h)
}

func take(tx kv.Tx, addr string, h Holder) error { return kv.Save(tx, addressPrefix+addr, h) }

// GiveBack takes the address from a contact, if it is theirs; who shares it keeps
// it. last reports whether no contact has it any longer.
func GiveBack(tx kv.Tx, addr, contact string) (last bool, err error) {
	h, err := Of(tx, addr)
	i := slices.Index(h.Contacts(), contact)
	if err != nil || i < 0 || h.Agent != "" {
		return false, err
	}
	all := slices.Delete(h.Contacts(), i, i+1)
	if len(all) == 0 {
		return true, tx.Delete(addressPrefix + addr)
	}
	return false, take(tx, addr, Holder{Contact: all[0], Also: all[1:]})
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
