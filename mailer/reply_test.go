package mailer

import (
	"errors"
	"net/textproto"
	"strings"
	"testing"
)

// TestServerWords: what a server quotes of the mail that it refuses is not told
// on, however it writes it.
func TestServerWords(t *testing.T) {
	const code = "7KQ3MX"
	for name, said := range map[string]string{
		"plain":   "subject [T-1042-" + code + "] refused",
		"lower":   "re: [t-1042-" + strings.ToLower(code) + "]",
		"quoted":  "=?utf-8?Q?=5BT-1042-" + code + "=5D?= support=2B" + testToken + "=40desk.example",
		"lines":   "5.7.1 support+" + testToken[:11] + "\n5.7.1 " + testToken[11:] + "@desk.example\n[T-1042-" + code[:3] + "\n" + code[3:] + "]",
		"encoded": "=?utf-8?B?W1QtMTA0Mi03S1EzTVhdIE5ldyBwYXNzd29yZCBmb3Igd2ViLTM=?=",
	} {
		m := &Mailer{}
		for _, err := range []error{&textproto.Error{Code: 552, Msg: said}, errors.New("552 " + said)} {
			got := strings.ToLower(strings.NewReplacer(" ", "", "5.7.1", "").Replace(m.clean(err)))
			for _, secret := range []string{testToken, strings.ToLower(code), "w1qtmta0mi03s1eztvhd"} {
				if strings.Contains(got, secret) {
					t.Errorf("%s: %q shows %q", name, m.clean(err), secret)
				}
			}
			if !strings.Contains(got, "552") {
				t.Errorf("%s: %q says nothing", name, got)
			}
		}
	}
}
