package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/audit"
	"countersign/internal/kv"
)

var (
	key    = ed25519.NewKeyFromSeed(make([]byte, 32))
	log    = audit.New(key)
	public = key.Public().(ed25519.PublicKey)
)

func filled(t testing.TB, n int) kv.Store {
	t.Helper()
	s := kv.Memory()
	for i := range n {
		err := s.Update(func(tx kv.Tx) error {
			at, err := log.Append(tx, audit.Entry{At: time.Unix(int64(i), 0).UTC(), Kind: "decision", Subject: fmt.Sprint("T-", i), Data: json.RawMessage(`{"a":1}`)})
			if at != int64(i) {
				t.Errorf("Append = %d, want %d", at, i)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestVerify(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 8, 21} {
		s := filled(t, size)
		if n, err := audit.Verify(s); err != nil || n != int64(size) {
			t.Errorf("Verify = %d, %v, want %d", n, err, size)
		}
	}
}

// Every byte of the log counts: changed, or its key gone, Verify says so.
func TestVerifyFinds(t *testing.T) {
	s := filled(t, 11)
	all := map[string][]byte{}
	_ = s.View(func(v kv.View) error {
		return v.Scan("", "", func(key string, value []byte) error { all[key] = bytes.Clone(value); return nil })
	})
	broken := func(what, key string, value []byte) {
		t.Helper()
		err := s.Update(func(tx kv.Tx) error {
			if value == nil {
				return tx.Delete(key)
			}
			return tx.Put(key, value)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := audit.Verify(s); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("%s of %s: Verify = %v, want ErrBroken", what, key, err)
		}
		if err := s.Update(func(tx kv.Tx) error { return tx.Put(key, all[key]) }); err != nil {
			t.Fatal(err)
		}
	}
	for key, value := range all {
		broken("removal", key, nil)
		for i := range value {
			changed := bytes.Clone(value)
			changed[i] ^= 1
			broken(fmt.Sprint("change at ", i), key, changed)
		}
	}
}

func TestProofAndCheckpoint(t *testing.T) {
	s := filled(t, 13)
	err := s.View(func(v kv.View) error {
		size, root, err := audit.Head(v)
		if err != nil {
			return err
		}
		leaves := [][]byte{}
		_ = v.Scan("audit/leaf/", "", func(_ string, b []byte) error { leaves = append(leaves, b); return nil })
		for i, leaf := range leaves {
			p, err := audit.Proof(v, int64(i))
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(p, size, root, int64(i), tlog.RecordHash(leaf)); err != nil {
				t.Errorf("the proof of entry %d: %v", i, err)
			}
		}
		if _, err := audit.Proof(v, size); err == nil {
			t.Error("Proof of an entry that isn't there")
		}
		signed, err := log.Checkpoint(v)
		if err != nil {
			return err
		}
		if err := audit.Consistent(v, public, signed); err != nil {
			t.Errorf("Consistent with its own checkpoint = %v", err)
		}
		for i := range signed {
			changed := []byte(signed)
			changed[i] ^= 4
			if err := audit.Consistent(v, public, string(changed)); err == nil {
				t.Errorf("Consistent with byte %d of the checkpoint changed", i)
			}
		}
		// A longer log that began otherwise is not the one of the checkpoint.
		other := filled(t, 20)
		_ = other.Update(func(tx kv.Tx) error { return tx.Put("audit/hash/"+kv.Seq(7), make([]byte, 4*32)) })
		_ = other.View(func(v kv.View) error {
			if err := audit.Consistent(v, public, signed); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("Consistent with the checkpoint of another log = %v", err)
			}
			return nil
		})
		_ = filled(t, 0).View(func(v kv.View) error {
			empty, err := log.Checkpoint(v)
			if err := audit.Consistent(v, public, empty); err == nil || !errors.Is(err, audit.ErrCheckpoint) {
				t.Errorf("Consistent with the checkpoint of an empty log = %v", err)
			}
			return err
		})
		var seen []int64
		err = audit.List(v, 10, func(i int64, _ audit.Entry) error { seen = append(seen, i); return nil })
		if fmt.Sprint(seen) != "[10 11 12]" {
			t.Errorf("List from 10 = %v", seen)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
