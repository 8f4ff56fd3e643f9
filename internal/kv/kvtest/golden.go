package kvtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var writeGolden = flag.Bool("write-golden", false, "write testdata/golden anew; what it changes needs a migration step")

// Golden fails unless each record, given by its name, is written as its file in
// testdata/golden says, and is read from there as it is: another name of a field
// would lose what lies in the stores that there are. Every field of a record
// must be set, or the file would not show it, every name is snake_case, and no
// struct of package policy is part of a record.
func Golden(t *testing.T, records map[string]any) {
	dir := filepath.Join("testdata", "golden")
	for name, record := range records {
		t.Run(name, func(t *testing.T) {
			if err := filled(reflect.ValueOf(record), ""); err != nil {
				t.Error(err)
			}
			b, err := json.MarshalIndent(record, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			b = append(b, '\n')
			path := filepath.Join(dir, name+".json")
			if *writeGolden {
				if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(path, b, 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b, want) {
				t.Errorf("%s is written as\n%s\nwant\n%s", name, b, want)
			}
			again := reflect.New(reflect.TypeOf(record))
			dec := json.NewDecoder(bytes.NewReader(want))
			dec.DisallowUnknownFields()
			if err := dec.Decode(again.Interface()); err != nil || !reflect.DeepEqual(again.Elem().Interface(), record) {
				t.Errorf("%s is read as %+v, %v; want %+v", name, again.Elem(), err, record)
			}
		})
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, ok := records[strings.TrimSuffix(f.Name(), ".json")]; !ok {
			t.Errorf("%s is of no record", f.Name())
		}
	}
}

// filled reports fields of a record that are zero, have no name of their own, or
// are structs of package policy: a name there may change with the rules.
func filled(v reflect.Value, at string) error {
	switch {
	case v.Kind() == reflect.Struct && strings.HasSuffix(v.Type().PkgPath(), "/policy"):
		return fmt.Errorf("%s is a %s, whose names are not those of what is stored", at, v.Type())
	case v.Type().Implements(reflect.TypeFor[json.Marshaler]()): // as time.Time, or a list that writes its records
	case v.Kind() == reflect.Struct:
		var errs []error
		for _, f := range reflect.VisibleFields(v.Type()) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case !f.IsExported() || name == "-" || len(f.Index) > 1 || f.Anonymous && name == "":
			case name == "" || strings.ToLower(name) != name:
				errs = append(errs, fmt.Errorf("%s.%s is written as %q: it needs a snake_case name of its own", at, f.Name, name))
			default:
				errs = append(errs, filled(v.FieldByIndex(f.Index), at+"."+f.Name))
			}
		}
		return errors.Join(errs...)
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return filled(v.Elem(), at)
	case v.Kind() == reflect.Slice && v.Len() > 0:
		return filled(v.Index(0), at+"[0]")
	case v.Kind() == reflect.Map && v.Len() > 0:
		return filled(v.MapIndex(v.MapKeys()[0]), at+"[]")
	}
	if v.IsZero() {
		return fmt.Errorf("%s is not set, so its name is not shown", at)
	}
	return nil
}
