package outbox

import (
	"time"

	"countersign/internal/kv"
)

// minute counts what went out in a minute.
const minute = "minute"

// minuteOf counts what went out of one lane in a minute.
func minuteOf(lane string) string { return minute + "/" + lane }

// counted gives what was counted under a key.
func counted(r kv.Reader, key string) (int, error) {
	n, _, err := kv.Load[int](r, key)
	return n, err
}

// count counts one more.
func count(tx kv.Tx, key string) error {
	n, err := counted(tx, key)
	if err != nil {
		return err
	}
	return kv.Save(tx, key, n+1)
}

// InHour gives how often something was counted in the hour of now; see CountHour.
func InHour(r kv.Reader, now time.Time, what string) (int, error) {
	return counted(r, capKey(now, time.Hour, what))
}

// CountHour counts something in the hour of now, after which it is forgotten.
func CountHour(tx kv.Tx, now time.Time, what string) error {
	return count(tx, capKey(now, time.Hour, what))
}

// CountDay counts something on the day of now, after which it is forgotten. Where
// that was done so many times, it gives the end of the day instead.
func CountDay(tx kv.Tx, now time.Time, what string, most int) (full time.Time, err error) {
	const day = 24 * time.Hour
	key := capKey(now, day, what)
	n, err := counted(tx, key)
	if err != nil || n >= most {
		return now.Truncate(day).Add(day), err
	}
	return full, count(tx, key)
}

// FirstToday reports whether something happens for the first time on the day of
// now, and notes that it has, for as long.
func FirstToday(tx kv.Tx, now time.Time, what string) (bool, error) {
	key := capKey(now, 24*time.Hour, what)
	done, err := tx.Get(key)
	if err != nil || done != nil {
		return false, err
	}
	return true, tx.Put(key, []byte("1"))
}

// Over gives the counts of windows that are over at now, at most so many.
func Over(v kv.View, now time.Time, most int) (keys []string, err error) {
	end := capPrefix + kv.Due(now) + "0"
	err = v.Scan(capPrefix, "", func(key string, _ []byte) error {
		if key >= end || len(keys) >= most {
			return kv.ErrStop
		}
		keys = append(keys, key)
		return nil
	})
	return keys, err
}

// Forget forgets counts that Over gave, at most 100.
func Forget(tx kv.Tx, over []string) error {
	for _, key := range over {
		if err := tx.Delete(key); err != nil {
			return err
		}
	}
	return nil
}
