package gateway

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/inbound/mailbox"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/mailtest"
	"countersign/policy"
	"countersign/tickets"
	"countersign/tickets/ledger"
)

// TestJudgedIsLogged: the log says of a message what it came to, by which rule and
// why, and nothing of what it says.
func TestJudgedIsLogged(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	store := tickets.New(kv.Memory(), tickets.Options{Now: func() time.Time { return now }, Keys: keys.FromSeed([32]byte{1}),
		ReplyAddress: "support+{token}@desk.example", TokenLife: time.Hour, Reminder: time.Hour, DNSWait: time.Hour})
	t.Cleanup(store.Close)
	var log bytes.Buffer
	g := &Gateway{Store: store, Log: zerolog.New(&log)}
	e := policy.Evidence{Hash: "1", RawHash: "1", From: "mallory@evil.example", Subject: "Secret", Text: "words", Kind: policy.KindNew, Arrived: now,
		Sender: policy.Sender{Result: policy.ResultNone}}
	if _, err := g.receive(e, ledger.Source{Mailbox: "support", UIDValidity: 1, UID: 7}, nil, now); err != nil {
		t.Fatal(err)
	}
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("%v in %s", err, log.Bytes())
	}
	for key, want := range map[string]any{"message": "message judged", "mailbox": "support", "uid": 7.0, "outcome": "applied",
		"verdict": "unauthenticated", "rule": "unproved", "reason": "unknown_sender"} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v in %s", key, line[key], want, log.Bytes())
		}
	}
	if bytes.Contains(log.Bytes(), []byte("words")) || bytes.Contains(log.Bytes(), []byte("Secret")) {
		t.Errorf("it says too much: %s", log.Bytes())
	}
}

// TestNoIsLogged: a no is a line of its own, for a person to see; a yes is none.
func TestNoIsLogged(t *testing.T) {
	for words, want := range map[string]int{"NO": 1, "YES": 0} {
		w := newBench(t)
		var log bytes.Buffer
		w.Log = zerolog.New(&log)
		raw, err := mailtest.Reply(w.notice, "ada@north.example", words, time.Now())
		if err == nil {
			raw, err = w.north.Sign(raw)
		}
		if err == nil {
			err = w.Handle(t.Context(), mailbox.Fetched{Mailbox: "support", UIDValidity: 1, UID: 1, Arrived: time.Now(), Size: int64(len(raw)), Raw: raw})
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(log.String(), `{"level":"error","message":"m-1","ticket":"T-1","message":"a customer said no`); n != want {
			t.Errorf("%s: %d lines, want %d: %s", words, n, want, log.String())
		}
	}
}
