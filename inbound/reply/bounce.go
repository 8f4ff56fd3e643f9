package reply

import (
	"bytes"
	"regexp"
	"strings"

	"countersign/internal/clean"
	"countersign/internal/rawmail"
	"countersign/internal/token"
	"countersign/policy"
)

var (
	statusLine   = regexp.MustCompile(`(?im)^Status:\s*([245]\.\d{1,3}\.\d{1,3})`)
	diagnostic   = regexp.MustCompile(`(?im)^Diagnostic-Code:[ \t]*([^\r\n]+(?:\r?\n[ \t][^\r\n]+)*)`)
	delayedLine  = regexp.MustCompile(`(?im)^Action:\s*delayed`)
	delayedTitle = regexp.MustCompile(`(?i)\bdelay|could not send message for past|still being retried|verzögert|différé|retrasad|atrasad|ritard|vertraagd|opóźni|задерж`)
	actionLine   = regexp.MustCompile(`(?im)^Action:\s*(failed|delayed|delivered|relayed|expanded)`)
	failedLine   = regexp.MustCompile(`(?im)^Action:\s*failed`)
)

// bounce reads whose notice came back and why.
func bounce(m *rawmail.Message, own Own, subject string) (out policy.Bounce) {
	local, domain, ok := strings.Cut(own.ReplyAddress, "@")
	if ok {
		local = strings.ReplaceAll(local, "{token}", "")
		ours := regexp.MustCompile(`(?i)(?:^|[^a-z0-9.+_-])(` + regexp.QuoteMeta(local+token.Bounce) + `|` + regexp.QuoteMeta(local) + `|<)([a-z2-7]{26})@` + regexp.QuoteMeta(domain) + `(?:$|[^a-z0-9.-])`)
		for _, found := range ours.FindAllSubmatch(m.Raw[:min(len(m.Raw), maxText)], 16) {
			secret := strings.ToLower(string(found[2]))
			if bytes.HasSuffix(bytes.ToLower(found[1]), []byte(token.Bounce)) {
				out.ReturnPaths = append(out.ReturnPaths, secret)
			} else {
				out.Sent = append(out.Sent, secret)
			}
		}
	}
	text := m.Body
	if text == nil { // behind a header that could not be read to its end
		text = m.Raw
	}
	text = text[:min(len(text), maxText)]
	if s := statusLine.FindSubmatch(text); s != nil {
		out.Status = string(s[1])
	}
	if d := diagnostic.FindSubmatch(text); d != nil {
		said := token.Hide(d[1][:min(len(d[1]), 8000)]) // it may quote our addresses, folded anywhere
		out.Diagnostic = clean.SeenLine(string(bytes.ToValidUTF8(said[:min(len(said), 2000)], nil)))
		if typ, rest, ok := strings.Cut(out.Diagnostic, ";"); ok && !strings.Contains(strings.TrimSpace(typ), " ") {
			out.Diagnostic = strings.TrimSpace(rest) // RFC 3464 section 2.3.6: the type, as smtp
		}
	}
	out.Delayed = (delayedLine.Match(text) || delayedTitle.MatchString(subject)) && !failedLine.Match(text)
	return out
}
