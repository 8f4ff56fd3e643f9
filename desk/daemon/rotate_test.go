package daemon

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	phone "countersign/clients/codes"
	"countersign/desk/api"
	"countersign/internal/blob"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets"
)

// sealedKept is a house with a code, a mail that waits and a kept message.
func sealedKept(t *testing.T) kept {
	k := newKept(t)
	k.open(policy.PasswordChange, "New password")
	k.call(func(client *api.Client) error {
		var any any
		return client.Call(context.Background(), "code/set", tickets.CodeRequest{Contact: "ada@north.example", Agent: "sam", Code: "tulip-harbour 93"}, &any)
	})
	h, err := Open(k.config, time.Now, zerolog.Nop())
	must(t, err)
	defer h.Close()
	must(t, h.blobs.Keep([]byte("a message"), func(hash string) error { return os.WriteFile(k.path("hash"), []byte(hash), 0o600) }))
	return k
}

// readable fails unless all that is sealed is opened by the key file as it is.
func (k kept) readable() {
	k.Helper()
	h, err := Open(k.config, time.Now, zerolog.Nop())
	must(k, err)
	defer h.Close()
	if h.restored {
		k.Error("the store is taken for an older copy")
	}
	must(k, h.store.KV().View(func(v kv.View) error {
		ada := phone.Holder{Client: "north", Contact: "c-1"}
		c, ok, err := phone.Of(v, ada)
		if !ok || err != nil {
			k.Fatalf("no code: %v", err)
		}
		if match, _, err := (phone.Vault{Keys: h.keys}).Matches(c, ada, "tulip-harbour 93", time.Now()); !match || err != nil {
			k.Errorf("the code: %v, %v", match, err)
		}
		return nil
	}))
	due, err := h.store.Outbox.Due(time.Now(), 10, true)
	if err != nil || len(due) == 0 || len(due[0].Message) == 0 {
		k.Errorf("mails that wait: %d, %v", len(due), err)
	}
	hash, err := os.ReadFile(k.path("hash"))
	must(k, err)
	if b, err := h.blobs.Get(string(hash)); string(b) != "a message" || err != nil {
		k.Errorf("the kept message: %q, %v", b, err)
	}
}

// TestRotateKeys: after it the old key file opens nothing, the new one all, and
// the log goes on. Twice as well.
func TestRotateKeys(t *testing.T) {
	k := sealedKept(t)
	for round := range 2 {
		k.copy("state.key", "old.key")
		var n tickets.Resealed
		k.call(func(client *api.Client) error {
			return client.Call(context.Background(), "keys/rotate", api.None{}, &n)
		})
		if n.Codes != 1 || n.Mails < 2 || n.Messages != 1 || n.Damaged != 0 {
			t.Errorf("round %d: %+v", round, n)
		}
		if text, _ := os.ReadFile(k.path("state.key")); strings.Count(string(text), "seal ") != 1 {
			t.Errorf("round %d: the key file holds %d sealing keys", round, strings.Count(string(text), "seal "))
		}
		if info, err := os.Stat(k.path("state.key")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("round %d: the mode of the key file is %v, %v", round, info.Mode(), err)
		}
		k.readable()
		k.call(func(client *api.Client) error {
			var any any
			return client.Call(context.Background(), "audit/verify", api.None{}, &any)
		})
		old, err := keys.Load(k.path("old.key"), k.path("state.db"))
		must(t, err)
		h, err := Open(k.config, time.Now, zerolog.Nop())
		must(t, err)
		must(t, phone.Each(h.kv, func(c phone.Code) error {
			if _, _, err := (phone.Vault{Keys: old}).Matches(c, phone.Holder{Client: "north", Contact: "c-1"}, "x", time.Now()); !errors.Is(err, keys.ErrSealed) {
				t.Errorf("round %d: the old key opens the code: %v", round, err)
			}
			return nil
		}))
		h.Close()
		spool, err := blob.Open(k.config.Spool(), old)
		must(t, err)
		hash, _ := os.ReadFile(k.path("hash"))
		if _, err := spool.Get(string(hash)); !errors.Is(err, blob.ErrDamaged) {
			t.Errorf("round %d: the old key opens the kept message: %v", round, err)
		}
	}
}

// TestRotateCutOff: wherever the change of keys is cut off, all is readable with
// what lies there, and the same again ends it.
func TestRotateCutOff(t *testing.T) {
	begin := func(t *testing.T, h *House) { must(t, keys.BeginRotation(h.config.KeyFile, h.keys)) }
	for name, until := range map[string]func(*testing.T, *House){
		"before":         func(*testing.T, *House) {},
		"key-written":    begin,
		"store-resealed": func(t *testing.T, h *House) { begin(t, h); _, err := h.store.Reseal(); must(t, err) },
		"spool-resealed": func(t *testing.T, h *House) {
			begin(t, h)
			_, _, err := h.blobs.Reseal(h.keys.Newest)
			must(t, err)
		},
		"all-resealed": func(t *testing.T, h *House) { begin(t, h); _, err := h.resealAll(); must(t, err) },
		"begun-twice":  func(t *testing.T, h *House) { begin(t, h); begin(t, h) },
	} {
		t.Run(name, func(t *testing.T) {
			k := sealedKept(t)
			h, err := Open(k.config, time.Now, zerolog.Nop())
			must(t, err)
			until(t, h)
			h.Close()
			k.readable()
			k.open(policy.MinorChange, "Meanwhile") // under the new key, if there is one
			k.call(func(client *api.Client) error {
				var any any
				return client.Call(context.Background(), "keys/rotate", api.None{}, &any)
			})
			if text, _ := os.ReadFile(k.path("state.key")); strings.Count(string(text), "seal ") != 1 {
				t.Errorf("the key file: %d sealing keys", strings.Count(string(text), "seal "))
			}
			k.readable()
		})
	}
}

// TestRotateReplaced: a key file that was replaced meanwhile, or is a link, is
// left as it is.
func TestRotateReplaced(t *testing.T) {
	k := sealedKept(t)
	h, err := Open(k.config, time.Now, zerolog.Nop())
	must(t, err)
	defer h.Close()
	must(t, os.Rename(k.path("state.key"), k.path("real.key")))
	must(t, os.Symlink("real.key", k.path("state.key")))
	if _, err := h.rotateKeys(tickets.By{}); err == nil || !strings.Contains(err.Error(), "is a link") {
		t.Errorf("a link: %v", err)
	}
	must(t, os.Remove(k.path("state.key")))
	must(t, os.WriteFile(k.path("state.key"), []byte(strings.Repeat("ab", 32)+"\n"), 0o600))
	if _, err := h.rotateKeys(tickets.By{}); err == nil || !strings.Contains(err.Error(), "was replaced") {
		t.Errorf("another key: %v", err)
	}
	if h.keys.Rotating() {
		t.Error("a new key is used that is in no file")
	}
}
