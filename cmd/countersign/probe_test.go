package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/exit"
	"countersign/internal/mailtest"
)

// TestMailboxTest: what is wrong with the way of an answer is found and named,
// and what the border writes is learned.
func TestMailboxTest(t *testing.T) {
	t.Parallel()
	const ours = "Received: by lmtp.desk.example; Sun, 29 Nov 2026 12:00:00 +0000\r\nAuthentication-Results: mx.desk.example; dmarc=pass header.from=desk.example\r\n" +
		"Authentication-Results: mx.desk.example; dkim=pass header.d=desk.example\r\nReceived: by mx.desk.example; Sun, 29 Nov 2026 12:00:00 +0000\r\n"
	const theirs = "Authentication-Results: mx.evil.example; dmarc=pass header.from=desk.example\r\n"
	for _, tt := range []struct {
		name   string
		border string // what is put on top of delivered mail
		plus   bool   // mail to support+x arrives
		fault  mailtest.Fault
		extra  string // configuration
		old    string // on top of mail that is there already
		olds   int    // how much; 0: 4
		code   int
		want   []string

		refuses                  string // recipients that the SMTP server refuses
		resolver, password, imap string // configured instead of the right ones
	}{
		{name: "good", plus: true, want: []string{"ok    dns", "ok    imap", "ok    smtp", "ok    reply address", "ok    trust", "nothing of your border"}},
		{name: "learned", plus: true, border: ours, want: []string{`below 1 Received`, `authserv_ids = ["mx.desk.example"], below_received = 1`}},
		{name: "as-configured", plus: true, border: ours, extra: "[mailbox.trust]\nauthserv_ids = [\"mx.desk.example\"]\nbelow_received = 1\n", want: []string{"as configured"}},
		{name: "configured-wrong", plus: true, border: ours, extra: "[mailbox.trust]\nauthserv_ids = [\"mx.desk.example\"]\n", code: exit.Unavailable,
			want: []string{"FAIL  trust", "below_received = 1"}},
		{name: "configured-and-nothing-there", plus: true, extra: "[mailbox.trust]\nauthserv_ids = [\"mx.desk.example\"]\n", want: []string{"ok    trust", "too little mail"}},
		{name: "configured-and-others-there", plus: true, old: ours, extra: "[mailbox.trust]\nauthserv_ids = [\"mx.other.example\"]\n", code: exit.Unavailable, want: []string{"FAIL  trust", "mx.desk.example"}},
		{name: "configured-and-seen-once", plus: true, old: ours, olds: 1, extra: "[mailbox.trust]\nauthserv_ids = [\"mx.desk.example\"]\nbelow_received = 1\n", want: []string{"as configured"}},
		{name: "learned-from-old-mail", plus: true, old: ours, want: []string{"the newest mail has results of mx.desk.example below 1"}},
		{name: "no-plus-addressing", code: exit.Unavailable, want: []string{"FAIL  reply address", "to support@desk.example it does", "recipient_delimiter"}},
		{name: "refused", fault: mailtest.Fault{Data: 550}, code: exit.Unavailable, want: []string{"FAIL  smtp", "550"}},
		{name: "no-plus-addressing-refused", refuses: "+", code: exit.Unavailable, want: []string{"ok    smtp", "FAIL  reply address", "is refused", "recipient_delimiter", "RCPT: 550"}},
		{name: "reply-address-elsewhere", extra: "reply_address = \"support+{token}@other.example\"\n", code: exit.Unavailable, want: []string{"FAIL  reply address", "does not reach this mailbox"}},
		{name: "no-resolver", plus: true, resolver: "127.0.0.1:9", code: exit.Unavailable, want: []string{"FAIL  dns", "127.0.0.1:9", "resolver in [dns]", "ok    trust"}},
		{name: "wrong-password", password: "wrong", code: exit.Unavailable, want: []string{"FAIL  imap", "password_file"}},
		{name: "no-such-port", imap: "127.0.0.1:9", code: exit.Unavailable, want: []string{"FAIL  imap", "start the server, or set the port in imap"}},
		{name: "tls-where-none-is", extra: "tls = \"implicit\"\n", code: exit.Unavailable, want: []string{"FAIL  imap", "set tls or the port: 143"}},
		{name: "observed", extra: "mode = \"observe\"\n", want: []string{"nothing is sent"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			imap, err := mailtest.NewIMAP()
			must(t, err)
			t.Cleanup(func() { imap.Close() })
			smtp, err := mailtest.NewSMTP()
			must(t, err)
			t.Cleanup(func() { smtp.Close() })
			names, err := mailtest.NewDNS()
			must(t, err)
			t.Cleanup(names.Close)
			if tt.refuses != "" {
				tt.fault = mailtest.Fault{Rcpt: 550, To: tt.refuses}
			}
			smtp.Fail(tt.fault)
			smtp.SetDeliver(func(m mailtest.Mail) {
				if tt.plus || m.To[0] == "support@desk.example" {
					_, _ = imap.Append(append([]byte(tt.border), m.Data...), time.Now())
				}
			})
			for i := range 4 {
				if tt.old == "" || tt.olds > 0 && i == tt.olds {
					break
				}
				top := tt.old
				if i == 2 { // below our own: a stranger wrote it
					top += theirs
				}
				_, err := imap.Append(fmt.Appendf(nil, "%sFrom: x@elsewhere.example\r\nSubject: %d\r\n\r\nHello\r\n", top, i), time.Now())
				must(t, err)
			}
			if !strings.Contains(tt.extra, "tls =") {
				tt.extra = "tls = \"none\"\n" + tt.extra
			}
			dir := t.TempDir()
			must(t, os.WriteFile(filepath.Join(dir, "secret"), []byte(cmp.Or(tt.password, imap.Password)), 0o600))
			conf := filepath.Join(dir, "c.toml")
			must(t, os.WriteFile(conf, fmt.Appendf(nil, "state = \"state.db\"\nkey_file = \"state.key\"\n[dns]\nresolver = %q\n[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\n"+
				"imap = %q\nuser = %q\npassword_file = \"secret\"\n%s\n[smtp]\nserver = %q\ntls = \"none\"\n", cmp.Or(tt.resolver, names.Addr), cmp.Or(tt.imap, imap.Addr), imap.User, tt.extra, smtp.Addr), 0o600))
			var out bytes.Buffer
			code := run(t.Context(), []string{"--config", conf, "mailbox", "test", "support", "--wait", "1s"}, nil, &out, &out)
			if code != tt.code {
				t.Errorf("exit %d, want %d", code, tt.code)
			}
			for _, w := range tt.want {
				if !strings.Contains(out.String(), w) {
					t.Errorf("%q is not said:\n%s", w, out.String())
				}
			}
			if strings.Contains(out.String(), "evil") || tt.name == "observed" && len(smtp.Mails()) > 0 {
				t.Errorf("a stranger's word, or mail of an observed mailbox:\n%s", out.String())
			}
		})
	}
}
