package reply

import (
	"strconv"
	"strings"
)

// hides reports whether a style attribute or the body of a rule makes text
// invisible. White hides only where no ground of its own is set.
func hides(style string) bool {
	if len(style) > 4000 {
		style = style[:4000]
	}
	if strings.Contains(style, "/*") {
		style = uncomment(style)
	}
	pale, ground := false, false
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
		case "color":
			pale = pale || paleColour(value)
		case "background", "background-color":
			ground = ground || !paleColour(value) && value != "none" && value != "inherit" && value != "initial"
		default:
			if hidesBy(property, value) {
				return true
			}
		}
		if property == "color" && value == "transparent" || strings.Contains(property, "\\") { // an escape spells a name that we don't read
			return true
		}
	}
	return pale && !ground
}

// hidesBy reports a declaration, colours apart, after which nothing is seen.
func hidesBy(property, value string) bool {
	switch property {
	case "display":
		return value == "none"
	case "visibility":
		return value == "hidden" || value == "collapse"
	case "mso-hide":
		return value == "all"
	case "font-size":
		return tiny(value)
	case "opacity":
		return strings.Trim(value, "0.%") == "" && value != ""
	case "width", "height", "max-width", "max-height":
		return zero(strings.TrimSuffix(value, "px"))
	case "clip", "clip-path":
		return strings.HasPrefix(value, "rect(0") || strings.HasPrefix(value, "inset(50") || strings.HasPrefix(value, "inset(100")
	case "left", "top", "margin-left", "margin-top", "text-indent":
		digits := len(value) - len(strings.TrimLeft(value, "-0123456789"))
		return strings.HasPrefix(value, "-") && digits >= 4
	}
	return strings.HasPrefix(property, "text-decoration") && strings.Contains(value, "line-through")
}

// tiny reports a size of type that nobody reads: a pixel or point at most, or a
// twentieth of what is around.
func tiny(size string) bool {
	n, unit := size, ""
	if i := strings.IndexFunc(size, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }); i >= 0 {
		n, unit = size[:i], strings.TrimSpace(size[i:])
	}
	v, err := strconv.ParseFloat(n, 64)
	switch unit {
	case "", "px", "pt":
		return err == nil && v <= 1
	case "em", "rem":
		return err == nil && v < 0.1
	case "%":
		return err == nil && v < 10
	}
	return false
}

func zero(s string) bool { return s != "" && strings.Trim(s, "0") == "" }

// paleColour reports a colour that white paper swallows.
func paleColour(value string) bool {
	switch value = strings.ReplaceAll(value, " ", ""); value {
	case "#fff", "#ffffff", "white", "transparent", "rgb(255,255,255)":
		return true
	}
	return len(value) == 7 && value[0] == '#' && strings.Trim(value[1:], "abcdef") == "" && value[1] == 'f' && value[3] == 'f' && value[5] == 'f'
}

// maxRules bounds the rules of a message's style sheets that are looked at.
const maxRules = 2000

// styleRules adds to seen the classes (".x"), identifiers ("#x") and element
// names ("x") that a style sheet hides. Of a selector only the last compound
// counts: it names the element that is hidden.
func styleRules(sheet string, seen map[string]bool) {
	sheet = strings.ReplaceAll(strings.ReplaceAll(uncomment(sheet), "<!--", ""), "-->", "")
	for n := 0; n < maxRules; n++ {
		open := strings.IndexByte(sheet, '{')
		if open < 0 {
			return
		}
		selectors := sheet[:open]
		if i := strings.LastIndexAny(selectors, "};"); i >= 0 {
			selectors = selectors[i+1:]
		}
		sheet = sheet[open+1:]
		if strings.HasPrefix(strings.TrimSpace(selectors), "@") {
			continue // the rules inside are read as if they always held
		}
		end := strings.IndexByte(sheet, '}')
		if end < 0 {
			end = len(sheet)
		}
		if hides(sheet[:end]) {
			for selector := range strings.SplitSeq(selectors, ",") {
				if name := hiddenName(selector); name != "" {
					seen[name] = true
				}
			}
		}
		sheet = sheet[end:]
	}
}

// hiddenName gives the class, identifier or element that a selector ends in.
func hiddenName(selector string) string {
	f := strings.FieldsFunc(strings.ToLower(selector), func(r rune) bool { return strings.ContainsRune(" \t\r\n>+~", r) })
	if len(f) == 0 {
		return ""
	}
	last, _, _ := strings.Cut(f[len(f)-1], ":")
	last, _, _ = strings.Cut(last, "[")
	if i := strings.LastIndexAny(last, ".#"); i >= 0 {
		last = last[i:]
	}
	return last
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
