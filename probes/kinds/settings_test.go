package kinds_test

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/probes/kinds"
)

func TestTable(t *testing.T) {
	t.Parallel()
	table := kinds.Table()
	if got, want := slices.Sorted(maps.Keys(table)), []string{"dns", "http", "tcp", "tls"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for name, settings := range table {
		if settings() == settings() {
			t.Errorf("%s: two checks would share their settings", name)
		}
		if err := settings().Validate(); err == nil {
			t.Errorf("%s: empty settings are valid", name)
		}
		if _, err := settings().Probe(kinds.Env{}); err == nil {
			t.Errorf("%s: empty settings make a probe", name)
		}
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	for _, s := range []kinds.Settings{
		kinds.HTTP{URL: "https://shop.example.com"},
		kinds.HTTP{URL: "http://user:pw@[2001:db8::1]:8080/a?b=c#d"},
		kinds.HTTP{URL: "https://shop.example.com/", Method: "PROPFIND", Headers: map[string]string{"X-A": "ü\t"}},
		kinds.TCP{Address: "db.example.com:5432"},
		kinds.TCP{Address: "[::1]:1"},
		kinds.TCP{Address: "a.example:25", TLS: &kinds.Secure{ValidFor: 1}, Steps: []kinds.Step{{Expect: "^220 "}, {StartTLS: true}, {Send: "\x00"}}},
		kinds.TLS{Address: "a.example:443", Secure: kinds.Secure{MinVersion: "TLS13", ALPN: []string{"h2"}, CAFile: "not read here", ServerName: "b.example."}},
		kinds.DNS{Name: "example.com"},
		kinds.DNS{Name: ".", Type: "NS", Server: "2001:db8::53", Transport: "tcp"},
		kinds.DNS{Name: "_dmarc.xn--bcher-kva.example.", Type: "TXT", Server: "[2001:db8::53]", Answers: []string{`v=DMARC1; p="none`}},
		kinds.DNS{Name: "1.0/25.2.0.192.in-addr.arpa", Type: "PTR", Server: "[2001:db8::53]:5353"},
		kinds.DNS{Name: "*.example.com", Type: "CAA", Server: "ns1.example.com", Transport: "tls", Answers: []string{`0 issue "ca.example"`}},
	} {
		if err := s.Validate(); err != nil {
			t.Errorf("%#v: %v", s, err)
		}
	}
}

// Every mistake is a sentence that says what to write, at its field.
func TestInvalid(t *testing.T) {
	t.Parallel()
	const fine = "https://shop.example.com/"
	for _, tc := range []struct {
		settings kinds.Settings
		field    string
		problem  string
	}{
		{kinds.HTTP{}, "url", "is missing; write one such as https://shop.example.com/"},
		{kinds.HTTP{URL: "shop.example.com"}, "url", "does not begin with http:// or https://"},
		{kinds.HTTP{URL: "shop.example.com:443/x"}, "url", "does not begin with"},
		{kinds.HTTP{URL: "https://"}, "url", "names no host; write it after https://"},
		{kinds.HTTP{URL: "https://:80/"}, "url", "names no host"},
		{kinds.HTTP{URL: "https://a b/"}, "url", "is not a URL"},
		{kinds.HTTP{URL: "https://bücher.example/"}, "url", "xn--"},
		{kinds.HTTP{URL: "https://shop:70000/"}, "url", `port "70000" is not a number from 1 to 65535`},
		{kinds.HTTP{URL: fine, Method: "get"}, "method", `"get" cannot be sent; write one such as GET, HEAD or POST`},
		{kinds.HTTP{URL: fine, Method: "CONNECT"}, "method", `"CONNECT"`},
		{kinds.HTTP{URL: fine, Method: "G T"}, "method", `"G T"`},
		{kinds.HTTP{URL: fine, Headers: map[string]string{"a b": "c"}}, "headers.a b", "is not a header name"},
		{kinds.HTTP{URL: fine, Headers: map[string]string{"A": "b\r\nC: d"}}, "headers.A", "write it on one line"},
		{kinds.HTTP{URL: fine, Headers: map[string]string{"content-length": "3"}}, "headers.content-length", "Content-Length is set by andon itself; remove it"},
		{kinds.HTTP{URL: fine, MaxRedirects: -1}, "max_redirects", "follow_redirects: false"},
		{kinds.HTTP{URL: fine, MaxBytes: -1}, "max_bytes", "-1 is not from 1 to 67108864; write the largest body in bytes"},
		{kinds.HTTP{URL: fine, MaxBytes: math.MaxInt64}, "max_bytes", "is not from 1 to"},
		{kinds.HTTP{URL: fine, Headers: map[string]string{"X-A": "b", "x-a": "c"}}, "headers.x-a", "is given twice"},
		{kinds.HTTP{URL: fine, Client: client(t, "tls_config: {server_name: 'https://x'}")}, "client.tls_config.server_name", "write the name alone"},
		{kinds.HTTP{URL: fine, Expect: []string{"status == 200", "statuss == 200"}}, "expect[1]",
			"line 1, column 1: undeclared reference to 'statuss' (did you mean 'status'?); there are status, headers, body, text, elapsed and tls"},
		{kinds.HTTP{URL: fine, Expect: []string{"status = 200"}}, "expect[0]", "column 8: a single = compares nothing; write =="},
		{kinds.HTTP{URL: fine, Expect: []string{`status == "200"`}}, "expect[0]", "found no matching overload"},
		{kinds.HTTP{URL: fine, Expect: []string{"status"}}, "expect[0]", "gives int, not true or false; write a condition such as status == 200"},
		{kinds.HTTP{URL: fine, Expect: []string{" "}}, "expect[0]", "is empty; write a condition"},
		{kinds.HTTP{URL: fine, Expect: []string{`tls.days > 3`}}, "expect[0]", "undefined field 'days'; tls has expiry and days_left"},
		{kinds.HTTP{URL: fine, Expect: []string{`elapsed < duration("1 s")`}}, "expect[0]", "invalid duration"},
		{kinds.HTTP{URL: fine, Expect: []string{`text.matches("[")`}}, "expect[0]", "invalid matches argument"},
		{kinds.TCP{}, "address", "is missing; write host:port"},
		{kinds.TCP{Address: "db.example.com"}, "address", "is not host:port"},
		{kinds.TCP{Address: ":80"}, "address", "names no host"},
		{kinds.TCP{Address: "bücher.example:80"}, "address", "xn--"},
		{kinds.TCP{Address: "db:http"}, "address", `port "http" is not a number from 1 to 65535`},
		{kinds.TCP{Address: "db:0"}, "address", `port "0"`},
		{kinds.TCP{Address: "db:1", Steps: make([]kinds.Step, 33)}, "steps", "33 are more than 32; make it several checks"},
		{kinds.TCP{Address: "db:1", Steps: []kinds.Step{{Send: strings.Repeat("x", 65537)}}}, "steps[0].send", "has 65537 bytes, more than 65536"},
		{kinds.TCP{Address: "db:1", Steps: []kinds.Step{{Send: "x", Expect: "(?P<a"}}}, "steps[0].expect", "is not a regular expression (RE2): "},
		{kinds.TCP{Address: "db:1", Steps: []kinds.Step{{Expect: "a{1001}"}}}, "steps[0].expect", "invalid repeat count"},
		{kinds.TCP{Address: "db:1", Steps: []kinds.Step{{Expect: "a|^"}}}, "steps[0].expect", "matches the empty text"},
		{kinds.TCP{Address: "db:1", TLS: &kinds.Secure{ALPN: []string{"h2", ""}}}, "tls.alpn[1]", "is not a protocol"},
		{kinds.TLS{}, "address", "is missing; write host:port"},
		{kinds.TLS{Address: "db:1", Secure: kinds.Secure{ValidFor: -1}}, "valid_for", "is negative"},
		{kinds.TLS{Address: "db:1", Secure: kinds.Secure{MinVersion: "SSL3"}}, "min_version", `"SSL3" is not a version; write TLS10`},
		{kinds.DNS{}, "name", "is missing; write one such as example.com"},
		{kinds.DNS{Name: "bücher.example"}, "name", "xn--"},
		{kinds.DNS{Name: "https://example.com"}, "name", "is not a domain name"},
		{kinds.DNS{Name: "example.com:53"}, "name", "is not a domain name"},
		{kinds.DNS{Name: strings.Repeat("x", 64) + ".example"}, "name", "its parts have 1 to 63 characters"},
		{kinds.DNS{Name: strings.Repeat("x.", 127) + "example"}, "name", "all together 253"},
		{kinds.DNS{Name: "a", Type: "AXFR"}, "type", `"AXFR" cannot be asked for; write one of A, AAAA,`},
		{kinds.DNS{Name: "a", Server: "tls://1.1.1.1"}, "server", "is a URL; write host or host:port"},
		{kinds.DNS{Name: "a", Server: ":53"}, "server", "names no host"},
		{kinds.DNS{Name: "a", Server: "bücher.example"}, "server", "xn--"},
		{kinds.DNS{Name: "a", Server: "1.1.1.1:70000"}, "server", `port "70000"`},
		{kinds.DNS{Name: "a", Server: "1.1.1.1/dns-query"}, "server", "is not host or host:port"},
		{kinds.DNS{Name: "a", Server: "1:1:1"}, "server", "is not host or host:port"},
		{kinds.DNS{Name: "a", Transport: "https"}, "transport", `"https" is none; write udp, tcp or tls`},
		{kinds.DNS{Name: "a", Transport: "tls"}, "transport", "add server:"},
		{kinds.DNS{Name: "a", Server: "192.0.2.53", TLS: new(kinds.Secure)}, "tls", "is of no use without transport: tls"},
		{kinds.DNS{Name: "a", Server: "192.0.2.53", Transport: "tls", TLS: &kinds.Secure{MinVersion: "1.2"}}, "tls.min_version", `"1.2" is not a version`},
		{kinds.DNS{Name: "a", Rcode: "NXDOMAN"}, "rcode", `"NXDOMAN" is none that can be expected; write one of NOERROR, FORMERR`},
		{kinds.DNS{Name: "a", Rcode: "NXDOMAIN", Answers: []string{"192.0.2.1"}}, "answers", "an answer of NXDOMAIN has none"},
		{kinds.DNS{Name: "a", Answers: []string{"192.0.2.1", "192.0.2.256"}}, "answers[1]", "192.0.2.256 is no A record; write one such as 192.0.2.1"},
		{kinds.DNS{Name: "a", Type: "CNAME", Answers: []string{"b.test\n$INCLUDE /etc/passwd"}}, "answers[0]", "more than one line"},
		{kinds.DNS{Name: "a", Type: "TLSA", Answers: []string{"x"}}, "answers[0]", "x is no TLSA record; write one such as dig +short prints"},
		{kinds.DNS{Name: "a", Expect: []string{"answer == []"}}, "expect[0]", "(did you mean 'answers'?); there are rcode, answers, ttl and elapsed"},
	} {
		err := tc.settings.Validate()
		where, ok := errors.AsType[interface {
			error
			Field() string
		}](err)
		if !ok {
			t.Errorf("%s: %v, want an error with a field", tc.problem, err)
			continue
		}
		if where.Field() != tc.field || !strings.Contains(err.Error(), tc.problem) {
			t.Errorf("%s at %s\nwant %s at %s", err, where.Field(), tc.problem, tc.field)
		}
	}
}

func TestInvalidAllAtOnce(t *testing.T) {
	t.Parallel()
	err := kinds.HTTP{Method: "get", MaxBytes: -1, Expect: []string{"a", "status == 200", "b == c"}}.Validate()
	for _, want := range []string{"url: ", "method: ", "max_bytes: ", "expect[0]: ", "expect[2]: line 1, column 1", "expect[2]: line 1, column 6"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %s", err, want)
		}
	}
}

// What a check demands is told in words, in the order in which it is judged.
func TestExpects(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		settings interface{ Expects() []string }
		want     []string
	}{
		{kinds.TLS{}, []string{"TLS with a valid certificate"}},
		{kinds.TLS{Secure: kinds.Secure{ServerName: "a.example", ValidFor: 336 * time.Hour, MinVersion: "TLS13", ALPN: []string{"h2", "x"}}},
			[]string{"TLS with a valid certificate for a.example, valid for 14 days more, TLS13 at least, one of the protocols h2, x"}},
		{kinds.TLS{Secure: kinds.Secure{InsecureSkipVerify: true}}, []string{"TLS with any certificate"}},
		{kinds.TCP{}, nil},
		{kinds.TCP{TLS: &kinds.Secure{}, Steps: []kinds.Step{{Send: secret}, {Expect: `^a\n`}}}, []string{"TLS with a valid certificate", `step 2: ^a\n`}},
		{kinds.TCP{Steps: []kinds.Step{{Expect: "a", StartTLS: true}, {Expect: "b"}}}, []string{"step 1: a", "TLS with a valid certificate", "step 2: b"}},
	} {
		if got := tc.settings.Expects(); !slices.Equal(got, tc.want) {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}
