package kinds

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"github.com/miekg/dns"
)

// dnsWords are what expectations of dns checks may speak of.
var dnsWords = vocabulary{
	environment: sync.OnceValues(dnsEnvironment),
	names:       "rcode, answers, ttl and elapsed",
	example:     `"192.0.2.1" in answers`,
}

func dnsEnvironment() (*cel.Env, error) {
	return newEnvironment(
		cel.Variable("rcode", cel.StringType),
		cel.Variable("answers", cel.ListType(cel.StringType)),
		cel.Variable("ttl", cel.IntType),
		cel.Variable("elapsed", cel.DurationType),
	)
}

// A dnsAnswer is what came back, as expectations see it.
type dnsAnswer struct {
	rcode   string
	records []dns.RR // of the type asked for, at the end of the aliases
	owner   string   // whose they are
	elapsed time.Duration
}

// Parent implements cel.Activation.
func (a *dnsAnswer) Parent() cel.Activation { return nil }

// ResolveName implements cel.Activation.
func (a *dnsAnswer) ResolveName(name string) (any, bool) {
	switch rootOf(name) {
	case rootRcode:
		return a.rcode, true
	case rootAnswers:
		return a.values(), true
	case rootTTL:
		return a.ttl(), true
	case rootElapsed:
		return a.elapsed, true
	}
	return nil, false
}

// shown implements evidence. Records are nobody's secret.
func (a *dnsAnswer) shown(of roots) []string {
	var was []string
	if of&rootRcode != 0 {
		was = append(was, "rcode was "+a.rcode)
	}
	if of&rootAnswers != 0 {
		was = append(was, "answers were "+a.listed())
	}
	if of&rootTTL != 0 {
		was = append(was, fmt.Sprintf("ttl was %d", a.ttl()))
	}
	if of&rootElapsed != 0 {
		was = append(was, "elapsed was "+a.elapsed.Round(time.Microsecond).String())
	}
	return was
}

// spoilt implements evidence.
func (a *dnsAnswer) spoilt() error { return nil }

func (a *dnsAnswer) values() []string {
	values := make([]string, len(a.records))
	for i, rr := range a.records {
		values[i] = rdata(rr)
	}
	return values
}

func (a *dnsAnswer) listed() string {
	if len(a.records) == 0 {
		return "none"
	}
	return strings.Join(a.values(), ", ")
}

// ttl is the least of all records, in seconds; 0 without any.
func (a *dnsAnswer) ttl() int64 {
	var least int64
	for i, rr := range a.records {
		if ttl := int64(rr.Header().Ttl); i == 0 || ttl < least {
			least = ttl
		}
	}
	return least
}

// truncated tells whether a message says that it is not all (RFC 1035 section 4.1.1).
func truncated(message []byte) bool { return len(message) > 2 && message[2]&0x02 != 0 }

// parse believes a message that answers the question that was asked.
func (p *dnsProbe) parse(wire []byte) (*dnsAnswer, error) {
	var m dns.Msg
	if err := m.Unpack(wire); err != nil {
		return nil, failed(reasonProtocol, "what came (%d bytes) is no DNS message: %s", len(wire), strings.TrimPrefix(err.Error(), "dns: "))
	}
	a := &dnsAnswer{rcode: dns.RcodeToString[m.Rcode]}
	if a.rcode == "" {
		a.rcode = fmt.Sprintf("RCODE%d", m.Rcode)
	}
	switch {
	case !m.Response:
		return nil, failed(reasonProtocol, "what came is a question, not an answer")
	case m.Opcode != dns.OpcodeQuery:
		return nil, failed(reasonProtocol, "what came is no answer to a query (opcode %d)", m.Opcode)
	case m.Truncated:
		return nil, failed(reasonProtocol, "the server says that its answer is truncated, also over TCP")
	case !p.asked(&m):
		return nil, failed(reasonProtocol, "the server answers another question than %s %s", p.question.Name, dns.TypeToString[p.question.Qtype])
	}
	return a, p.find(&m, a)
}

// asked tells whether m repeats the question. Errors may leave it out.
func (p *dnsProbe) asked(m *dns.Msg) bool {
	if len(m.Question) == 0 {
		return m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError
	}
	q := m.Question[0]
	q.Name = dns.CanonicalName(q.Name)
	return len(m.Question) == 1 && q == p.question
}

// find follows the aliases of m from the name that was asked for to the records
// of the type (RFC 1034 section 3.6.2).
func (p *dnsProbe) find(m *dns.Msg, a *dnsAnswer) error {
	records, aliases := map[string][]dns.RR{}, map[string]string{}
	for _, rr := range m.Answer {
		h := rr.Header()
		if h.Class != dns.ClassINET {
			continue
		}
		owner := dns.CanonicalName(h.Name)
		if h.Rrtype == p.question.Qtype {
			records[owner] = append(records[owner], rr)
		}
		if alias, ok := rr.(*dns.CNAME); ok {
			aliases[owner] = dns.CanonicalName(alias.Target)
		}
	}
	a.owner = p.question.Name
	for range len(aliases) + 1 {
		a.records = records[a.owner]
		next, more := aliases[a.owner]
		if len(a.records) > 0 || !more {
			return nil
		}
		a.owner = next
	}
	return failed(reasonProtocol, "the CNAME records of the answer go round in a circle")
}

// judge returns nil if a is what is expected.
func (p *dnsProbe) judge(ctx context.Context, a *dnsAnswer) error {
	if p.rcode != "" && a.rcode != p.rcode {
		return failed(reasonDNS, "the server answers %s%s, not %s", a.rcode, meaning(a.rcode), p.rcode)
	}
	if a.rcode == "NOERROR" && len(a.records) == 0 && !uses(p.expect, rootAnswers) {
		name := p.question.Name
		if a.owner != name {
			name += ", an alias of " + a.owner
		}
		return failed(reasonDNS, "the server answers without a record: it has no %s for %s", dns.TypeToString[p.question.Qtype], name)
	}
	for _, want := range p.answers {
		if !slices.ContainsFunc(a.records, func(rr dns.RR) bool { return sameValue(want.value, rr) }) {
			return failed(reasonExpect, "expected the answer %s, but answers were %s", printable(want.shown, 80), printable(a.listed(), 100))
		}
	}
	return judge(ctx, p.expect, a)
}

// meaning is what an rcode says to people (RFC 1035 section 4.1.1).
func meaning(rcode string) string {
	switch rcode {
	case "NXDOMAIN":
		return " (there is no such name)"
	case "SERVFAIL":
		return " (it could not find out)"
	case "REFUSED":
		return " (it does not answer us)"
	}
	return ""
}
