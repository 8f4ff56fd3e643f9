package reply

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	wrote     = regexp.MustCompile(`(?i)\b(wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|napisał|napisała|napsal|napísal|skrev|kirjoitti|írta|a scris|yazdı|έγραψε|пишет|написал|писав|написав|כתב)\b|(έγραψε|написал|пишет|писав|написав|のメール|写道|寫道|作成|작성|كتب|כתב)`)
	original  = regexp.MustCompile(`(?i)^[-_* ]{2,} ?(original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|wiadomość oryginalna|původní zpráva|pôvodná správa|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|eredeti üzenet|mesaj original|özgün ileti|исходное сообщение|元のメッセージ|原始邮件|원본 메시지)`)
	fields    = regexp.MustCompile(`(?i)^\*?(from|sent|date|to|subject|cc|von|gesendet|datum|an|betreff|de|envoyé|date|à|objet|enviado|enviada|fecha|para|asunto|assunto|da|inviato|data|a|oggetto|van|verzonden|aan|onderwerp|od|wysłano|do|temat|odesláno|komu|předmět|odoslané|predmet|från|skickat|till|ämne|fra|sendt|til|emne|lähettäjä|lähetetty|vastaanottaja|aihe|feladó|küldve|címzett|tárgy|trimis|către|subiect|kimden|gönderilme|kime|konu|από|προς|θέμα|στάλθηκε|от|отправлено|кому|тема|від|надіслано|差出人|送信日時|宛先|件名|发件人|发送时间|收件人|主题|寄件者|보낸 사람|보낸 날짜|받는 사람|제목|من|إلى|الموضوع|מאת|אל|נושא) ?\*? ?[:：]`)
	mobile    = regexp.MustCompile(`(?i)^(sent from|sent with|get outlook for|von meinem .* gesendet|gesendet von|gesendet mit|envoyé de|envoyé depuis|enviado desde|enviado do|enviado a partir|inviato da|verzonden vanaf|verstuurd vanaf|wysłane z|odesláno z|odoslané z|skickat från|sendt fra|lähetetty|az én .* küldve|trimis de pe|.* cihazımdan gönderildi|στάλθηκε από|отправлено с|отправлено из|надіслано з|iphoneから送信|发自我的|從我的|나의 .*에서 보냄|أرسلت من|נשלח מ)`)
	legal     = regexp.MustCompile(`(?i)^[*_ ]*(disclaimer|confidentiality notice|this (e-?mail|message).{0,60}(confidential|intended)|diese (e-?mail|nachricht) enthält|ce (message|courriel).{0,60}confidenti|este (correo|mensaje).{0,60}confidencial|questa (e-?mail|messaggio).{0,60}riservat)`)
	separator = regexp.MustCompile(`^(_{5,}|-{5,}|={5,})$`)
)

// maxAttribution is how many lines "On ... wrote:" may be wrapped over.
const maxAttribution = 4

// OwnText gives the lines of plain text that its writer added: without quotes,
// the lines that introduce them, signature and disclaimer. Its lines are lines
// of the input, in their order.
func OwnText(plain string) string {
	lines := strings.Split(strings.ReplaceAll(plain, "\r\n", "\n"), "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		switch {
		case quoted(line):
			continue
		case original.MatchString(line), headerBlock(lines[i:]):
			if len(out) > 0 && separator.MatchString(out[len(out)-1]) {
				out = out[:len(out)-1]
			}
			return join(out)
		case strings.TrimRight(lines[i], "\r ") == "--", line == "—", mobile.MatchString(line), legal.MatchString(line):
			// A signature may stand above the quote below which the answer does.
			if i = nextQuote(lines, i); i == len(lines) {
				return join(out)
			}
			i--
			continue
		}
		if n := attribution(lines[i:]); n > 0 {
			next := i + n
			for next < len(lines) && strings.TrimSpace(lines[next]) == "" {
				next++
			}
			if next < len(lines) && quoted(strings.TrimSpace(lines[next])) {
				i += n - 1
				continue
			}
			return join(out)
		}
		out = append(out, strings.TrimRight(lines[i], " \t\r"))
	}
	return join(out)
}

func quoted(line string) bool { return strings.HasPrefix(line, ">") || strings.HasPrefix(line, "＞") }

func nextQuote(lines []string, i int) int {
	for i < len(lines) && !quoted(strings.TrimSpace(lines[i])) {
		i++
	}
	return i
}

func join(lines []string) string { return strings.Trim(strings.Join(lines, "\n"), "\n\t ") }

// attribution tells how many lines at the start are an "On ..., ... wrote:".
func attribution(lines []string) int {
	whole := ""
	for n := 1; n <= maxAttribution && n <= len(lines); n++ {
		line := strings.TrimSpace(lines[n-1])
		if line == "" || quoted(line) || len(whole)+len(line) > 600 {
			return 0
		}
		whole += " " + line
		if strings.HasSuffix(line, ":") || strings.HasSuffix(line, "：") {
			if strings.ContainsAny(whole, "0123456789@") && wrote.MatchString(whole) {
				return n
			}
			return 0
		}
	}
	return 0
}

// headerBlock reports whether three lines of a quoted message's header stand
// at the start, as Outlook puts them.
func headerBlock(lines []string) bool {
	if !fields.MatchString(strings.TrimSpace(lines[0])) {
		return false
	}
	n := 0
	for _, line := range lines[:min(len(lines), 8)] {
		if fields.MatchString(strings.TrimSpace(line)) {
			n++
		}
	}
	return n >= 3
}

// wrappedQuote reports whether a line of own text may be the end of a quoted
// line that a program broke without repeating its mark.
func wrappedQuote(plain string) bool {
	long := false
	for line := range strings.Lines(plain) {
		line = strings.TrimSpace(line)
		if long && line != "" && !quoted(line) {
			return true
		}
		long = quoted(line) && utf8.RuneCountInString(line) >= 65 && !strings.ContainsAny(line[len(line)-1:], ".!?:;>")
	}
	return false
}
