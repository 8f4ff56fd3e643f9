package daemon

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/text/unicode/norm"

	phone "countersign/clients/codes"
	"countersign/desk/api"
	"countersign/policy"
	"countersign/tickets"
)

// Codes that nobody else's bytes look like: of four characters in a row one is no
// ASCII, so that nothing random is taken for a part of them.
const (
	canary     = "Tůlép-hářbóur ďž93"
	canaryOnce = "Gřánit-čěrný 7ňé"
	canaryWeak = "ádá-běrg-ňórth13.05.1990"
	canarySaid = "Wómbát-lágóň šéď"
	canarySeed = "KRUGS4ZANFZSAYJAONSWKZBAMZXXEIDB"
)

// parts are what must be found nowhere: every four characters in a row of each, as
// typed, as compared, decomposed, and as JSON may write them; of the seed every
// six, and the bytes that it stands for.
func parts() (all []string) {
	for _, code := range []string{canary, canaryOnce, canaryWeak, canarySaid} {
		plain := strings.ToLower(norm.NFKC.String(code))
		bare := strings.NewReplacer(" ", "", "-", "").Replace(plain)
		for _, form := range []string{code, plain, bare, norm.NFD.String(code)} {
			r := []rune(form)
			for i := 0; i+4 <= len(r); i++ {
				part := string(r[i : i+4])
				ascii := fmt.Sprintf("%+q", part)
				if ascii = ascii[1 : len(ascii)-1]; ascii == part { // of a date: it is everywhere
					continue
				}
				all = append(all, part, ascii)
			}
		}
	}
	for i := 0; i+6 <= len(canarySeed); i++ {
		all = append(all, canarySeed[i:i+6], strings.ToLower(canarySeed[i:i+6]))
	}
	raw, _ := base32.StdEncoding.DecodeString(canarySeed)
	return append(all, string(raw[:8]), fmt.Sprintf("%x", raw[:8]))
}

// TestCodesAreNowhere: whatever is done with codes, right, wrong and weak ones,
// nothing of any is in what is answered, logged, mailed, recorded or lies on disk.
func TestCodesAreNowhere(t *testing.T) {
	k := newKept(t)
	k.open(policy.MinorChange, "Change the banner")
	var seen bytes.Buffer // answers, refusals, the log
	h, err := Open(k.config, time.Now, zerolog.New(&seen))
	must(t, err)
	client := api.Local(h.Server())
	call := func(name string, in any) {
		t.Helper()
		var out json.RawMessage
		err := client.Call(context.Background(), name, in, &out)
		fmt.Fprintf(&seen, "%s %s %v %+v\n", name, out, err, err)
	}
	list := func(name string, in any) {
		err := client.Each(context.Background(), name, in, func(line json.RawMessage) error { seen.Write(line); return nil })
		fmt.Fprintf(&seen, "%s %v\n", name, err)
	}
	var none json.RawMessage
	must(t, client.Call(context.Background(), "agent/add", map[string]string{"id": "kim", "email": "kim@desk.example", "role": "agent"}, &none))
	set := func(code phone.Secret, kind phone.Kind) {
		call("code/set", tickets.CodeRequest{Contact: "ada@north.example", Agent: "sam", Code: code, Kind: kind})
	}
	said := func(code phone.Secret, ticket string) {
		call("code/verify", tickets.CodeRequest{Contact: "ada@north.example", Agent: "kim", Ticket: ticket, Code: code})
	}
	set(canaryWeak, "")
	set(canary, "of no kind")
	set(canary, "")
	said(canarySaid, "T-1")
	said(canary, "T-1")
	said(canary, "")
	set(canaryOnce, phone.Once)
	said(canaryOnce, "T-1")
	said(canaryOnce, "T-1")
	set(canarySeed, phone.TOTP)
	call("keys/rotate", api.None{})
	for range 6 {
		said(canarySaid, "")
	}
	call("code/verify", map[string]any{"contact": "ada@north.example", "code": []string{canary}})
	call("authorize", tickets.AuthorizeRequest{Ticket: "T-1", Class: policy.MinorChange, Agent: "kim", Channel: policy.Phone})
	for _, id := range []string{"T-1", "T-2", "T-3", "T-4", "T-5", "T-6"} {
		call("ticket/show", api.ID{ID: id})
		call("explain", api.ID{ID: id})
	}
	must(t, h.store.Tick())
	list("code/status", tickets.CodeRequest{Client: "north"})
	list("audit/list", api.None{})
	list("outbox/list", api.None{})
	list("contact/list", api.None{})
	due, err := h.store.Outbox.Due(time.Now(), 100, true)
	must(t, err)
	for _, o := range due {
		seen.Write(o.Message)
	}
	fmt.Fprintf(&seen, "%+v %#v", tickets.CodeRequest{Code: canary}, phone.New{Secret: canary})
	h.Close()
	if text := seen.String(); strings.Count(text, `"result":"code_match"`) < 3 || !strings.Contains(text, "looks like a date") || !strings.Contains(text, "code_used") || len(due) < 4 {
		t.Fatalf("not all was tried: %d mails\n%s", len(due), text)
	}
	nowhere(t, "what was answered, logged or mailed", seen.Bytes())
	must(t, filepath.WalkDir(k.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		nowhere(t, filepath.Base(path), b)
		return err
	}))
}

func nowhere(t *testing.T, where string, b []byte) {
	t.Helper()
	for _, part := range parts() {
		if i := bytes.Index(b, []byte(part)); i >= 0 {
			t.Errorf("%q stands in %s: %q", part, where, b[max(0, i-40):min(len(b), i+60)])
			return
		}
	}
}
