package phrase

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
)

// written are word files that have all that a lexicon can hold.
var written = []string{
	"en: @filler\nreally\n@lead\nhello\n@tail\nthanks\n@reach\nwith\n@and\nand\n@stop\nbut\n@i\ni\nwe\n@not\ndid (not|never|in no way|)\n@order\norder\norder in\n@yes\nyes\n" +
		"=g\n{i} {order}\n{not}\n=h\n{order}\n!deny\n{i} {not} {order}? $\n^ {not} , {*} {order}\n{g} so {h}\n!sentence\n^^ {order} {not}?",
	"de: @yes\nja\ngeht’s\nfür mich\nübrigens (ja|gut|schön) (so|)\n@i\nich\n@not\nnicht\n!deny\n{i} nichts {not}",
	"*: @yes\nok\n我(没有|从未|没)(请求|要求)过(这个|)\n!deny\nno {yes}",
}

// reads says all that a lexicon says of some texts.
func reads(x *Lexicon) string {
	var b strings.Builder
	for _, s := range []string{"I did not order", "Hello, we really did in no way, never order with them", "so i order so order in", "order did not. OK", "Ich nichts wirklich nicht",
		"ich nichts nicht", "no ja", "no 我没要求过这个", "fur mich", "unknown"} {
		r := x.Read(s)
		fmt.Fprintf(&b, "%q: %v", s, x.Names(r.Whole().In(Own)))
		for i := range r.Len() {
			r.Each(i, func(n int, e Entry) bool { fmt.Fprint(&b, " ", n, e, r.Known(i)); return false })
		}
		r.Find(func(m Match) bool { fmt.Fprintf(&b, "\n\t%+v", m); return false })
		b.WriteString("\n")
	}
	all := map[string]Set{}
	x.Entries(Own, func(words []string, of Set) { all[strings.Join(words, " ")] = of })
	fmt.Fprintln(&b, all, x.Languages)
	return b.String()
}

// TestMarshal: a lexicon that was written down and read back says the same, and the
// same files are written as the same bytes.
func TestMarshal(t *testing.T) {
	for _, files := range [][]string{written, {"en: @yes\nyes"}, {"en: # nothing"}, {"en: @yes\n(w|x y) (b|B|c)\nx y"}, {"en: " + costly()}} {
		x := load(t, files...)
		table := x.Marshal()
		back, err := Unmarshal(string(table), strings.Fields(testNames)...)
		if err != nil {
			t.Fatalf("%.40q: %v", files, err)
		}
		if got, want := reads(back), reads(x); got != want {
			t.Errorf("%.40q: read back it says\n%s, want\n%s", files, got, want)
		}
		if !bytes.Equal(back.Marshal(), table) || !bytes.Equal(load(t, files...).Marshal(), table) {
			t.Errorf("%.40q: the same lexicon is written in two ways", files)
		}
	}
}

// TestDamaged: a lexicon with any byte changed, cut off anywhere, of another form or
// of other lists is refused.
func TestDamaged(t *testing.T) {
	table, lists := load(t, written...).Marshal(), strings.Fields(testNames)
	for _, tt := range []struct {
		name, table string
		lists       []string
		want        string
	}{
		{"none", "", lists, "no lexicon"},
		{"other-form", "lexicon\x00" + string(table[len(magic):]), lists, "in another form"},
		{"no-head", magic + "\x01", lists, "no lexicon"},
		{"longer", string(table) + "\x00", lists, "is cut off or goes on"},
		{"other-lists", string(table), []string{"polite", "yes"}, `a lexicon of other lists: ["yes" "polite"], not ["polite" "yes"]`},
		{"fewer-lists", string(table), []string{"yes"}, "of other lists"},
	} {
		if _, err := Unmarshal(tt.table, tt.lists...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Unmarshal = %v, want %s", tt.name, err, tt.want)
		}
	}
	for i := range table {
		other := slices.Clone(table)
		other[i] ^= 1 << (i % 8)
		if _, err := Unmarshal(string(other), lists...); err == nil {
			t.Errorf("byte %d is another, and nobody notices", i)
		}
		if _, err := Unmarshal(string(table[:i]), lists...); err == nil {
			t.Errorf("it is cut off behind %d bytes, and nobody notices", i)
		}
		if i < headSize {
			continue
		}
		if _, err := Unmarshal(sealed(table[headSize:i]), lists...); err == nil {
			t.Errorf("it was written as far as byte %d, and nobody notices", i)
		}
	}
}

// sealed puts a head before a body that suits it.
func sealed(body []byte) string {
	head := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(body)))
	head = binary.LittleEndian.AppendUint32(head, crc32.Checksum(body, castagnoli))
	return string(head) + string(body)
}

// FuzzUnmarshal: whatever the numbers of a lexicon that is taken, it reads texts, and
// is written down as what reads back to the same.
func FuzzUnmarshal(f *testing.F) {
	f.Add(load(f, written...).Marshal()[headSize:])
	f.Add(load(f, "en: @yes\nyes\n!deny\n{yes} no").Marshal()[headSize:])
	f.Add([]byte("\x00\x02\x03yes\x06polite"))
	f.Fuzz(func(t *testing.T, body []byte) {
		x, err := Unmarshal(sealed(body), strings.Fields(testNames)...)
		if err != nil {
			return
		}
		for _, s := range []string{"I did not, order in. Yes thanks", strings.Join(x.Languages, " "), x.known.text} {
			r := x.Read(s)
			r.Whole()
			r.Find(func(m Match) bool {
				if m.From < 0 || m.From >= m.To || m.To > r.Len() {
					t.Fatalf("%q: %+v", s, m)
				}
				return false
			})
		}
		once := x.Marshal()
		again, err := Unmarshal(string(once), strings.Fields(testNames)...)
		if err != nil || !bytes.Equal(again.Marshal(), once) {
			t.Errorf("written down and read back it is another: %v", err)
		}
	})
}
