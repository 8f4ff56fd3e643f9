package tickets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/staff"
)

// Directory is clients, contacts and agents, for those who write them: every
// record that is written is in the audit log, with who asked for it.
type Directory struct {
	s         *Store
	importing sync.Mutex // one import at a time
}

// By is who writes the directory, as the operating system says.
type By struct {
	UID   int    `json:"uid"`
	User  string `json:"user,omitempty"`  // the Unix user
	Agent string `json:"agent,omitempty"` // whose Unix user that is
	Owner bool   `json:"owner,omitempty"` // root or the daemon's own user
	Via   string `json:"via"`             // socket, or command where no daemon runs
}

// String names who it was for a line of a log.
func (b By) String() string {
	for _, name := range []string{b.Agent, b.User} {
		if name != "" {
			return name
		}
	}
	return fmt.Sprint("uid ", b.UID)
}

// Written is one record of the directory that was written: the fields of it that
// are not as before. A record that is new has no Before.
type Written struct {
	Record string                     `json:"record"` // client north, contact c-7, agent sam
	Before map[string]json.RawMessage `json:"before,omitempty"`
	After  map[string]json.RawMessage `json:"after,omitempty"`
}

// Fields names what was written, for a log, in which the values have no place.
func (w Written) Fields() []string { return slices.Sorted(maps.Keys(w.After)) }

// Cools reports whether the record holds what has to cool.
func (w Written) Cools() bool {
	return w.After["gained"] != nil || w.After["since"] != nil || w.After["first"] != nil || w.After["counts"] != nil || w.After["given"] != nil
}

// Addresses gives the addresses that came into the record.
func (w Written) Addresses() (all []string) {
	var email string
	_ = json.Unmarshal(w.After["addresses"], &all)
	if json.Unmarshal(w.After["email"], &email) == nil {
		all = append(all, email)
	}
	return all
}

// directoryWrite is what the audit log holds of it.
type directoryWrite struct {
	By      By        `json:"by"`
	Why     string    `json:"why"` // what was asked for
	Written []Written `json:"written"`
}

// maxWritten bounds the records of one audit entry, in bytes; a value of the
// store holds twice as much.
const maxWritten = 32 << 10

// write is the one way in which clients, contacts and agents are written:
// whatever fn writes of them is in the audit log, with who asked for it, in the
// same transaction. What fn leaves as it is leaves no trace.
func (d *Directory) write(by By, why string, fns ...func(kv.Tx) error) error {
	written := make([][]Written, len(fns))
	var updates []func(kv.Tx) error
	for i, fn := range fns {
		updates = append(updates, func(tx kv.Tx) (err error) {
			w := &watched{Tx: tx, before: map[string][]byte{}}
			written[i] = nil // until this has come to its end
			if err := fn(w); err != nil {
				return err
			}
			all, err := w.written()
			if err != nil {
				return err
			}
			written[i] = all
			return d.logWritten(tx, directoryWrite{by, why, all})
		})
	}
	errs := d.s.group.UpdateAll(updates)
	for i, all := range written {
		for _, one := range all {
			if errs[i] == nil && d.s.opt.Wrote != nil {
				d.s.opt.Wrote(by, why, one)
			}
		}
	}
	return errors.Join(errs...)
}

// logWritten makes as many audit entries as there is need of, that none is too large.
func (d *Directory) logWritten(tx kv.Tx, w directoryWrite) error {
	all, size := w.Written, 0
	w.Written = nil
	for _, one := range all {
		b, err := json.Marshal(one)
		if err != nil {
			return err
		}
		if size += len(b); size > maxWritten && len(w.Written) > 0 {
			if err := d.logDirectory(tx, w); err != nil {
				return err
			}
			w.Written, size = nil, len(b)
		}
		w.Written = append(w.Written, one)
	}
	if len(w.Written) == 0 {
		return nil
	}
	return d.logDirectory(tx, w)
}

func (d *Directory) logDirectory(tx kv.Tx, w directoryWrite) error {
	subject := w.Written[0].Record
	if n := len(w.Written); n > 1 {
		subject = fmt.Sprintf("%s and %d more", subject, n-1)
	}
	return d.s.log(tx, "directory", subject, w)
}

// recorded reports whether what stands under a key is told to the audit log.
func recorded(key string) bool {
	return clients.Records(key) || staff.Records(key) || strings.HasPrefix(key, importPrefix)
}

// watched is a transaction that remembers what the records of people were
// before they were written.
type watched struct {
	kv.Tx
	before map[string][]byte
}

func (w *watched) Put(key string, value []byte) error {
	return errors.Join(w.remember(key), w.Tx.Put(key, value))
}

func (w *watched) Delete(key string) error {
	return errors.Join(w.remember(key), w.Tx.Delete(key))
}

func (w *watched) remember(key string) error {
	if _, ok := w.before[key]; ok || !recorded(key) {
		return nil
	}
	b, err := w.Get(key)
	w.before[key] = bytes.Clone(b)
	return err
}

// written gives the records that are not as before, in the order of their keys.
func (w *watched) written() (all []Written, err error) {
	for _, key := range slices.Sorted(maps.Keys(w.before)) {
		now, err := w.Get(key)
		if err != nil {
			return nil, err
		}
		one := Written{Record: named(key)}
		if one.Before, err = fields(w.before[key]); err != nil {
			return nil, err
		}
		if one.After, err = fields(now); err != nil {
			return nil, err
		}
		for name, v := range one.Before {
			if bytes.Equal(v, one.After[name]) {
				delete(one.Before, name)
				delete(one.After, name)
			}
		}
		if len(one.Before)+len(one.After) > 0 {
			all = append(all, one)
		}
	}
	return all, nil
}

// named gives the kind and the id of the record under key.
func named(key string) string {
	kind, id, _ := strings.Cut(key, "/")
	if n, ok := strings.CutPrefix(id, "i-"); ok && kind == "import" {
		id = "i-" + strings.TrimLeft(n, "0")
	}
	return kind + " " + id
}

func fields(record []byte) (f map[string]json.RawMessage, err error) {
	if record == nil {
		return nil, nil
	}
	return f, json.Unmarshal(record, &f)
}

// desk says which addresses are the desk's own.
func (s *Store) desk() onfile.Desk {
	return onfile.Desk{Addresses: s.opt.Addresses, ReplyAddress: s.opt.ReplyAddress, Shared: s.opt.SharedDomains}
}
