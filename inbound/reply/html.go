package reply

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

var (
	hiddenStyle = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(\.0*)?\s*(;|$)|max-height\s*:\s*0|(^|[;{\s])color\s*:\s*(#fff(fff)?\b|white|transparent)|text-indent\s*:\s*-\d{3}|mso-hide\s*:\s*all`)
	quoteName   = regexp.MustCompile(`(?i)gmail_quote|gmail_signature|yahoo_quoted|moz-cite-prefix|moz-signature|protonmail_quote|protonmail_signature|zmail_extra|gmail_attr`)
	quoteRest   = regexp.MustCompile(`(?i)divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION`)
	outlookRule = regexp.MustCompile(`(?i)border-top:\s*solid #(E1E1E1|B5C4DF)`)
	voidTags    = " area base br col embed hr img input link meta source track wbr "
	blockTags   = " p div br tr li ul ol table h1 h2 h3 h4 hr blockquote section "
)

// htmlText gives the text of HTML that a reader sees and that isn't a quote or
// signature by its markup. hides reports style sheets that can hide text.
func htmlText(s string) (text string, hides bool) {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	skip, depth := "", 0 // the element that is skipped, and how deep within its kind
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return out.String(), hides
		case html.TextToken:
			t := z.Token().Data
			if skip == "style" && hiddenStyle.MatchString(t) {
				hides = true
			}
			if skip == "" {
				out.WriteString(collapse(t))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			void := strings.Contains(voidTags, " "+t.Data+" ")
			if skip != "" {
				if t.Data == skip && !void {
					depth++
				}
				continue
			}
			if strings.Contains(blockTags, " "+t.Data+" ") {
				out.WriteByte('\n')
			}
			unseen, rest := markup(t)
			if rest {
				return out.String(), hides
			}
			if unseen && !void {
				skip, depth = t.Data, 1
			}
		case html.EndTagToken:
			t := z.Token()
			if t.Data == skip {
				if depth--; depth == 0 {
					skip = ""
				}
			} else if skip == "" && strings.Contains(blockTags, " "+t.Data+" ") {
				out.WriteByte('\n')
			}
		}
	}
}

// markup says whether an element's text is left out, or all that follows is.
func markup(t html.Token) (unseen, rest bool) {
	switch t.Data {
	case "script", "style", "title", "head", "template", "noscript", "blockquote", "textarea", "select":
		unseen = true
	}
	for _, a := range t.Attr {
		switch a.Key {
		case "class", "id":
			unseen = unseen || quoteName.MatchString(a.Val) || strings.EqualFold(a.Val, "signature")
			rest = rest || quoteRest.MatchString(a.Val)
		case "style":
			unseen = unseen || hiddenStyle.MatchString(a.Val)
			rest = rest || outlookRule.MatchString(a.Val)
		case "hidden":
			unseen = true
		case "color":
			v := strings.ToLower(a.Val)
			unseen = unseen || v == "white" || v == "#ffffff" || v == "#fff"
		}
	}
	// A head's style sheet matters to what is hidden; its text never shows.
	if t.Data == "head" || t.Data == "html" || t.Data == "body" {
		unseen = false
	}
	return unseen, rest
}

func collapse(s string) string {
	t := strings.Join(strings.Fields(s), " ")
	if t == "" {
		if s == "" {
			return ""
		}
		return " "
	}
	if strings.TrimLeft(s, " \t\r\n") != s {
		t = " " + t
	}
	if strings.TrimRight(s, " \t\r\n") != s {
		t += " "
	}
	return t
}
