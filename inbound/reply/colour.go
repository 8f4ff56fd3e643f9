package reply

import (
	"fmt"
	"strconv"
	"strings"
)

// paper is the ground where none is set, print the ink.
const paper, print = "#ffffff", "#000000"

// paleNames are the colours with a name that white paper swallows.
var paleNames = set("white snow ivory ghostwhite floralwhite mintcream azure whitesmoke seashell aliceblue honeydew window")

// pale reports an ink that its ground swallows.
func pale(ink, ground string) bool {
	if ink == "transparent" || ink == ground && ink != "" {
		return true
	}
	if len(ink) != 7 || len(ground) != 7 || ink[0] != '#' || ground[0] != '#' {
		return false
	}
	for i := 1; i < 7; i += 2 {
		a, _ := strconv.ParseUint(ink[i:i+2], 16, 8)
		b, _ := strconv.ParseUint(ground[i:i+2], 16, 8)
		if max(a, b)-min(a, b) > 16 {
			return false
		}
	}
	return true
}

// canonical gives a colour as #rrggbb where its form is known, "transparent"
// for one that is not there, "" where none is set, else as it is written.
func canonical(value string) string {
	value = strings.ReplaceAll(strings.ReplaceAll(value, ", ", ","), "( ", "(")
	if strings.Contains(value, "url(") || strings.Contains(value, "gradient(") {
		return value
	}
	if name, args, ok := strings.Cut(value, "("); ok {
		args, _, _ = strings.Cut(args, ")")
		return mixed(name, strings.FieldsFunc(args, func(r rune) bool { return strings.ContainsRune(", /", r) }), value)
	}
	value, _, _ = strings.Cut(value, " ")
	hex := strings.TrimPrefix(value, "#")
	switch {
	case value == "none" || value == "inherit" || value == "initial" || value == "unset" || value == "currentcolor":
		return ""
	case paleNames[value]:
		return paper
	case value == "black":
		return print
	case strings.Trim(hex, "0123456789abcdef") != "":
		return value
	}
	if len(hex) == 3 || len(hex) == 4 {
		long := ""
		for _, c := range hex {
			long += string(c) + string(c)
		}
		hex = long
	}
	if len(hex) == 8 && hex[6] == '0' {
		return "transparent"
	}
	if len(hex) < 6 {
		return value
	}
	return "#" + hex[:6]
}

// mixed gives the colour of rgb() and of hsl(), of which only greys and what is
// nearly white or black are reckoned.
func mixed(name string, args []string, value string) string {
	if len(args) == 4 && faint(args[3]) {
		return "transparent"
	}
	if len(args) < 3 {
		return value
	}
	var out [3]float64
	for i := range out {
		n, unit, _ := measure(args[i])
		if unit == "%" {
			n *= 2.55
		}
		out[i] = min(max(n, 0), 255)
	}
	if strings.HasPrefix(name, "hsl") {
		if out[1] > 0 && out[2] > 16 && out[2] < 239 {
			return value
		}
		out[0], out[1] = out[2], out[2]
	} else if !strings.HasPrefix(name, "rgb") {
		return value
	}
	return fmt.Sprintf("#%02x%02x%02x", int(out[0]+0.5), int(out[1]+0.5), int(out[2]+0.5))
}
