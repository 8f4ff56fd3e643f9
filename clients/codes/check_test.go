package codes

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// known is what anybody knows of Ada.
var known = []string{"Ada Berg", "ada.berg@north.example", "Northwind", "nw-4711", "web-3", "Zoë Dvořák"}

// TestCheck: what anybody could guess is no code, and each refusal says what it
// looks like and nothing of what it is.
func TestCheck(t *testing.T) {
	const date, id, phone, name, run, weak = "looks like a date", "looks like an id number", "looks like a phone number",
		"holds a part of a name, an address or a reference", "holds a run, a repeat or a walk over the keyboard", "is easy to guess"
	for _, group := range []struct {
		name, why string
		codes     []string
	}{
		{"good", "", []string{"tulip-harbour-93", "kx7qm2vd", "Quartz Fjord!", "mango 48 fjord 21", "żółw-i-ślimak", "три-совы-в-снегу", "vq7xkz2mpd83ltbn64wfhr95gjycs-tulip-harbour-mango-fjord-owl-snow!", "glacier-1987-owl"}},
		{"date", date, []string{"13.05.1990", "13051990", "1990-05-13", "19900513", "05/13/1990", "5/13/90x!", "ada130590zz", "900513ab", "13 05 90 kq", "1.2.1990", "1990 2 1", "13 May 1990",
			"13may90xy", "may131990", "3. Dezember 71", "zz-1990.05.13-zz", "1-2-1990", "22novembre63", "١٣٠٥١٩٩٠", "kz 13-05-90"}},
		{"id", id, []string{"536-22-8726", "536228726", "AB 67 34 56 C", "kz99 88 77 66 55", "ABCPE4567F", "RSSMRA85T10A562S", "Z7654321X", "756.9217.0769.85", "4539 5787 6362 1486", "99887766Z", "77 889 8899 88 9"}},
		{"phone", phone, []string{"+47 22334455", "22 33 44 55", "555-0199x", "(555) 0199-7", "kzv 555 9988", "0047-2233", "48213975"}},
		{"name", name, []string{"ada-7731-kxq", "bergkristall7", "kx7-north-vd", "NORTHWIND!7", "n0rthw1nd-kq", "dniwhtron-7q", "xx4711kzvq!", "kq-web-3-zvx", "dvorak-kx-7z", "my-example-7q", "b3rg-kq7xv2"}},
		{"run", run, []string{"kq1234vx7z", "kq-dcba-7zv", "kqqqqv7zx", "qwerty-kz7x", "kx-asdf-7qvz", "zaq12wsx!", "1q2w3e4r5t", "kx7kx7kx7", "abab abab", "aaaaaaaa", "kz7v-kz7v-xx", "йцукен-7к9"}},
		{"weak", weak, []string{"passwordxy", "sunflower", "trustno1!", "iloveyou2", "kingfisher7", "letmein!!x", "purplemonkey"}},
		{"short", "it is too short", []string{"", "kx7qm2v", "k x-7 q-m2 v", "        "}},
		{"long", "it is too long", []string{strings.Repeat("vq7xkz2mp", 8), strings.Repeat("ẞ", 100)}},
		{"unsayable", "it holds characters that nobody can say", []string{"kx7qm2vd\x00", "kx7qm2vd\u202e", "kx7qm\xffd2v", "kx7\u200bqm2vd", "kx7qm2vd\ttab1"}},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, code := range group.codes {
				kept, err := Check(Static, Secret(code), known)
				weak, refused := errors.AsType[*WeakError](err)
				switch {
				case group.why == "" && (err != nil || string(kept) != code):
					t.Errorf("%q is refused: %v", code, err)
				case group.why != "" && (!refused || !strings.Contains(weak.Why, group.why)):
					t.Errorf("%q: %v, want %q", code, err, group.why)
				case refused && strings.Count(weak.Why, "Refused: ") != 1:
					t.Errorf("%q: %q", code, weak.Why)
				}
			}
		})
	}
}

// TestEveryDay: no day of a lifetime is a code in any usual order, whatever
// stands between its parts or around them.
func TestEveryDay(t *testing.T) {
	for at := time.Date(1925, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2030; at = at.AddDate(0, 0, 7) {
		for _, layout := range []string{"02012006", "01022006", "20060102", "20060201", "02.01.2006", "1/2/2006", "2-1-06", "2006-01-02", "02 01 06", "060102", "020106", "010206", "2 January 2006", "Jan 2, 2006", "2Jan06"} {
			for _, around := range []string{"%s", "kx%s!", "k %s q"} {
				if code := fmt.Sprintf(around, at.Format(layout)); !holdsDate(code) && !holdsDate(fold(code)) {
					t.Fatalf("%q is taken for no date", code)
				}
			}
		}
	}
}

// FuzzFold: what counts of a code does not change by folding again, nor by case,
// blanks and dashes; and no text makes the judging fail.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"Tulip-Harbour 93", "\u212aelvin", "ǅungla", "１２３", "\xff", "İstanbul", "٣٤٥", "a\u0301b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := fold(s)
		if strings.ContainsAny(once, " -\t") {
			t.Errorf("fold(%q) = %q", s, once)
		}
		if again := fold(" " + s + "-"); again != once {
			t.Errorf("fold(%q) = %q, with blanks %q", s, once, again)
		}
		if len(s) < maxText {
			_, _ = Check(Static, Secret(s), known)
		}
	})
}
