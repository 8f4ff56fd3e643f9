package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/kv"
)

// origin names this log in checkpoints.
const origin = "countersign audit log"

// Checkpoint gives the head of the log as text, signed: origin, number of
// entries, root in base64, an empty line, and the Ed25519 signature of the text
// up to and with that line. Keep it elsewhere: what it names can't be changed
// afterwards without being found.
func (l *Log) Checkpoint(r kv.Reader) (string, error) {
	h, _, err := kv.Load[head](r, headKey)
	if err != nil {
		return "", err
	}
	body := fmt.Sprintf("%s\n%d\n%s\n\n", origin, h.Size, base64.StdEncoding.EncodeToString(h.Root[:]))
	return body + base64.StdEncoding.EncodeToString(ed25519.Sign(l.signer, []byte(body))) + "\n", nil
}

// ErrCheckpoint reports a checkpoint that isn't one, or not of this log.
var ErrCheckpoint = errors.New("not a checkpoint of this log")

// Consistent checks that the log still begins with what a checkpoint named.
func Consistent(v kv.View, public ed25519.PublicKey, checkpoint string) error {
	at := strings.Index(checkpoint, "\n\n")
	if at < 0 {
		return ErrCheckpoint
	}
	body := checkpoint[:at+2]
	signature, err := base64.StdEncoding.DecodeString(strings.TrimSpace(checkpoint[at+2:]))
	if err != nil || !ed25519.Verify(public, []byte(body), signature) {
		return fmt.Errorf("%w: the signature does not fit", ErrCheckpoint)
	}
	var size int64
	var root string
	if _, err := fmt.Sscanf(strings.TrimPrefix(body, origin+"\n"), "%d\n%s\n", &size, &root); err != nil || !strings.HasPrefix(body, origin) {
		return ErrCheckpoint
	}
	// every log begins so
	if size < 1 { //rule:6.12 empty-log-continues-nothing TestProofAndCheckpoint
		return fmt.Errorf("%w: it names no entry", ErrCheckpoint)
	}
	h, _, err := kv.Load[head](v, headKey)
	if err != nil {
		return err
	}
	if size > h.Size {
		return fmt.Errorf("%w: the checkpoint has %d entries, the log only %d", ErrBroken, size, h.Size)
	}
	old, err := tlog.TreeHash(size, reader{v})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if base64.StdEncoding.EncodeToString(old[:]) != root {
		return fmt.Errorf("%w: its first %d entries are not those of the checkpoint", ErrBroken, size)
	}
	return nil
}
