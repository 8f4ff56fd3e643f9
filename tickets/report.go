package tickets

import (
	"maps"
	"slices"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// ReportBy says by what a report counts.
type ReportBy string

// What reports count by.
const (
	ByClass    ReportBy = "class"
	ByLanguage ReportBy = "language" // of the contact, as it is on file
)

// ReportsBy lists them.
var ReportsBy = []ReportBy{ByClass, ByLanguage}

// ReportLine counts, of the tickets opened in a time, those with one key. By class,
// the tickets that have it now are opened, those of mail whose words were read so
// are read, and of these those are corrected that an agent gave another class.
type ReportLine struct {
	By        ReportBy `json:"by"`
	Key       string   `json:"key"`
	Opened    int      `json:"opened"`
	Read      int      `json:"read"`
	Corrected int      `json:"corrected"`
	Share     float64  `json:"corrected_share"` // of those read; 0 where none was
}

// Report counts the tickets that were opened since, and before until unless that
// is zero.
func (s *Store) Report(since, until time.Time, by ReportBy) ([]ReportLine, error) {
	if by == "" {
		by = ByClass
	}
	lines := map[string]*ReportLine{}
	line := func(key string) *ReportLine {
		if lines[key] == nil {
			lines[key] = &ReportLine{By: by, Key: key}
		}
		return lines[key]
	}
	err := kv.Pages(s.kv, ticketPrefix, func(t Ticket) error {
		if t.Change != nil && t.Change.Only || t.Opened.Before(since) || !until.IsZero() && !t.Opened.Before(until) {
			return nil
		}
		return s.kv.View(func(v kv.View) error {
			read, corrected, err := readOf(v, t)
			if err != nil {
				return err
			}
			opened, as := string(t.Class), string(read)
			if by == ByLanguage {
				c, _, err := clients.Get(v, t.Contact)
				if err != nil {
					return err
				}
				opened, as = c.Language, c.Language
			}
			line(opened).Opened++
			if read == "" {
				return nil
			}
			line(as).Read++
			if corrected {
				line(as).Corrected++
			}
			return nil
		})
	})
	var out []ReportLine
	for _, key := range slices.Sorted(maps.Keys(lines)) {
		l := lines[key]
		if l.Read > 0 {
			l.Share = float64(l.Corrected) / float64(l.Read)
		}
		out = append(out, *l)
	}
	return out, err
}

// readOf gives the class that was read of a contact's own mail, and whether an
// agent has corrected it.
func readOf(r kv.Reader, t Ticket) (read policy.Class, corrected bool, err error) {
	first, _ := t.firstRead()
	if t.OpenedBy != "" || first.Class == "" {
		return "", false, nil
	}
	c, corrected, err := kv.Load[correction](r, kv.Numbered(correctedPrefix, t.ID))
	if corrected {
		return c.Read, true, err
	}
	return first.Class, false, err
}
