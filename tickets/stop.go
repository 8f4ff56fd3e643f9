package tickets

import (
	"errors"
	"slices"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/kv"
)

// stopped reports whether nothing privileged is done for the client, because of
// a dispute that no lead has lifted yet.
func stopped(r kv.Reader, client string) (bool, error) {
	b, err := r.Get(stopPrefix + client)
	return b != nil, err
}

// StoppedBy names the tickets because of whose dispute nothing privileged is done
// for the client.
func StoppedBy(r kv.Reader, client string) ([]string, error) {
	st, _, err := kv.Load[stop](r, stopPrefix+client)
	return st.Tickets, err
}

// stopsFor reports whether a stop holds what is asked for this contact on a
// ticket of client: the stop of that client, or of one in whose file an address
// that leads to a mailbox of theirs stood when it was stopped. Else a stop would
// end by moving who is stopped, or by writing their address with a plus.
func stopsFor(r kv.Reader, client string, c clients.Contact) (bool, error) {
	halt, _, err := disputesFor(r, client, c)
	return halt, err
}

// disputesFor is stopsFor with the tickets of the first of these stops.
func disputesFor(r kv.Reader, client string, c clients.Contact) (halt bool, of []string, err error) {
	all, err := heldWith(r, client, c)
	for _, id := range all {
		if halt, err = stopped(r, id); err != nil || halt {
			of, err2 := StoppedBy(r, id)
			return halt, of, errors.Join(err, err2)
		}
	}
	return false, nil, err
}

// heldWith gives the clients whose stop or lock holds what is asked for this contact
// on a ticket of client.
func heldWith(r kv.Reader, client string, c clients.Contact) ([]string, error) {
	all := []string{client}
	for _, addr := range c.Addresses {
		places := []string{addr, onfile.Mailbox(addr)} //rule:6.8 stop-is-the-mailboxs =[]string{addr} TestStopFollows/beside-it-with-a-plus
		for _, at := range slices.Compact(places) {
			halts, _, err := kv.Load[[]string](r, haltPrefix+at)
			if err != nil {
				return nil, err
			}
			for _, id := range halts {
				if !slices.Contains(all, id) {
					all = append(all, id)
				}
			}
		}
	}
	return all, nil
}

// followStops notes, for every client that was stopped or locked since, at each address
// of its people that the stop is theirs, too. They are many, so a stop leaves it as
// a to-do for Tick, and stays one where something of it can't be done.
func (s *Store) followStops() error {
	todo := map[string][]string{} // addresses of a client
	failed := map[string]error{}
	err := s.kv.View(func(v kv.View) error {
		stops, err := kv.Under(v, followPrefix)
		if err != nil {
			return err
		}
		for client := range stops {
			todo[client] = nil
			err := clients.EachOf(v, client, func(c clients.Contact, err error) {
				if c.Client == client {
					todo[client] = append(todo[client], c.Addresses...)
				}
				failed[client] = errors.Join(failed[client], err)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var errs []error
	for client, addresses := range todo {
		err := failed[client]
		for part := range slices.Chunk(addresses, 20) {
			err = errors.Join(err, s.group.Update(func(tx kv.Tx) error { return follow(tx, client, part) }))
		}
		if err == nil {
			err = s.group.Update(func(tx kv.Tx) error { return tx.Delete(followPrefix + client) })
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// follow adds the client to the stops and locks that hold the mailboxes of the addresses, and
// forgets those that have ended.
func follow(tx kv.Tx, client string, addresses []string) error {
	for _, addr := range addresses {
		at := haltPrefix + onfile.Mailbox(addr)
		old, _, err := kv.Load[[]string](tx, at)
		if err != nil {
			return err
		}
		halts := []string{client}
		for _, id := range old {
			halt, err := bound(tx, id)
			if err != nil {
				return err
			}
			if halt && id != client {
				halts = append(halts, id)
			}
		}
		if err := kv.Save(tx, at, halts); err != nil {
			return err
		}
	}
	return nil
}
