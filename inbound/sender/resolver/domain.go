package resolver

import (
	"strings"
)

// IsDomain tells whether s is made of labels of lower-case letters, digits and
// hyphens, or underscores, as a DKIM selector may have.
func IsDomain(s string, underscores bool) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			c := label[i]
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' && underscores) {
				return false
			}
		}
	}
	return true
}
