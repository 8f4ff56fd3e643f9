package reply

import (
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/internal/token"
)

// TestExpressions: what is told by plain comparison is what one expression for each
// sort knew.
func TestExpressions(t *testing.T) {
	match := func(e string) func(string) string {
		re := regexp.MustCompile(e)
		return func(s string) string { return map[bool]string{true: "yes"}[re.MatchString(s)] }
	}
	group := func(e string) func(string) string {
		re := regexp.MustCompile(e)
		return func(s string) string {
			if found := re.FindStringSubmatch(s); found != nil {
				return found[1]
			}
			return ""
		}
	}
	is := func(f func(string) bool) func(string) string {
		return func(s string) string { return map[bool]string{true: "yes"}[f(s)] }
	}
	onDay := regexp.MustCompile(`(?:^|-{2,}\s*|\s)On (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ ,.]|\d)`)
	for _, tt := range []struct {
		name      string
		want, got func(string) string
		pieces    string // with _ for a blank
	}{
		{"subject-of-an-answer", match(`(?i)^(re|aw|sv|vs|antw|odp|ynt|rif|res|ref|回复|回覆|答复|返信|답장|ответ|отв|απ|השב|رد)(\[\d+\])?\s*[:：]`), is(isAnswer),
			"re Re RE aw antw res ref 回复 ответ Отв απ השב [2] [ 12 ] [x] : ： _ x"},
		{"from-a-daemon", match(`(?i)\b(mailer-daemon|postmaster)\b|^\s*<>\s*$`), is(daemon), "MAILER-DAEMON mailer-daemon postmaster PostMaster < > <> @mx.example x _ - é"},
		{"a-robot's-address", match(`(?i)^([^@]*[+._-])?(mailer-daemon|no-?reply|do-?not-?reply|keine-?antwort|nicht-?antworten|ne-?pas-?repondre|no-?responder|nao-?respond(a|er)|non-?rispondere|niet-?beantwoorden|nie-?odpowiadac|neodpovidat|ej-?svara|svara-?ej)([+._-][^@]*)?@`),
			is(takesNoAnswers), "no reply noreply NoReply no-reply do-not-reply donotreply ne-pas-repondre nao responda mailer-daemon svara ej - . + @ _ x @a.example"},
		{"a-robot's-program", match(`(?i)^\W*(vacation[ v/\d.-]*$|auto-?(respond|reply|response)|zendesk mailer)`), is(answersAlone), "vacation Vacation _ v/ 1.2 . - auto Auto - respond reply response Zendesk_Mailer x é ("},
		{"mail-that-waits", match(`(?i)\bdelay|could not send message for past|still being retried|verzögert|différé|retrasad|atrasad|ritard|vertraagd|opóźni|задерж`), is(waits),
			"delay Delayed (Delay) x _ could_not_send_message_for_past still_being_retried verzögert Différé ЗАДЕРЖ é"},
		{"mail-that-returns", match(`(?i)undeliver|deliver(y|ed) (status|failure|failed|has failed|delayed|problem|incomplete)|delivery to .* failed|failure (notice|delivery)|mail failed, returning|delayed mail|returned (mail|to sender)|mail delivery|mail system error|(could not|couldn't|cannot|unable to|not) (be )?(deliver|sent)|warning: could not send|warning: message \S+ delayed|unzustellbar|nicht zugestellt|non remis|no se (puede|pudo) entregar|mancata consegna|não entregue|niet (bezorgd|afgeleverd)|niedostarczon|nedoručen|не (доставлено|удалось доставить)|未送達|(配信|配送)でき|メールエラー|退信|반송`),
			is(returns), "undeliverable Undelivered delivery delivered _ status failure failed has_failed delayed Delivery_to a@b.example returned mail to_sender could_not couldn't cannot unable_to not be_ deliver sent send Warning: message 1x-2 niet bezorgd не доставлено 配信でき 退信 no_se_pudo entregar"},
		{"page", group(`^(?:cs|x)?(?:cp|codepage|ms|mswin|mscp|win|windows|windowscp|microsoftcp|ibm|dos)?0*([1-9][0-9]{2,4})$`), pageNumber, "cs x cp codepage ms mswin win windows windowscp ibm dos 0 00 1 12 125 1252 65001 9 z"},
		{"part-of-iso", group(`^(?:x|cs)?(?:iso|isoir)?8859([0-9]{1,2})$`), isoPart, "cs x iso isoir ir 8859 1 15 0 9 z"},
		{"latin", group(`^(?:x|cs|iso)?latin([0-9]{1,2})$`), latinPart, "cs x iso latin 1 15 0 9 z"},
		{"escaped-equals", func(s string) string {
			return regexp.MustCompile(`(?i)(;\s*charset=)3D`).ReplaceAllString(s, "$1")
		}, withEquals, "text/plain ; _ charset= Charset= 3D 3d utf-8 x"},
		{"time", match(`\b(19|20)\d\d\b.*\b\d{1,2}[:.]\d\d\b`), is(timed), "2026 1999 _2026_ 2100 20 _ _ 10 9 _10:02_ _9.30 10 123 : : . 02 02 \n a é"},
		{"own-start", func(s string) string {
			if at := onDay.FindStringIndex(s); at != nil {
				return strings.TrimRight(s[:at[0]], "- \t")
			}
			return ""
		}, ownStart, "Yes yes. On On_ Mon Monday Nov Nove , . _ 24 -- - x 1 é"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pieces := strings.Split(tt.pieces, " ")
			r := rand.New(rand.NewSource(1))
			hits := 0
			for range 20_000 {
				var b strings.Builder
				for range 1 + r.Intn(7) {
					b.WriteString(strings.ReplaceAll(pieces[r.Intn(len(pieces))], "_", " "))
				}
				s := b.String()
				want := tt.want(s)
				if want != "" && want != s {
					hits++
				}
				if got := tt.got(s); got != want {
					t.Fatalf("%q gives %q, want %q", s, got, want)
				}
			}
			if hits < 30 {
				t.Errorf("%d lines only are any", hits)
			}
		})
	}
}

// TestReports: the fields of a delivery status are those that expressions found.
func TestReports(t *testing.T) {
	var (
		statusLine  = regexp.MustCompile(`(?im)^Status:\s*([245]\.\d{1,3}\.\d{1,3})`)
		diagnostic  = regexp.MustCompile(`(?im)^Diagnostic-Code:[ \t]*([^\r\n \t][^\r\n]*(?:\r?\n[ \t][^\r\n]+)*)`)
		delayedLine = regexp.MustCompile(`(?im)^Action:\s*delayed`)
		actionLine  = regexp.MustCompile(`(?im)^Action:\s*(failed|delayed|delivered|relayed|expanded)`)
		failedLine  = regexp.MustCompile(`(?im)^Action:\s*failed`)
	)
	pieces := strings.Split("Status: status: Diagnostic-Code: diagnostic-code: Action: action: Action Status x 5.1.1 4.22.333 5.1 2.1.4444 failed Delayed relayed expanded smtp;_550 _ _ _ \t \n \n \n \r\n \r\n _\r\n \r", " ")
	r := rand.New(rand.NewSource(1))
	for range 40_000 {
		var b strings.Builder
		for range 1 + r.Intn(14) {
			b.WriteString(strings.ReplaceAll(pieces[r.Intn(len(pieces))], "_", " "))
		}
		text := b.String()
		got := reportOf([]byte(text))
		want := deliveryStatus{acts: actionLine.MatchString(text), delayed: delayedLine.MatchString(text), failed: failedLine.MatchString(text)}
		if s := statusLine.FindStringSubmatch(text); s != nil {
			want.status = s[1]
		}
		if d := diagnostic.FindStringSubmatch(text); d != nil {
			want.diagnostic = []byte(d[1])
		}
		if got.status != want.status || string(got.diagnostic) != string(want.diagnostic) || got.acts != want.acts || got.delayed != want.delayed || got.failed != want.failed {
			t.Fatalf("%q: %+v, want %+v", text, got, want)
		}
	}
}

// TestOurs: our addresses are found as an expression found them, where no mark ends one
// and begins the next.
func TestOurs(t *testing.T) {
	const local, domain = "support+", "desk.example"
	re := regexp.MustCompile(`(?i)(?:^|[^a-z0-9.+_-])(` + regexp.QuoteMeta(local+token.Bounce) + `|` + regexp.QuoteMeta(local) + `|<)([a-z2-7]{26})@` + regexp.QuoteMeta(domain) + `(?:$|[^a-z0-9.-])`)
	marks := regexp.MustCompile(`(?i)(@desk\.example)([ \n<>])`)
	a, b := strings.Repeat("a2", 13), strings.Repeat("B7", 13)
	pieces := []string{"support+", "Support+b-", "support", "b-", "<", "<", ">", " ", " ", "x", ".", a, a, a, b, b, "@desk.example", "@desk.example ", "@Desk.Example>", "@desk.example.", "@", "desk.example", "1", "\n"}
	r := rand.New(rand.NewSource(1))
	hits := 0
	for range 60_000 {
		var text strings.Builder
		for range 1 + r.Intn(9) {
			text.WriteString(pieces[r.Intn(len(pieces))])
		}
		s := marks.ReplaceAllString(text.String(), "$1$2$2$2")
		var got, want []string
		ours([]byte(s), local, domain, func(secret string, path bool) {
			got = append(got, map[bool]string{true: token.Bounce}[path]+secret)
		})
		for _, found := range re.FindAllStringSubmatch(s, 16) {
			prefix := ""
			if strings.HasSuffix(strings.ToLower(found[1]), token.Bounce) {
				prefix = token.Bounce
			}
			want = append(want, prefix+strings.ToLower(found[2]))
		}
		hits += len(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%q: %q, want %q", s, got, want)
		}
	}
	if hits < 200 {
		t.Errorf("%d only", hits)
	}
}
