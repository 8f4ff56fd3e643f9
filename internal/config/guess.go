package config

import (
	"fmt"
	"reflect"
	"slices"

	"countersign/internal/near"
)

// guess says what was perhaps meant by a key that isn't in section: the nearest
// of its keys, else the section where the key belongs. It begins with a blank.
func guess(key string, names []string, section string) string {
	if best := near.Of(key, names); best != "" {
		return fmt.Sprintf(" Did you mean %s?", best)
	}
	for _, where := range homes(reflect.TypeFor[Config](), "", key) {
		if where == "" {
			return " It belongs above the first section."
		}
		if where != section {
			return fmt.Sprintf(" Does it belong to [%s]?", where)
		}
	}
	return " Remove it; `countersign config example` lists every setting."
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
