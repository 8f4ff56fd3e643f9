package strict

import (
	"testing"
)

type shelf struct {
	Colour string `toml:"colour"`
}

type file struct {
	Shelf map[string]*shelf `toml:"shelf"`
	Door  door              `toml:"door"`
}

type door struct {
	Wide int `toml:"wide"`
}

// TestMap: a map is a section of the sections that it holds, and of no others. What
// is not written there stays.
func TestMap(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"given", "[shelf.upper]\ncolour = \"red\"\n", ""},
		{"dotted", "shelf.upper.colour = \"red\"\n", ""},
		{"inline", "shelf = { upper = { colour = \"red\" } }\n", ""},
		{"unknown", "[shelf.uper]\ncolour = \"red\"\n", "f.toml:1:8: shelf.uper: unknown setting. Did you mean upper?"},
		{"strange", "[shelf.cellar]\n", "f.toml:1:8: shelf.cellar: unknown setting. There are lower, upper."},
		{"below", "[shelf.upper]\nwide = 1\n", "f.toml:2:1: shelf.upper.wide: unknown setting. Does it belong to [door]?"},
		{"no-section", "[shelf]\nupper = 1\n", "f.toml:2:9: shelf.upper: is a section: write [shelf.upper] and its settings below."},
		{"nothing-known", "hue = 1\n", "f.toml:1:1: hue: unknown setting. Remove it; see the list."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := file{Shelf: map[string]*shelf{"upper": {}, "lower": {Colour: "blue"}}}
			r := Reader{Name: "f.toml", Text: []byte(tt.text), Into: &f, List: "; see the list"}
			if !r.Read() {
				t.Fatal(r.Problems())
			}
			if got := Faults(r.Problems()).Error(); got != tt.want {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
			if tt.want == "" && (f.Shelf["upper"].Colour != "red" || r.Where("shelf.upper.colour") <= 0) || f.Shelf["lower"].Colour != "blue" {
				t.Errorf("upper %+v lower %+v at %v", f.Shelf["upper"], f.Shelf["lower"], r.At)
			}
		})
	}
}

// TestPlaces: a fault stands where its setting stands, or what that is in.
func TestPlaces(t *testing.T) {
	var f file
	r := Reader{Name: "f.toml", Text: []byte("# é\n[door]\n  wide = 3\n"), Into: &f}
	if !r.Read() {
		t.Fatal(r.Problems())
	}
	r.Report(r.Where("door.high"), "door.high", "is missing.")
	r.Report(r.Where("door.wide"), "door.wide", "%d is too wide.", f.Door.Wide)
	want := "f.toml:2:2: door.high: is missing.\nf.toml:3:10: door.wide: 3 is too wide."
	if got := Faults(r.Problems()).Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if r.Where("window") >= 0 {
		t.Error("what stands nowhere has a place")
	}
}
