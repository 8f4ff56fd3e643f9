package kv

import (
	"errors"
	"strings"
)

// pageSize is how many records Pages reads in one View.
const pageSize = 256

// Pages calls fn for the JSON value of every key that begins with prefix, in
// order, outside of any transaction: it reads a page at a time, so that a slow
// fn holds none open and few values are in memory. What is written meanwhile may
// be seen or not. A value that can't be read keeps no other from being given; it
// is an error in the end. An error of fn ends it at once.
func Pages[T any](s Viewer, prefix string, fn func(T) error) error {
	var unread error
	for from, more := "", true; more; {
		var page []T
		looked := 0
		err := s.View(func(v View) error {
			return v.Scan(prefix, from, func(key string, _ []byte) error {
				if looked == pageSize {
					return ErrStop
				}
				one, _, err := Load[T](v, key)
				if looked, from = looked+1, key+"\x00"; err != nil {
					unread = errors.Join(unread, err)
					return nil
				}
				page = append(page, one)
				return nil
			})
		})
		if err != nil {
			return err
		}
		more = looked == pageSize
		for _, one := range page {
			if err := fn(one); err != nil {
				return err
			}
		}
	}
	return unread
}

// Keys gives the first keys that begin with prefix, at most so many.
func Keys(v View, prefix string, most int) (keys []string, err error) {
	err = v.Scan(prefix, "", func(key string, _ []byte) error {
		if len(keys) == most {
			return ErrStop
		}
		keys = append(keys, key)
		return nil
	})
	return keys, err
}

// Under gives the values of all keys that begin with prefix, by what follows it:
// for to-dos, of which there are few.
func Under(v View, prefix string) (map[string]string, error) {
	all := map[string]string{}
	err := v.Scan(prefix, "", func(key string, value []byte) error {
		all[strings.TrimPrefix(key, prefix)] = string(value)
		return nil
	})
	return all, err
}
