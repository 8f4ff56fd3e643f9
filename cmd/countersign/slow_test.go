package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/exit"
	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

// TestVerifySlowDNS: the daemon's answer about a message is waited for as long as
// DNS may take for it.
func TestVerifySlowDNS(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()
	dir := t.TempDir()
	conf, mail := filepath.Join(dir, "c.toml"), filepath.Join(dir, "m.eml")
	must(t, os.WriteFile(conf, []byte("state = \"state.db\"\nkey_file = \"state.key\"\nsocket = \"control.sock\"\n"+
		"[dns]\nresolver = \""+silent.LocalAddr().String()+"\"\n"+
		"[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\nimap = \"127.0.0.1:1\"\ntls = \"none\"\npassword_file = \"secret\"\n"+
		"[smtp]\nserver = \"127.0.0.1:1\"\ntls = \"none\"\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "secret"), []byte("password\n"), 0o600))
	answering(t, conf, filepath.Join(dir, "control.sock"))
	sum := strings.Repeat("A", 43) + "="
	raw := mailtest.New("ada@north.example", "support@desk.example", "A question", "How are you?", time.Now())
	for i := range 5 {
		raw = append(fmt.Appendf(nil, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=n%d.north.example; s=k; h=From:To; bh=%s; b=%s\r\n", i, sum, sum), raw...)
	}
	must(t, os.WriteFile(mail, raw, 0o600))
	if code, out := program("--config", conf, "verify", mail); code != exit.NoPerm || !strings.Contains(out, "dns_temperror") {
		t.Errorf("exit %d, want %d: %s", code, exit.NoPerm, out)
	}
}
