package dmarc

import (
	"strings"

	"countersign/internal/rawmail"
)

// maxRecordText bounds the records that are read, in bytes.
const maxRecordText = 4096

// Record is a DMARC policy record (RFC 9989 section 4.7).
type Record struct {
	At                     string // the domain that has it
	Policy, Below, Missing string // p=, sp=, np=; the last two empty if absent
	Boundary               string // psd=: y, n or u
	StrictDKIM, StrictSPF  bool   // adkim=s, aspf=s
	Testing                bool   // t=y
}

// parseRecord reads a record, and tells whether the string is one at all. Of a
// tag that stands twice the first counts.
func parseRecord(txt string) (r Record, ok bool) {
	if len(txt) > maxRecordText {
		return r, false
	}
	first, _, _ := strings.Cut(txt, ";")
	name, value, _ := strings.Cut(first, "=")
	if rawmail.Lower(strings.Trim(name, " \t")) != "v" || strings.Trim(value, " \t") != "DMARC1" {
		return r, false
	}
	tags := map[string]string{}
	for part := range strings.SplitSeq(txt, ";") {
		name, value, eq := strings.Cut(part, "=")
		name = rawmail.Lower(strings.Trim(name, " \t\r\n"))
		if _, twice := tags[name]; eq && !twice {
			tags[name] = strings.Trim(value, " \t\r\n")
		}
	}
	valid := func(tag string) string {
		switch v := rawmail.Lower(tags[tag]); v {
		case "none", "quarantine", "reject":
			return v
		}
		return ""
	}
	r = Record{Policy: valid("p"), Below: valid("sp"), Missing: valid("np"), Boundary: rawmail.Lower(tags["psd"]),
		StrictDKIM: rawmail.Lower(tags["adkim"]) == "s", StrictSPF: rawmail.Lower(tags["aspf"]) == "s", Testing: rawmail.Lower(tags["t"]) == "y"}
	if r.Policy == "" {
		// RFC 9989 section 4.7: without a usable p= it says none where reports
		// are asked for, and nothing otherwise.
		if tags["rua"] == "" {
			return r, false
		}
		r.Policy = "none"
	}
	return r, true
}
