package config

import "reflect"

// Changed gives the keys of the settings in which two configurations differ, such as
// smtp.server. Of a list of sections that differs it gives the name of the list.
func Changed(a, b Config) []string {
	return changed(reflect.ValueOf(a), reflect.ValueOf(b), "")
}

func changed(a, b reflect.Value, section string) (out []string) {
	for i := range a.NumField() {
		key := section + a.Type().Field(i).Tag.Get("toml")
		x, y := a.Field(i), b.Field(i)
		switch {
		case reflect.DeepEqual(x.Interface(), y.Interface()):
		case x.Kind() == reflect.Struct && x.Type().PkgPath() == a.Type().PkgPath():
			out = append(out, changed(x, y, key+".")...)
		default:
			out = append(out, key)
		}
	}
	return out
}
