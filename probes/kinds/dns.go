package kinds

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/andon-project/andon/probes"
)

// DNS asks a server one question, once: a datagram that gets lost is a failure,
// as it is for whoever waits for the answer.
type DNS struct {
	Name      string   `koanf:"name"`      // what to ask for, from the root on; xn-- where it is not ASCII
	Type      string   `koanf:"type"`      // of the records; default A
	Server    string   `koanf:"server"`    // host or host:port; default the first of /etc/resolv.conf, read at each run
	Transport string   `koanf:"transport"` // udp (default; a truncated answer is asked for again over tcp), tcp, or tls
	TLS       *Secure  `koanf:"tls"`       // how transport tls is made and judged
	Rcode     string   `koanf:"rcode"`     // of the answer; default NOERROR, and then it holds a record of the type
	Answers   []string `koanf:"answers"`   // records, as a zone has them, that all have to be there
	Expect    []string `koanf:"expect"`    // CEL, all must be true; it alone judges rcode and answers where it uses them

	Quoted
}

const (
	transportUDP = "udp"
	transportTCP = "tcp"
	transportTLS = "tls"
)

// Types are those whose records are of use to a check. What asks for a whole
// zone, or for whatever there is, is not among them.
var dnsTypes = [...]string{"A", "AAAA", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "SSHFP", "SVCB", "TLSA", "TXT"}

var dnsRcodes = [...]string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"}

// String is the question, as it is written.
func (s DNS) String() string { return s.Targets()[0].Name }

// Format, LogValue and MarshalText keep fmt, whatever the verb, log/slog and
// encoding/json from showing more than String.
func (s DNS) Format(f fmt.State, _ rune)   { io.WriteString(f, s.String()) }
func (s DNS) LogValue() slog.Value         { return slog.StringValue(s.String()) }
func (s DNS) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Validate implements Settings.
func (s DNS) Validate() error { return s.validate(Env{}) }

func (s DNS) validate(env Env) error {
	_, _, err := s.check(env.complete())
	return err
}

// check is validate that keeps what it parsed and compiled.
func (s DNS) check(env Env) ([]record, []expectation, error) {
	var wrong problems
	if problem := badName(s.Name); problem != "" {
		wrong.add("name", "%s", problem)
	}
	if !slices.Contains(dnsTypes[:], s.kind()) {
		wrong.add("type", "%q cannot be asked for; write one of %s", printable(s.Type, 20), strings.Join(dnsTypes[:], ", "))
	}
	if problem := badServer(s.Server); problem != "" {
		wrong.add("server", "%s", problem)
	}
	switch s.transport() {
	case transportUDP, transportTCP:
	case transportTLS:
		if s.Server == "" {
			wrong.add("transport", "tls needs a server whose certificate can be verified; add server: such as dns.quad9.net")
		}
	default:
		wrong.add("transport", "%q is none; write udp, tcp or tls", printable(s.Transport, 20))
	}
	if s.TLS != nil {
		s.TLS.check("tls.", &wrong)
		if s.transport() != transportTLS {
			wrong.add("tls", "is of no use without transport: tls; add that, or remove this")
		}
	}
	if !slices.Contains(dnsRcodes[:], s.rcode()) {
		wrong.add("rcode", "%q is none that can be expected; write one of %s", printable(s.Rcode, 20), strings.Join(dnsRcodes[:], ", "))
	}
	records := s.checkAnswers(&wrong)
	expect, err := env.shared.compile(dnsWords, s.Expect, s.references)
	return records, expect, errors.Join(append(wrong, err)...)
}

// checkAnswers returns the records that are expected.
func (s DNS) checkAnswers(wrong *problems) (records []record) {
	if len(s.Answers) > 0 && s.rcode() != "NOERROR" {
		wrong.add("answers", "an answer of %s has none; remove one of the two", printable(s.Rcode, 20))
	}
	if !slices.Contains(dnsTypes[:], s.kind()) {
		return nil // told already
	}
	for i, text := range s.Answers {
		rr, problem := parseRecord(s.kind(), text)
		if problem != "" {
			wrong.add(fmt.Sprintf("answers[%d]", i), "%s", problem)
		}
		r := record{value: rr}
		if written := s.shown(text); written != text {
			r.shown = written
		} else if rr != nil {
			r.shown = rdata(rr)
		}
		records = append(records, r)
	}
	return records
}

// badName returns what is wrong with a name to ask for, or "".
func badName(name string) string {
	const example = "write one such as example.com"
	_, valid := dns.IsDomainName(name)
	switch {
	case name == "":
		return "is missing; " + example
	case strings.ContainsFunc(name, func(r rune) bool { return r >= 0x80 }):
		return "is not ASCII; write its xn-- form"
	case !ascii(name) || strings.ContainsAny(name, `\"();@/:`) && !reverse(name):
		return "is not a domain name; " + example
	case !valid:
		return "is not a domain name: its parts have 1 to 63 characters, and all together 253; " + example
	}
	return ""
}

// reverse tells whether name may be one for addresses without a zone of their
// own, which have a slash (RFC 2317 section 4).
func reverse(name string) bool {
	return strings.Contains(strings.ToLower(name), ".in-addr.arpa") && !strings.ContainsAny(name, `\"();@:`)
}

// badServer returns what is wrong with a server, or "".
func badServer(server string) string {
	const example = `write host or host:port, such as 1.1.1.1, ns1.example.com:5353 or "[2001:db8::53]:53"`
	host, port := serverParts(server, "53")
	switch {
	case server == "":
		return ""
	case strings.Contains(server, "://"):
		return "is a URL; " + example
	case host == "":
		return "names no host; " + example
	case !ascii(host):
		return "has a host that is not ASCII; write its xn-- form"
	case strings.ContainsAny(host, "/[]") || strings.Contains(host, ":") && !isAddress(host):
		return "is not host or host:port; " + example
	}
	return badPort(port)
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// serverParts are the host and the port of a server, which may have none.
func serverParts(server, usual string) (host, port string) {
	if host, port, err := net.SplitHostPort(server); err == nil {
		return host, port
	}
	return strings.TrimSuffix(strings.TrimPrefix(server, "["), "]"), usual
}

// Targets implements Settings. The address is "" for the machine's own resolver.
func (s DNS) Targets() []probes.Target {
	asks := s.shown(s.Name) + " " + s.shown(s.kind())
	if s.Server == "" {
		return []probes.Target{{Name: asks}}
	}
	host, port := serverParts(s.Server, s.port())
	return []probes.Target{{Name: asks + " at " + s.shown(s.Server), Address: net.JoinHostPort(host, port)}}
}

// Expects are the conditions that an answer is judged by.
func (s DNS) Expects() []string {
	records, all, err := s.check(Env{}.complete())
	if err != nil {
		return s.shownAll(s.Expect)
	}
	var conditions []string
	if s.transport() == transportTLS {
		secure := s.secure()
		conditions = append(conditions, s.references.Hide(secure.expects()))
	}
	some := `rcode != "NOERROR" || size(answers) > 0`
	if s.judgesRcode(all) {
		conditions = append(conditions, "rcode == "+strconv.Quote(s.rcode()))
		some = "size(answers) > 0"
	}
	if s.rcode() == "NOERROR" && !uses(all, rootAnswers) && len(s.Answers) == 0 {
		conditions = append(conditions, some)
	}
	for _, r := range records {
		conditions = append(conditions, strconv.Quote(r.shown)+" in answers")
	}
	return append(conditions, s.shownAll(s.Expect)...)
}

// judgesRcode tells whether the rcode is judged by itself: an expectation that
// speaks of it takes the place of the default.
func (s DNS) judgesRcode(expect []expectation) bool {
	return s.Rcode != "" || !uses(expect, rootRcode)
}

// Probe implements Settings.
func (s DNS) Probe(env Env) (probes.Probe, error) {
	env = env.complete()
	records, expect, err := s.check(env)
	if err != nil {
		return nil, err
	}
	p := &dnsProbe{
		clock:     env.Clock,
		dialer:    env.Dialer,
		transport: s.transport(),
		address:   s.Targets()[0].Address,
		question:  dns.Question{Name: dns.CanonicalName(s.Name), Qtype: dns.StringToType[s.kind()], Qclass: dns.ClassINET},
		answers:   records,
		expect:    expect,
	}
	if s.transport() == transportTLS {
		p.tls = s.secure().client(env)
	}
	if s.judgesRcode(expect) {
		p.rcode = s.rcode()
	}
	return s.discreet(p), nil
}

func (s DNS) secure() Secure {
	if s.TLS == nil {
		return Secure{}
	}
	return *s.TLS
}

func (s DNS) kind() string { return cmp.Or(s.Type, "A") }

func (s DNS) rcode() string { return cmp.Or(s.Rcode, "NOERROR") }

func (s DNS) transport() string { return cmp.Or(s.Transport, transportUDP) }

// port is the usual one: RFC 1035 section 4.2, RFC 7858 section 3.1.
func (s DNS) port() string {
	if s.transport() == transportTLS {
		return "853"
	}
	return "53"
}
