package tickets

import (
	"slices"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// whoAsked gives the contact whom the notices that a message answers were sent
// to, if the address is theirs; "" if it answers none of theirs. Where contacts
// share an address, nothing else tells which of them wrote.
func whoAsked(r kv.Reader, addr string, b policy.Binding) (string, error) {
	for _, n := range slices.Concat(noticesOf(b.Notice, b.LiveToken), b.Heard, b.Approvals) {
		c, ok, err := clients.Get(r, n.Contact)
		if err != nil || ok && slices.Contains(c.Addresses, addr) {
			return c.ID, err
		}
	}
	return "", nil
}

func noticesOf(some ...*policy.Notice) (out []policy.Notice) {
	for _, n := range some {
		if n != nil {
			out = append(out, *n)
		}
	}
	return out
}

// belongs reports whether the sender is of that client, or may be, or nobody
// whom we know.
func belongs(r kv.Reader, p policy.Person, client string) (bool, error) {
	for _, id := range p.Shared {
		c, _, err := clients.Get(r, id)
		if err != nil || c.Client == client {
			return err == nil, err
		}
	}
	return len(p.Shared) == 0 && (p.ID == "" || p.Client == client), nil
}
