package reply

import (
	"regexp"
	"strings"
)

// hiddenStyle finds a declaration after which a reader sees nothing. Colours
// apart: hiddenColour is only that where no background of its own is set.
var (
	hiddenStyle  = regexp.MustCompile(`(?i)display\s*:\s*none|text-decoration[a-z-]*\s*:[^;]*line-through|visibility\s*:\s*hidden|font-size\s*:\s*(0+(\.\d*)?\s*(px|pt|!|;|$)|0+(\.0\d*)?\s*(em|rem|%)|1px)|opacity\s*:\s*0*(\.0*)?\s*(!|;|$)|(max-height|max-width|width|height)\s*:\s*0+(px)?\s*(!|;|$)|clip(-path)?\s*:\s*(rect\(0|inset\(50)|text-indent\s*:\s*-\d{3}|mso-hide\s*:\s*all|(left|top)\s*:\s*-\d{3}|(?:^|[;\s])color\s*:\s*transparent`)
	hiddenColour = regexp.MustCompile(`(?i)(?:^|[;\s])color\s*:\s*(#fff\b|#f[a-f]f[a-f]f[a-f]\b|white\b|rgb\(\s*255,\s*255,\s*255\s*\))`)
	background   = regexp.MustCompile(`(?i)background(-color)?\s*:\s*([^;]+)`)
)

// hides reports whether a style attribute or the body of a rule makes text
// invisible.
func hides(style string) bool {
	if len(style) > 4000 {
		style = style[:4000]
	}
	if hiddenStyle.MatchString(style) {
		return true
	}
	if !hiddenColour.MatchString(style) {
		return false
	}
	for _, b := range background.FindAllStringSubmatch(style, 4) {
		switch v := strings.ToLower(strings.TrimSpace(b[2])); v {
		case "white", "#fff", "#ffffff", "transparent", "none", "inherit", "initial", "rgb(255, 255, 255)", "rgb(255,255,255)":
		default:
			return false // white on a ground of its own
		}
	}
	return true
}

// maxRules bounds the rules of a message's style sheets that are looked at.
const maxRules = 2000

// styleRules adds to seen the classes (".x"), identifiers ("#x") and element
// names ("x") that a style sheet hides. Of a selector only the last compound
// counts: it names the element that is hidden.
func styleRules(sheet string, seen map[string]bool) {
	sheet = strings.NewReplacer("<!--", "", "-->", "").Replace(uncomment(sheet))
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
