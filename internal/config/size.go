package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Size is a number of bytes, written like 25MiB.
type Size int64

// Take reads a size.
func (s *Size) Take(text string, quoted bool) string {
	n, ok := parseSize(text)
	if !quoted || !ok {
		return fmt.Sprintf("%s is not a size. Write it like \"25MiB\".", shown(text))
	}
	*s = n
	return ""
}

var units = []struct {
	name  string
	bytes int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}}

func parseSize(s string) (Size, bool) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		return Size(n * u.bytes), err == nil && n >= 0 && n < 1<<32
	}
	return 0, false
}
