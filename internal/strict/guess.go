package strict

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"countersign/internal/near"
)

// guess says what was perhaps meant by a key that isn't in p: the nearest of its
// names, else the section where the key belongs. It begins with a blank.
func (r *Reader) guess(key string, p place, names []string) string {
	if best := near.Of(key, names); best != "" {
		return fmt.Sprintf(" Did you mean %s?", best)
	}
	if p.value.Kind() == reflect.Map {
		return " There are " + strings.Join(names, ", ") + "."
	}
	for _, where := range homes(reflect.TypeOf(r.Into).Elem(), "", key) {
		if where == "" {
			return " It belongs above the first section."
		}
		if where != p.key {
			return fmt.Sprintf(" Does it belong to [%s]?", where)
		}
	}
	return " Remove it" + r.List + "."
}

// homes gives the sections that have key.
func homes(t reflect.Type, section, key string) []string {
	var out []string
	if slices.Contains(fieldNames(t), key) {
		out = append(out, section)
	}
	for f := range t.Fields() {
		sub := f.Type
		if sub.Kind() == reflect.Slice {
			sub = sub.Elem()
		}
		if sub.Kind() == reflect.Struct && sub.PkgPath() == t.PkgPath() {
			name := f.Tag.Get("toml")
			if section != "" {
				name = section + "." + name
			}
			out = append(out, homes(sub, name, key)...)
		}
	}
	return out
}
