package reply

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// A look is what declarations make of an element's text.
type look struct {
	gone        bool   // not displayed, with all that stands within
	hidden      bool   // out of sight by other means: readers differ on them, and what stands within may undo them
	ink, ground string // colours, as canonical gives them; "" is that of the element around
}

// hides reports whether the body of a rule makes text invisible. White hides
// only where no ground of its own is set, and the page isn't a dark one.
func hides(style string, dark bool) bool {
	l := lookOf(style)
	return l.gone || l.hidden || !dark && pale(l.ink, cmp.Or(l.ground, paper))
}

// lookOf reads a style attribute or the body of a rule.
func lookOf(style string) (l look) {
	if strings.Contains(style, "/*") {
		style = uncomment(style)
	}
	narrow, cut := false, false
	for declaration := range strings.SplitSeq(style, ";") {
		property, value, ok := strings.Cut(declaration, ":")
		if !ok {
			continue
		}
		property = strings.ToLower(strings.TrimSpace(property))
		value = strings.ToLower(strings.TrimSpace(value))
		value, _, _ = strings.Cut(value, "!") // !important
		value = strings.TrimSpace(value)
		switch property {
		case "display":
			l.gone = l.gone || value == "none"
		case "color", "-webkit-text-fill-color":
			l.ink = cmp.Or(canonical(value), l.ink)
		case "background", "background-color":
			l.ground = cmp.Or(canonical(value), l.ground)
		case "overflow", "overflow-x", "overflow-y":
			cut = cut || value == "hidden" || value == "clip"
		case "width", "height", "max-width", "max-height", "line-height":
			narrow = narrow || size(value, 1)
		}
		l.hidden = l.hidden || hidesBy(property, value) || escaped(property, value)
	}
	l.hidden = l.hidden || narrow && cut
	if l.ground == "transparent" {
		l.ground = ""
	}
	return l
}

// escaped reports that an escape spells a declaration, which we don't read.
// Word writes some in the names of fonts.
func escaped(property, value string) bool {
	return strings.Contains(property, "\\") || strings.Contains(value, "\\") && !strings.HasPrefix(property, "font") && !strings.HasPrefix(property, "mso-")
}

// hidesBy reports a declaration, colours apart, after which nothing is seen.
func hidesBy(property, value string) bool {
	switch property {
	case "visibility", "content-visibility":
		return value == "hidden" || value == "collapse"
	case "mso-hide":
		return value == "all"
	case "font-size":
		return tiny(value)
	case "font":
		for f := range strings.FieldsSeq(value) {
			f, _, _ = strings.Cut(f, "/")
			if f != "" && strings.ContainsRune(".0123456789c", rune(f[0])) && tiny(f) {
				return true
			}
		}
	case "opacity":
		return faint(value)
	case "filter", "-webkit-filter", "-ms-filter":
		_, of, ok := strings.Cut(value, "opacity")
		return ok && faint(strings.Trim(of, "(=)\"' "))
	case "width", "height", "max-width", "max-height":
		return size(value, 0)
	case "clip", "clip-path":
		return strings.Contains(value, "(")
	case "transform", "scale", "translate":
		return strings.Contains(value, "scale") && strings.Contains(value, "(0") || property == "scale" && size(value, 0) || far(value)
	case "left", "top", "right", "bottom", "inset", "margin", "margin-left", "margin-top", "margin-right", "margin-bottom", "text-indent":
		return far(value)
	case "z-index":
		return strings.HasPrefix(value, "-")
	}
	return strings.HasPrefix(property, "text-decoration") && strings.Contains(value, "line-through")
}

// measure takes a length or share apart.
func measure(s string) (n float64, unit string, ok bool) {
	if i := strings.IndexFunc(s, func(r rune) bool { return r != '.' && r != '-' && r != '+' && (r < '0' || r > '9') }); i >= 0 {
		s, unit = s[:i], strings.TrimSpace(s[i:])
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, unit, err == nil
}

// tiny reports a size of type that nobody reads: a pixel or point at most, or a
// tenth of what is around. What is reckoned is not read here.
func tiny(s string) bool {
	n, unit, ok := measure(s)
	switch unit {
	case "", "px", "pt":
		return ok && n <= 1
	case "%":
		return ok && n < 10
	}
	return ok && n < 0.1 || strings.Contains(s, "(")
}

// faint reports an opacity that leaves nothing to see.
func faint(s string) bool {
	n, unit, ok := measure(s)
	if unit == "%" || n > 1 {
		n /= 100
	}
	return ok && n < 0.1 || strings.Contains(s, "(")
}

// size reports a length of at most so many pixels or points.
func size(s string, most float64) bool {
	n, unit, ok := measure(s)
	return ok && n >= 0 && (n == 0 || n <= most && (unit == "px" || unit == "pt"))
}

// far reports a place that lies off the page, by a length of hundreds to the
// left or above, and of thousands elsewhere.
func far(s string) bool {
	for f := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(" (),", r) }) {
		if n, unit, ok := measure(f); ok && (n <= -100 || n >= 1000 || unit == "%" && n >= 100) {
			return true
		}
	}
	return false
}

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

// anyName stands for what a style sheet hides by a selector that may mean any
// element.
const anyName = "*"

// sheets gives what the style sheets of a page hide, wherever in it they stand:
// classes (".x"), identifiers ("#x") and element names ("x").
func sheets(page string) map[string]bool {
	seen := map[string]bool{}
	for i := 0; i < len(page); {
		n := strings.IndexByte(page[i:], '<')
		if n < 0 {
			break
		}
		if i += n + 1; len(page)-i < len("style") || !strings.EqualFold(page[i:i+len("style")], "style") {
			continue
		}
		sheet := page[i:]
		if end := indexFold(sheet, "</style"); end >= 0 {
			sheet = sheet[:end]
		}
		i += len(sheet)
		if _, rules, ok := strings.Cut(sheet, ">"); ok {
			styleRules(rules, seen)
		}
	}
	return seen
}

// indexFold finds a text that begins with "<" and is otherwise in any case.
func indexFold(s, text string) int {
	for i := 0; i+len(text) <= len(s); i++ {
		n := strings.IndexByte(s[i:], '<')
		if n < 0 {
			break
		}
		if i += n; i+len(text) <= len(s) && strings.EqualFold(s[i:i+len(text)], text) {
			return i
		}
	}
	return -1
}

// styleRules adds to seen what a style sheet hides. Of a selector only the last
// compound counts: it names the element that is hidden.
func styleRules(sheet string, seen map[string]bool) {
	sheet = strings.ReplaceAll(strings.ReplaceAll(uncomment(sheet), "<!--", ""), "-->", "")
	dark := false // the rules are for readers that set white on black
	for {
		open := strings.IndexByte(sheet, '{')
		if open < 0 {
			return
		}
		selectors := sheet[:open]
		if i := strings.LastIndexAny(selectors, "};"); i >= 0 {
			dark = dark && !strings.Contains(selectors, "}") // the block of such rules ended
			selectors = selectors[i+1:]
		}
		sheet = sheet[open+1:]
		if strings.HasPrefix(strings.TrimSpace(selectors), "@") {
			dark = dark || forDark(selectors)
			continue // the rules inside are read as if they always held
		}
		end := strings.IndexByte(sheet, '}')
		if end < 0 {
			end = len(sheet)
		}
		if hides(sheet[:end], dark || forDark(selectors)) {
			for selector := range strings.SplitSeq(selectors, ",") {
				seen[hiddenName(selector)] = true
			}
		}
		sheet = sheet[min(end+1, len(sheet)):]
	}
}

// forDark reports what begins rules for dark pages: the standard's condition,
// and the attributes that Outlook sets there.
func forDark(selectors string) bool {
	selectors = strings.ToLower(selectors)
	return strings.Contains(selectors, "prefers-color-scheme") && strings.Contains(selectors, "dark") || strings.Contains(selectors, "[data-ogs")
}

// hiddenName gives the class, identifier or element that a selector ends in.
func hiddenName(selector string) string {
	selector = strings.TrimSpace(strings.ToLower(selector))
	attribute := ""
	if strings.HasSuffix(selector, "]") {
		i := strings.LastIndexByte(selector, '[')
		selector, attribute = selector[:max(i, 0)], selector[i+1:len(selector)-1]
	}
	last := selector[strings.LastIndexAny(selector, " \t\r\n>+~")+1:]
	last, _, _ = strings.Cut(last, ":")
	last, _, _ = strings.Cut(last, "[")
	if i := strings.LastIndexAny(last, ".#"); i >= 0 {
		last = last[i:]
	}
	key, value, _ := strings.Cut(attribute, "=")
	switch {
	case strings.Contains(last, "\\"):
		return anyName
	case last != "" && last != anyName:
		return last
	case key == "hidden":
		return "" // that attribute counts by itself
	case key == "class" || key == "class~":
		return "." + strings.Trim(value, "'\"")
	}
	return anyName
}

func uncomment(s string) string {
	var out strings.Builder
	for {
		before, after, ok := strings.Cut(s, "/*")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		if _, s, ok = strings.Cut(after, "*/"); !ok {
			return out.String()
		}
	}
}
