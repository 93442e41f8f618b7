package kinds

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// A record is one that is expected, and how it is shown.
type record struct {
	value dns.RR
	shown string
}

// parseRecord reads one of a type, as a zone has it, or tells what is wrong with it. A TXT
// is read as it is.
func parseRecord(kind, text string) (rr dns.RR, problem string) {
	if strings.TrimSpace(text) == "" || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, "is empty or more than one line; write one record, as a zone has it"
	}
	if kind == "TXT" {
		return &dns.TXT{Hdr: dns.RR_Header{Rrtype: dns.TypeTXT}, Txt: []string{escaper().Replace(text)}}, ""
	}
	rr, err := dns.NewRR(". 0 IN " + kind + " " + text)
	if err != nil || rr == nil {
		return nil, fmt.Sprintf("%s is no %s record; write one such as %s", printable(text, 80), kind, sample(kind))
	}
	return rr, ""
}

// sample tells how a record of a type is written.
func sample(kind string) string {
	switch kind {
	case "A":
		return "192.0.2.1"
	case "AAAA":
		return "2001:db8::1"
	case "MX":
		return "10 mail.example.com"
	case "SRV":
		return "0 5 443 api.example.com"
	case "CNAME", "NS", "PTR":
		return "www.example.com"
	case "CAA":
		return `0 issue "letsencrypt.org"`
	}
	return "dig +short prints"
}

// rdata is a record without its owner, class and TTL. Of a TXT it is the text
// itself, whatever pieces it came in.
func rdata(rr dns.RR) string {
	if txt, ok := rr.(*dns.TXT); ok {
		return strings.ToValidUTF8(unescape(strings.Join(txt.Txt, "")), "\uFFFD")
	}
	return strings.TrimPrefix(rr.String(), rr.Header().String())
}

// sameValue compares without regard to the case of names.
func sameValue(want, got dns.RR) bool {
	if _, ok := want.(*dns.TXT); ok {
		return rdata(want) == rdata(got)
	}
	got = dns.Copy(got)
	got.Header().Name = want.Header().Name
	return dns.IsDuplicate(want, got)
}

func escaper() *strings.Replacer { return strings.NewReplacer(`\`, `\\`, `"`, `\"`) }

// unescape is the reverse of how a TXT is held: \" and \\, and \DDD for a byte.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		if i++; i+2 < len(s) && digits(s[i:i+3]) {
			b = append(b, (s[i]-'0')*100+(s[i+1]-'0')*10+(s[i+2]-'0'))
			i += 2
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}
