package tickets

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/policy"
)

// fill sets every field that can be set, each to another value.
func fill[T any]() (v T) {
	n := 0
	fillValue(reflect.ValueOf(&v).Elem(), "", &n)
	return v
}

func fillValue(v reflect.Value, name string, n *int) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 11, 25, 9, 0, *n, 0, time.UTC)))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				fillValue(v.Field(i), f.Name, n)
			}
		}
	case v.Kind() == reflect.Func: // is no data
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(v.Elem(), name, n)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillValue(v.Index(0), name, n)
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fillValue(value, name, n)
		v.SetMapIndex(reflect.ValueOf("sv").Convert(v.Type().Key()), value)
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprint(strings.ToLower(name), *n))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanFloat():
		v.SetFloat(float64(*n) / 1000)
	case v.CanInt():
		v.SetInt(int64(*n))
	case v.CanUint():
		v.SetUint(uint64(*n))
	default:
		panic("a field of kind " + v.Kind().String())
	}
}

// TestRecordsLoseNothing: everything that package policy says of a message is in
// its record, and reads back; but for the secrets, which are nowhere in it.
func TestRecordsLoseNothing(t *testing.T) {
	m := fill[Message]()
	b, err := json.Marshal(m)
	check(t, err)
	want := m
	want.Facts.Tokens, want.Facts.References, want.Facts.Carried, want.Facts.Bounce = nil, nil, nil, policy.Bounce{}
	var got Message
	check(t, json.Unmarshal(b, &got))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v\nwant %+v", got, want)
	}
	for _, secret := range []string{m.Facts.Tokens[0].Value, m.Facts.References[0].Value, m.Facts.Carried[0], m.Facts.Bounce.Sent[0], m.Facts.Bounce.ReturnPaths[0]} {
		if strings.Contains(string(b), `"`+secret+`"`) {
			t.Errorf("the secret %s is kept", secret)
		}
	}
	p := fill[proofs]()
	p[0].Giver, p[0].Lead, p[0].Delegation = policy.Giver{}, policy.Lead{}, policy.Delegation{} // as the directory is now
	b, err = json.Marshal(p)
	check(t, err)
	var read proofs
	if check(t, json.Unmarshal(b, &read)); !reflect.DeepEqual(read, p) {
		t.Errorf("read %+v\nwant %+v", read, p)
	}
}

// TestRecordsAreSmall: what is empty is not in a record.
func TestRecordsAreSmall(t *testing.T) {
	b, err := json.Marshal(Message{ID: "m-1", Reasons: []policy.Reason{{Code: "duplicate", Text: "Again."}}})
	check(t, err)
	const want = `{"id":"m-1","source":{"mailbox":"","uidvalidity":0,"uid":0},"at":"0001-01-01T00:00:00Z","outcome":"","verdict":"","reasons":[{"code":"duplicate","text":"Again."}]}`
	if string(b) != want {
		t.Errorf("record %s\nwant   %s", b, want)
	}
}
