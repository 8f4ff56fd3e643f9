package staff

import (
	"strings"
	"time"

	"countersign/clients/onfile"
	"countersign/internal/kv"
)

func freedKey(due time.Time, addr string) string { return freedPrefix + kv.Due(due) + "/" + addr }

// Freed is an address that was an agent's and may be somebody else's now.
type Freed struct {
	key, addr string
	// Last tells that it was the last one of staff at its domain.
	Last bool
}

// DueFreed gives addresses that have been one of staff long enough since an agent
// had them, at most so many.
func DueFreed(v kv.View, now time.Time, most int) (due []Freed, err error) {
	keys, err := kv.Keys(v, freedPrefix, 1000)
	if err != nil || len(keys) == 0 || keys[0] > freedKey(now, "~") {
		return nil, err
	}
	agents, err := List(v)
	if err != nil {
		return nil, err
	}
	at := map[string]int{} // addresses of staff by domain
	for _, a := range agents {
		at[domainOf(a.Email)]++
	}
	for _, key := range keys {
		at[domainOf(addressIn(key))]++
	}
	for _, key := range keys {
		if key > freedKey(now, "~") || len(due) == most {
			break
		}
		addr := addressIn(key)
		at[domainOf(addr)]--
		due = append(due, Freed{key, addr, at[domainOf(addr)] == 0})
	}
	return due, nil
}

// Release gives the address back, unless the agent has it again, or gets their
// mail there still.
func (f Freed) Release(tx kv.Tx, now time.Time) error {
	id, err := tx.Get(f.key)
	if err != nil || id == nil {
		return err
	}
	agent := string(id)
	a, _, err := Get(tx, agent)
	if err != nil {
		return err
	}
	if err := tx.Delete(f.key); err != nil {
		return err
	}
	switch mailbox := onfile.Mailbox(f.addr); {
	case a.Email == f.addr, now.Before(a.Had[f.addr]): //rule:6.5 freed-address-stays-staffs TestFreed/freed-twice
		return nil
	case a.MailTo(now) == f.addr:
		return tx.Put(freedKey(a.Given[NewAddress], f.addr), []byte(agent))
	case onfile.Mailbox(a.Email) == mailbox: // what is behind a plus is other, and leads to them still
		if f.addr == mailbox {
			return nil
		}
		return onfile.GiveBackForAgent(tx, f.addr, agent)
	case mailbox != f.addr:
		if err := onfile.GiveBackForAgent(tx, mailbox, agent); err != nil {
			return err
		}
	}
	if err := onfile.GiveBackForAgent(tx, f.addr, agent); err != nil || !f.Last {
		return err
	}
	domain := domainOf(f.addr)
	last, err := onfile.AgentAt(tx, domain)
	if err != nil || last == "" {
		return err
	}
	if b, _, err := Get(tx, last); err != nil || domainOf(b.Email) == domain { // who has come there meanwhile
		return err
	}
	return onfile.NobodyAt(tx, domain)
}

func addressIn(key string) string { return strings.SplitN(key, "/", 3)[2] }

func domainOf(addr string) string { return addr[strings.LastIndexByte(addr, '@')+1:] }
