package tickets

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"countersign/policy"
)

// quotations are ways in which a server quotes what we sent, with %s for the
// token and the reference.
func quotations(l Letter) map[string]string {
	half := len(l.Token) / 2
	code := l.Reference[strings.LastIndexByte(l.Reference, '-')+1:]
	return map[string]string{
		"plain":       "552 message <" + l.MessageID + "> for " + l.ReplyTo + " [" + l.Reference + "] refused",
		"lower":       "552 re: [" + strings.ToLower(l.Reference) + "] is spam",
		"upper":       "552 " + strings.ToUpper(l.ReplyTo),
		"quoted":      "552 Subject: =?utf-8?Q?=5B" + l.Reference + "=5D?=; Reply-To: support=2B" + l.Token + "=40desk.example",
		"split-reply": "552-5.7.1 support+" + l.Token[:half] + "\n552-5.7.1 " + l.Token[half:] + "@desk.example\n552 5.7.1 [T-1-" + code[:3] + "\n" + code[3:] + "]",
		"folded":      "552 Subject: [T-1-" + code[:2] + "\r\n " + code[2:] + "]\r\nReply-To: support+" + l.Token[:half] + "\r\n\t" + l.Token[half:] + "@desk.example",
		"percent":     "552 see https://mx.example/?rcpt=support%2B" + l.Token + "%40desk.example&s=%5B" + l.Reference + "%5D",
	}
}

// TestServerWords: what a server quotes of a notice stands in no record and is
// shown nowhere, however it is written.
func TestServerWords(t *testing.T) {
	for name := range quotations(Letter{Token: strings.Repeat("a", 26), Reference: "T-1-AAAAAA"}) {
		for what, mark := range map[string]func(*desk, string, string) error{
			"failed":  func(d *desk, id, why string) error { return d.Outbox.Failed(id, why) },
			"retry":   func(d *desk, id, why string) error { return d.Outbox.Retry(id, d.clock(), false, why) },
			"unknown": func(d *desk, id, why string) error { return d.Outbox.Unknown(id, why) },
			"bounce": func(d *desk, _, why string) error {
				l := d.last(t, "confirm", "T-1")
				wants(t, d.receive(t, policy.Evidence{Kind: policy.KindBounce, Hash: digest(why), RawHash: digest(why), Arrived: d.clock(),
					Bounce: policy.Bounce{Sent: []string{l.Token}, Status: "5.1.1", Diagnostic: why}}), "bounce")
				return nil
			},
		} {
			t.Run(name+"-"+what, func(t *testing.T) {
				d := memoryDesk(t, nil)
				_, l := d.ask(t, bob, policy.PasswordChange)
				why := quotations(l)[name]
				check(t, mark(d, d.outbox(t, "T-1")[0].ID, why))
				b, err := json.Marshal([]any{d.show(t, "T-1"), d.outbox(t, "")})
				check(t, err)
				kept := d.dump(t)
				kept["shown"] = string(b)
				code := l.Reference[strings.LastIndexByte(l.Reference, '-')+1:]
				for key, value := range kept {
					// Whoever puts the pieces together again reads no secret.
					value = strings.ToLower(strings.NewReplacer(" ", "", `\n`, "", `\t`, "", `\r`, "", "5.7.1", "", "552-", "").Replace(value))
					for _, secret := range []string{l.Token, "t-1-" + code} {
						if strings.Contains(value, strings.ToLower(secret)) {
							t.Errorf("%s holds %q: %.300s", key, secret, value)
						}
					}
				}
				if !strings.Contains(fmt.Sprint(kept), "552") {
					t.Error("the server's words are lost")
				}
			})
		}
	}
}

// TestOwnMessageID: the Message-ID of a notice of ours that comes back is no
// name that anybody may read, whatever else is wrong with the mail.
func TestOwnMessageID(t *testing.T) {
	d := memoryDesk(t, nil)
	_, l := d.ask(t, bob, policy.PasswordChange)
	e := policy.Evidence{MessageID: l.MessageID, From: "support@desk.example", Hash: digest("back"), RawHash: digest("back"), Arrived: d.clock(),
		Refusals: []policy.Reason{policy.Because("ambiguous_header")}}
	if m := d.receive(t, e); strings.Contains(m.MessageID(), l.Token) || m.MessageID() == "" {
		t.Errorf("Message-ID %q", m.MessageID())
	}
}
