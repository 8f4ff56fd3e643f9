package codes

import (
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// period and digits are those that every authenticator knows (RFC 6238, SHA-1).
const (
	period = 30 // seconds
	digits = otp.DigitsSix
)

// minSeed is the shortest seed, in bytes: RFC 4226, section 4, R6 demands 128 bits.
const (
	minSeed = 16
	maxSeed = 64
)

// seed reads a seed in base32, as authenticators show it.
func seed(s string) (string, bool) {
	s = strings.TrimRight(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(s))), "=")
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
	return s, err == nil && len(b) >= minSeed && len(b) <= maxSeed
}

// rotating compares six digits with those of the present step, the one before and
// the one behind. No step counts that isn't behind the last that matched
// (RFC 6238, section 5.2). All three are always computed.
func rotating(seed, said string, now time.Time, last int64) (match bool, step int64, err error) {
	at := now.Unix() / period
	for s := at - 1; s <= at+1; s++ {
		want, err := hotp.GenerateCodeCustom(seed, uint64(max(0, s)), hotp.ValidateOpts{Digits: digits, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return false, 0, errSeed
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(said)) == 1 && s > last { //rule:6.5 each-step-once part=2 TestRotating/again
			match, step = true, s
		}
	}
	return match, step, nil
}
