package codes

import (
	"slices"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// Tries are the wrong codes that were counted so far.
type Tries struct {
	Wrong int // of the holder's code, today
	Agent int // typed by the agent, in the hour before
	Hour  int // in the hour before, of all
}

const hourOfAll = guessesPrefix + "all"

func hourOfAgent(agent string) string { return guessesPrefix + "agent:" + agent }

// Day is that of the count; it ends at midnight UTC.
func Day(at time.Time) string { return at.UTC().Format("2006-01-02") }

// Midnight is when the count of the day ends, and with it a lock.
func Midnight(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour) }

// Counted gives what counts at that time.
func Counted(r kv.Reader, h Holder, agent string, at time.Time) (t Tries, err error) {
	if t.Wrong, err = WrongToday(r, h, at); err != nil {
		return t, err
	}
	for key, n := range map[string]*int{hourOfAgent(agent): &t.Agent, hourOfAll: &t.Hour} {
		times, err := inHour(r, key, at)
		if err != nil {
			return t, err
		}
		*n = len(times)
	}
	return t, nil
}

// WrongToday is how many wrong codes were said of that one today.
func WrongToday(r kv.Reader, h Holder, at time.Time) (int, error) {
	return wrongToday(r, h.String(), at)
}

func wrongToday(r kv.Reader, holder string, at time.Time) (int, error) {
	d, _, err := kv.Load[wrongDay](r, wrongPrefix+holder)
	if d.Day < Day(at) { // a clock that was put back begins no new day
		return 0, err
	}
	return d.Wrong, err
}

// inHour gives the times of the last hour; those that a clock which was put back
// has left in the future are among them.
func inHour(r kv.Reader, key string, at time.Time) ([]time.Time, error) {
	times, _, err := kv.Load[[]time.Time](r, key)
	return slices.DeleteFunc(times, func(t time.Time) bool { return !t.After(at.Add(-time.Hour)) }), err
}

// Count counts a try as a wrong one, before anything is compared.
func Count(tx kv.Tx, h Holder, agent string, at time.Time) error {
	wrong, err := WrongToday(tx, h, at)
	if err != nil {
		return err
	}
	if err := putWrong(tx, h, wrong+1, at); err != nil {
		return err
	}
	for key, most := range map[string]int{hourOfAgent(agent): policy.WrongCodesAgent, hourOfAll: policy.WrongCodesHour} {
		times, err := inHour(tx, key, at)
		if err != nil {
			return err
		}
		times = append(times, at)
		if err := kv.Save(tx, key, times[max(0, len(times)-most):]); err != nil {
			return err
		}
	}
	return countWeek(tx, h, agent, at, 1)
}

// GiveBack takes a try that Count counted at that time for no wrong one: it was
// a match. Those of others stay.
func GiveBack(tx kv.Tx, h Holder, agent string, counted, now time.Time) error {
	d, _, err := kv.Load[wrongDay](tx, wrongPrefix+h.String())
	if err != nil {
		return err
	}
	if d.Day == Day(counted) && d.Wrong > 0 {
		if err := putWrong(tx, h, d.Wrong-1, counted); err != nil {
			return err
		}
	}
	for _, key := range []string{hourOfAgent(agent), hourOfAll} {
		times, err := inHour(tx, key, now)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(times, counted.Equal); i >= 0 {
			times = slices.Delete(times, i, i+1)
		}
		if err := kv.Save(tx, key, times); err != nil {
			return err
		}
	}
	return countWeek(tx, h, agent, counted, -1)
}

// putWrong keeps the later day, where the clock was put back.
func putWrong(tx kv.Tx, h Holder, n int, at time.Time) error {
	d, _, err := kv.Load[wrongDay](tx, wrongPrefix+h.String())
	if err != nil {
		return err
	}
	return kv.Save(tx, wrongPrefix+h.String(), wrongDay{Day: max(d.Day, Day(at)), Wrong: n})
}
