package reply

import (
	"strings"

	"countersign/internal/clean"
)

// Lines of RFC 9580 sections 6.2 and 7.
const (
	armourSigned    = "-----BEGIN PGP SIGNED MESSAGE-----"
	armourSignature = "-----BEGIN PGP SIGNATURE-----"
	armourEnd       = "-----END PGP SIGNATURE-----"
	armourMessage   = "-----BEGIN PGP MESSAGE-----"
)

// unarmour takes the frame of a clear-signed text off, without verifying it.
// doubtful reports text outside the frame, or a text that is encrypted.
func unarmour(s string) (text string, doubtful bool) {
	if !strings.Contains(s, "-----BEGIN PGP ") {
		return s, false
	}
	before, rest, ok := strings.Cut("\n"+s, "\n"+armourSigned+"\n")
	if !ok {
		return s, strings.Contains("\n"+s, "\n"+armourMessage)
	}
	_, rest, ok = strings.Cut(rest, "\n\n") // the fields "Hash:"
	if !ok {
		return s, true
	}
	rest, after, ok := strings.Cut(rest, "\n"+armourSignature)
	_, after, _ = strings.Cut(after, armourEnd)
	var out strings.Builder
	for line := range strings.Lines(rest) {
		out.WriteString(strings.TrimPrefix(line, "- ")) // dash-escaped, section 7.1
	}
	text = out.String()
	return text, !ok || ownText(clean.Seen(before)) != "" || ownText(clean.Seen(after)) != "" || strings.Contains(text, armourSigned)
}
