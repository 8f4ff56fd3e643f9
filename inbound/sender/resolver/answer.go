package resolver

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// maxTXT is how many strings of one answer are looked at.
const maxTXT = 64

// reply is one server's answer: records, or another name to ask for, or err.
type reply struct {
	Answer
	alias string
}

// read takes an answer apart. What does not belong to the name is left out.
func read(m *dns.Msg, name string) reply {
	r := reply{Answer: Answer{TTL: ^uint32(0)}, alias: strings.ToLower(name)}
	for range maxAliases {
		next := ""
		for _, rr := range m.Answer {
			h := rr.Header()
			if h.Class != dns.ClassINET || !strings.EqualFold(h.Name, r.alias) {
				continue
			}
			switch v := rr.(type) {
			case *dns.TXT:
				if len(r.TXT) < maxTXT {
					r.TXT = append(r.TXT, unescape(v.Txt))
					r.TTL = min(r.TTL, h.Ttl)
				}
			case *dns.CNAME:
				next = strings.ToLower(v.Target)
				r.TTL = min(r.TTL, h.Ttl)
			}
		}
		if len(r.TXT) > 0 || next == "" || next == r.alias {
			break
		}
		r.alias = next
	}
	if len(r.TXT) > 0 {
		return r
	}
	if m.Rcode == dns.RcodeSuccess && !strings.EqualFold(r.alias, name) && len(m.Ns) == 0 {
		return r // an alias that this server did not follow
	}
	r.Err, r.NXDomain = ErrNotFound, m.Rcode == dns.RcodeNameError && strings.EqualFold(r.alias, name)
	negative := uint32(60)
	for _, rr := range m.Ns {
		switch v := rr.(type) {
		case *dns.SOA: // RFC 2308 section 5
			negative = min(v.Hdr.Ttl, v.Minttl)
		case *dns.NS: // a referral from one who should have asked on
			if m.Rcode == dns.RcodeSuccess && !hasSOA(m) {
				r.Err = fmt.Errorf("%w: the resolver only refers to others", ErrNoAnswer)
			}
		}
	}
	r.TTL = min(r.TTL, negative)
	return r
}

func hasSOA(m *dns.Msg) bool {
	for _, rr := range m.Ns {
		if rr.Header().Rrtype == dns.TypeSOA {
			return true
		}
	}
	return false
}

// unescape joins the strings of a TXT record (RFC 6376 section 3.6.2.2),
// undoing the presentation form of the library.
func unescape(parts []string) string {
	var b strings.Builder
	for _, s := range parts {
		for i := 0; i < len(s); i++ {
			if s[i] != '\\' || i+1 >= len(s) {
				b.WriteByte(s[i])
				continue
			}
			if i+3 < len(s) && digit(s[i+1]) && digit(s[i+2]) && digit(s[i+3]) {
				b.WriteByte((s[i+1]-'0')*100 + (s[i+2]-'0')*10 + s[i+3] - '0')
				i += 3
				continue
			}
			i++
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
