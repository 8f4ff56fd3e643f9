package reply

import (
	"cmp"
	"strconv"
	"strings"
)

// A look is what declarations make of an element's text.
type look struct {
	gone        bool   // not displayed, with all that stands within
	hidden      bool   // out of sight by other means: readers differ on them, and what stands within may undo them
	ink, ground string // colours, as canonical gives them; "" is that of the element around
	bar         bool   // a line stands at its left, as beside a quote
	rule        bool   // a line stands above it and at no other side, as above a quoted mail's header
}

// hides reports whether the body of a rule makes text invisible. White hides
// only where no ground of its own is set, and the page isn't a dark one.
func hides(style string, dark bool) bool {
	l := lookOf(style)
	return l.gone || l.hidden || !dark && pale(l.ink, cmp.Or(l.ground, paper))
}

// look is lookOf.
func (p *page) look(style []byte) look { return remembered(&p.looks, style, lookOf) }

// remembered calls f for what it doesn't remember: programs write the same few
// styles and names again and again.
func remembered[T any](known *map[string]T, key []byte, f func(string) T) T {
	const most, longest = 64, 1000
	if out, ok := (*known)[string(key)]; ok {
		return out
	}
	s := string(key)
	out := f(s)
	if len(*known) < most && len(s) < longest {
		if *known == nil {
			*known = map[string]T{}
		}
		(*known)[s] = out
	}
	return out
}

// lookOf reads a style attribute or the body of a rule.
func lookOf(style string) (l look) {
	if strings.Contains(style, "/*") {
		style = uncomment(style)
	}
	narrow, cut, boxed := false, false, false
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
		case "border-top":
			l.rule = strings.Contains(value, "solid")
		case "border-left":
			l.bar = strings.Contains(value, "solid")
		case "border", "border-bottom", "border-right":
			boxed = boxed || strings.Contains(value, "solid")
		case "width", "height", "max-width", "max-height", "line-height":
			narrow = narrow || size(value, 1)
		}
		l.hidden = l.hidden || hidesBy(property, value) || escaped(property, value)
	}
	l.hidden = l.hidden || narrow && cut
	l.rule = l.rule && !l.bar && !boxed
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
