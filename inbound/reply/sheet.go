package reply

import (
	"strings"
)

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
		if i += n + 1; len(page)-i < len("style") || page[i]|0x20 != 's' || !strings.EqualFold(page[i:i+len("style")], "style") {
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
