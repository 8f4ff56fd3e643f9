package external

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/internal/redact"
)

var signedAt = time.Date(2026, 11, 22, 14, 3, 10, 0, time.UTC)

const body = `{"type": "check.passed", "n": 1.0}`

func sum(key, text string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// set is "t=...,v1=..." as Stripe and Persona write it.
func set(secret, body string) string {
	return fmt.Sprintf("t=%d,v1=%s", signedAt.Unix(), hex.EncodeToString(sum(secret, fmt.Sprintf("%d.%s", signedAt.Unix(), body))))
}

// keyOf is a secret of the kind standard for a key.
func keyOf(key string) string { return "whsec_" + base64.StdEncoding.EncodeToString([]byte(key)) }

func standard(key, id, body string) string {
	return "v1," + base64.StdEncoding.EncodeToString(sum(key, fmt.Sprintf("%s.%d.%s", id, signedAt.Unix(), body)))
}

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// Each row spoils one thing of a webhook that is genuine.
func TestVerify(t *testing.T) {
	at := fmt.Sprint(signedAt.Unix())
	stripe, persona := set("whsec_a", body), set("wbhsec_a", body)
	good := func(id, at, mark string) http.Header {
		return headers("Webhook-Id", id, "Webhook-Timestamp", at, "Webhook-Signature", mark)
	}
	mark := standard("key a", "msg_1", body)
	tests := []struct {
		name string
		kind Kind
		h    http.Header
		body string
		late time.Duration // past the time of signing
		want error
	}{
		{"standard", Standard, good("msg_1", at, mark), body, 0, nil},
		{"standard-one-of-two", Standard, good("msg_1", at, standard("key c", "msg_1", body)+" "+mark), body, 0, nil},
		{"standard-of-the-other-secret", Standard, good("msg_1", at, standard("key b", "msg_1", body)), body, 0, nil},
		{"standard-beside-another-version", Standard, good("msg_1", at, "v1a,AAAA "+mark), body, 0, nil},
		{"standard-of-a-third-secret", Standard, good("msg_1", at, standard("key c", "msg_1", body)), body, 0, ErrForged},
		{"standard-other-body", Standard, good("msg_1", at, mark), body + " ", 0, ErrForged},
		{"standard-other-id", Standard, good("msg_2", at, mark), body, 0, ErrForged},
		{"standard-other-time", Standard, good("msg_1", fmt.Sprint(signedAt.Unix()+1), mark), body, 0, ErrForged},
		{"standard-other-version", Standard, good("msg_1", at, strings.Replace(mark, "v1,", "v2,", 1)), body, 0, ErrUnsigned},
		{"standard-empty-signature", Standard, good("msg_1", at, "v1,"), body, 0, ErrForged},
		{"standard-no-id", Standard, good("", at, mark), body, 0, ErrUnsigned},
		{"standard-time-in-words", Standard, good("msg_1", "0"+at, mark), body, 0, ErrUnsigned},
		{"standard-signature-twice", Standard, headers("Webhook-Id", "msg_1", "Webhook-Timestamp", at, "Webhook-Signature", mark, "Webhook-Signature", mark), body, 0, ErrUnsigned},
		{"standard-many-signatures", Standard, good("msg_1", at, strings.Repeat("v1,AAAA ", 20)+mark), body, 0, ErrUnsigned},
		{"standard-of-another-kind", Stripe, good("msg_1", at, mark), body, 0, ErrUnsigned},

		{"stripe", Stripe, headers("Stripe-Signature", stripe), body, 0, nil},
		{"stripe-beside-v0", Stripe, headers("Stripe-Signature", stripe+",v0=00"), body, 0, nil},
		{"stripe-two-signatures", Stripe, headers("Stripe-Signature", strings.Replace(stripe, ",v1=", ",v1=00,v1=", 1)), body, 0, nil},
		{"stripe-other-body", Stripe, headers("Stripe-Signature", stripe), strings.ToUpper(body), 0, ErrForged},
		{"stripe-later", Stripe, headers("Stripe-Signature", stripe), body, 5 * time.Minute, nil},
		{"stripe-too-late", Stripe, headers("Stripe-Signature", stripe), body, 5*time.Minute + time.Second, ErrStale},
		{"stripe-early", Stripe, headers("Stripe-Signature", stripe), body, -5 * time.Minute, nil},
		{"stripe-too-early", Stripe, headers("Stripe-Signature", stripe), body, -5*time.Minute - time.Second, ErrStale},
		{"stripe-two-times", Stripe, headers("Stripe-Signature", "t=1,"+stripe), body, 0, ErrUnsigned},
		{"stripe-no-time", Stripe, headers("Stripe-Signature", stripe[strings.Index(stripe, "v1"):]), body, 0, ErrUnsigned},
		{"stripe-no-signature", Stripe, headers("Stripe-Signature", "t="+at), body, 0, ErrUnsigned},
		{"stripe-empty-signature", Stripe, headers("Stripe-Signature", "t="+at+",v1="), body, 0, ErrForged},
		{"stripe-no-header", Stripe, http.Header{}, body, 0, ErrUnsigned},

		{"persona", Persona, headers("Persona-Signature", persona), body, 0, nil},
		{"persona-while-secrets-change", Persona, headers("Persona-Signature", set("new", body)+" "+persona), body, 0, nil},
		{"persona-other-secret", Persona, headers("Persona-Signature", set("new", body)), body, 0, ErrForged},
		{"persona-old", Persona, headers("Persona-Signature", persona), body, time.Hour, ErrStale},
		{"no-kind", "okta", headers("Stripe-Signature", stripe), body, 0, ErrUnsigned},
	}
	secrets := map[Kind][]redact.Secret{
		Standard: {redact.Secret(keyOf("key a")), redact.Secret(keyOf("key b"))},
		Stripe:   {"whsec_old", "whsec_a"},
		Persona:  {"wbhsec_a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Verify(tt.kind, tt.h, []byte(tt.body), secrets[tt.kind], signedAt.Add(tt.late), 5*time.Minute)
			if err != tt.want || err == nil && !got.At.Equal(signedAt) {
				t.Errorf("Verify() = %+v, %v, want %v", got, err, tt.want)
			}
			if err == nil && tt.kind == Standard && got.ID != "msg_1" {
				t.Errorf("id %q", got.ID)
			}
			if _, err := Verify(tt.kind, tt.h, []byte(tt.body), nil, signedAt, 5*time.Minute); err == nil {
				t.Error("genuine without any secret")
			}
		})
	}
}

// TestVector is the example of the Standard Webhooks libraries.
func TestVector(t *testing.T) {
	h := headers("Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "Webhook-Timestamp", "1614265330",
		"Webhook-Signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	_, err := Verify(Standard, h, []byte(`{"test": 2432232314}`), []redact.Secret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, time.Unix(1614265330, 0), time.Minute)
	if err != nil {
		t.Error(err)
	}
}

// FuzzVerify: whatever is taken for genuine holds the very signature that our
// secret makes of these bytes.
func FuzzVerify(f *testing.F) {
	f.Add("stripe", set("whsec_a", body), body)
	f.Add("persona", set("x", body)+" "+set("whsec_a", body), body)
	f.Add("standard", standard("key a", "msg_1", body), body)
	f.Add("stripe", "t=1795356190,v1=,v1=00", "")
	f.Fuzz(func(t *testing.T, kind, mark, body string) {
		h := headers("Webhook-Id", "msg_1", "Webhook-Timestamp", fmt.Sprint(signedAt.Unix()), "Webhook-Signature", mark, "Stripe-Signature", mark, "Persona-Signature", mark)
		got, err := Verify(Kind(kind), h, []byte(body), []redact.Secret{"whsec_a", redact.Secret(keyOf("key a"))}, signedAt, time.Minute)
		if err != nil {
			return
		}
		genuine := strings.Contains(mark, standard("key a", "msg_1", body)) // of the kind standard
		for _, secret := range []string{"whsec_a", keyOf("key a")} {
			made := hex.EncodeToString(sum(secret, fmt.Sprintf("%d.%s", got.At.Unix(), body)))
			genuine = genuine || strings.Contains(strings.ToLower(mark), made)
		}
		if !genuine {
			t.Errorf("%s took %q for a signature of %q", kind, mark, body)
		}
	})
}
