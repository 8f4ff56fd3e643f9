package sender

import (
	"countersign/internal/rawmail"
)

// Word is a field of Authentication-Results as it stands in a message.
type Word struct {
	ID       string   // authserv-id
	Received int      // how many Received fields stand above it
	Methods  []string // that it names
}

// Words gives the fields of Authentication-Results of a header that can be read,
// topmost first, whoever wrote them: an administrator chooses by them whom to
// trust.
func Words(header []byte) (out []Word) {
	m, _ := rawmail.Scan(header, rawmail.DefaultLimits())
	if m == nil {
		return nil
	}
	received := 0
	for _, f := range m.Fields {
		switch f.Key {
		case "received":
			received++
		case "authentication-results":
			id, results, err := parseResults(f.Value)
			if err != nil {
				continue
			}
			w := Word{ID: id, Received: received}
			for _, r := range results {
				w.Methods = append(w.Methods, r.method)
			}
			out = append(out, w)
		}
	}
	return out
}
