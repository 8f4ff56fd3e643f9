package kv

import "errors"

// Pages calls fn for every record under a prefix, in the order of keys. It reads
// them in short transactions, so that a slow caller doesn't hold one open. One
// that can't be read keeps no other from being given; it is an error in the end.
func Pages[T any](store Viewer, prefix string, fn func(T) error) error {
	const page = 256
	var unread error
	for from, more := "", true; more; {
		var batch []T
		looked := 0
		err := store.View(func(v View) error {
			return v.Scan(prefix, from, func(key string, _ []byte) error {
				if looked == page {
					return ErrStop
				}
				r, _, err := Load[T](v, key)
				if looked, from = looked+1, key+"\x00"; err != nil {
					unread = errors.Join(unread, err)
					return nil
				}
				batch = append(batch, r)
				return nil
			})
		})
		if err != nil {
			return err
		}
		more = looked == page
		for _, r := range batch {
			if err := fn(r); err != nil {
				return err
			}
		}
	}
	return unread
}
