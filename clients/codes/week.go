package codes

import (
	"slices"
	"time"

	"countersign/internal/kv"
)

// Week are the wrong codes that were counted today and on the six days before: by
// them a guesser is seen who stays below the bounds of an hour and a day.
type Week struct {
	Of    int // the holder's code
	Agent int // typed by the agent
	All   int
}

const weekOfAll = weekPrefix + "all"

func weekOf(h Holder) string            { return weekPrefix + h.String() }
func weekOfAgent(agent string) string   { return weekPrefix + "agent:" + agent }
func weeks(h Holder, a string) []string { return []string{weekOf(h), weekOfAgent(a), weekOfAll} }

// InWeek gives what counts at that time.
func InWeek(r kv.Reader, h Holder, agent string, at time.Time) (w Week, err error) {
	for i, n := range []*int{&w.Of, &w.Agent, &w.All} {
		days, err := lastDays(r, weeks(h, agent)[i], at)
		if err != nil {
			return w, err
		}
		for _, d := range days {
			*n += d.Wrong
		}
	}
	return w, nil
}

// lastDays gives the days of the week that had any; those that a clock which was
// put back has left in the future are among them.
func lastDays(r kv.Reader, key string, at time.Time) ([]wrongDay, error) {
	days, _, err := kv.Load[[]wrongDay](r, key)
	first := Day(at.Add(-6 * 24 * time.Hour))
	return slices.DeleteFunc(days, func(d wrongDay) bool { return d.Day < first }), err
}

// countWeek adds n wrong ones to the day, which may be -1.
func countWeek(tx kv.Tx, h Holder, agent string, at time.Time, n int) error {
	for _, key := range weeks(h, agent) {
		days, err := lastDays(tx, key, at)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(days, func(d wrongDay) bool { return d.Day == Day(at) })
		if i < 0 {
			i, days = len(days), append(days, wrongDay{Day: Day(at)})
		}
		days[i].Wrong = max(0, days[i].Wrong+n)
		if err := kv.Save(tx, key, days); err != nil {
			return err
		}
	}
	return nil
}
