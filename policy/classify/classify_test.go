package classify

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"countersign/policy"
)

// hostile are texts that nobody writes: they are bounded, and answered.
var hostile = map[string]string{
	"empty":        "",
	"nul":          strings.Repeat("\x00", 100) + "reset my password",
	"no-utf8":      "\xff\xfe reset \xc3 my password",
	"long-word":    strings.Repeat("a", 2<<20),
	"long-line":    strings.Repeat("please reset the password of web3 ", 300_000),
	"marks":        strings.Repeat("?!.,", 1<<20),
	"bidi":         "\u202epassword my reset\u202c",
	"letters":      strings.Repeat("p.a.s.s.w.o.r.d.", 1<<17),
	"mixed":        "Ρlеаsе rеsеt my ρаsswоrd 密码 пароль كلمة",
	"lines":        strings.Repeat("a\n", 1<<20),
	"digits":       strings.Repeat("a0", 1<<20) + "a",
	"cjk":          strings.Repeat("重置密码", 1<<18),
	"marks-on-one": "a" + strings.Repeat("\u0301", 1<<20),
}

func TestHostile(t *testing.T) {
	for name, s := range hostile {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			r := Read(Text{Subject: s, Own: s, Quoted: s})
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("took %s", took) // some milliseconds, but for a machine that stands still
			}
			if r.Score < 0 || r.Score > 1 || !r.Class.Known() {
				t.Errorf("Read() = %+v", r)
			}
			for _, m := range r.Matches {
				if len(m.Text) > 300 || !utf8.ValidString(m.Text) {
					t.Errorf("match %q", m)
				}
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range hostile {
		f.Add(s[:min(len(s), 200)], s[:min(len(s), 200)], "")
	}
	f.Add("", "Yes, go ahead.", "Shall we reset the password of info@north.example?")
	f.Fuzz(func(t *testing.T, subject, own, quoted string) {
		r := Read(Text{subject, own, quoted})
		if r.Score < 0 || r.Score > 1 || !r.Class.Known() {
			t.Errorf("Read() = %+v", r)
		}
		if again := Read(Text{subject, own, quoted}); again.Class != r.Class || again.Score != r.Score {
			t.Errorf("Read() = %+v, and then %+v", r, again)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	short := "Hello,\n\nplease reset the password of info@birchwood.example, our colleague has left us.\n\nKind regards\nAda\n"
	for name, s := range map[string]string{"short": short, "14KB": strings.Repeat(short, 14<<10/len(short))} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Read(Text{Subject: "Password", Own: s})
			}
		})
	}
}

// TestForeign: what is in no language of which requests are read is looked at by
// a person, and surely asks for nothing.
func TestForeign(t *testing.T) {
	for text, foreign := range map[string]bool{
		"Vänligen återställ lösenordet för min brevlåda, tack på förhand.":  true,
		"Пожалуйста, сбросьте пароль моей учётной записи, я его забыл.":     true,
		"xq zzkw vbnq pqow kjhw qqw zxcv wqe":                               true,
		"Please reset the password of my mailbox.":                          false,
		"Bitte setzen Sie das Passwort von info@north.example zurück.":      false,
		"Proszę o reset hasła do skrzynki biuro@north.example. Pozdrawiam.": false,
		"请帮我重置邮箱的密码，谢谢。":                                                    false,
		"ok": false,
	} {
		r := Read(Text{Own: text})
		if foreign && (!r.Look || r.Score >= 0.5+sure) || !foreign && parse("", text, false).foreign != "" {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

// TestUnread: however much a request stands in, it is read, or a person is told to
// look.
func TestUnread(t *testing.T) {
	const request = "Please reset the password of my mailbox."
	talk := func(n int) string { return strings.Repeat("We had a lovely summer by the sea. ", n) }
	for name, text := range map[string]Text{
		"lines":      {Own: strings.Repeat("Where is the bus?\n", 400) + request},
		"behind":     {Own: talk(2000) + request},
		"between":    {Own: talk(2000) + request + talk(2000)},
		"long-word":  {Own: strings.Repeat("a", 2<<20) + " " + request + talk(2000)},
		"in-subject": {Subject: talk(100) + request + talk(100), Own: "Hello"},
	} {
		t.Run(name, func(t *testing.T) {
			if r := Read(text); !r.Class.Privileged() && !r.Look {
				t.Errorf("Read() = %+v", r)
			}
		})
	}
}

// TestAgreed: few words that agree, and name nothing, ask for what they quote.
func TestAgreed(t *testing.T) {
	const quoted = "Shall we reset the password of info@north.example?"
	for own, want := range map[string]policy.Class{
		"Yes please go ahead":                    policy.PasswordChange,
		"OK do it":                               policy.PasswordChange,
		"go ahead":                               policy.PasswordChange,
		"approved":                               policy.PasswordChange,
		"Yes, and please cancel the contract.":   policy.Cancellation,
		"No, please do not.":                     policy.Question,
		"How long will that take, if we say ok?": policy.Question,
	} {
		if r := Read(Text{Own: own, Quoted: quoted}); r.Class != want {
			t.Errorf("%q: %+v, want %s", own, r, want)
		}
	}
}

// TestLanguages: there are word lists and a corpus of each language, and of no other.
func TestLanguages(t *testing.T) {
	for _, dir := range []string{"corpus/%s.txt", "corpus/frames/%s.txt", "../../inbound/reply/words/classes/%s.txt"} {
		files, err := filepath.Glob(fmt.Sprintf(dir, "??"))
		if err != nil || len(files) != len(Languages) {
			t.Errorf("%d files %s of %d languages; %v", len(files), dir, len(Languages), err)
		}
		for _, l := range Languages {
			if _, err := os.Stat(fmt.Sprintf(dir, l)); err != nil {
				t.Error(err)
			}
		}
	}
}
