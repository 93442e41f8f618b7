package kinds_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes/kinds"
)

func TestDNSPasses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 200)
	for _, tc := range []struct {
		name string
		set  kinds.DNS
		zone []string
	}{
		{"an address", kinds.DNS{}, []string{shopA}},
		{"this address", kinds.DNS{Answers: []string{"192.0.2.1"}}, []string{shopA}},
		{"two of three", kinds.DNS{Answers: []string{"192.0.2.3", "192.0.2.1"}}, []string{shopA, "shop.test. 60 IN A 192.0.2.2", "shop.test. 60 IN A 192.0.2.3"}},
		{"another spelling", kinds.DNS{Type: "AAAA", Answers: []string{"2001:DB8:0:0::1"}}, []string{"SHOP.test. 60 IN AAAA 2001:db8::1"}},
		{"aliases in disorder", kinds.DNS{Answers: []string{"192.0.2.1"}}, []string{"b.test. 1 IN A 192.0.2.1", "A.test. 1 IN CNAME B.test.", "Shop.Test. 1 IN CNAME a.test."}},
		{"the alias itself", kinds.DNS{Type: "CNAME", Answers: []string{"A.TEST"}}, []string{"shop.test. 1 IN CNAME a.test."}},
		{"mail", kinds.DNS{Type: "MX", Answers: []string{"10 Mail.Shop.Test"}}, []string{"shop.test. 1 IN MX 10 mail.shop.test."}},
		{"text in pieces", kinds.DNS{Type: "TXT", Answers: []string{`v="1"; k=\ ` + long + long}}, []string{`shop.test. 1 IN TXT "v=\"1\"; k=\\ ` + long + `" "` + long + `"`}},
		{"text of bytes", kinds.DNS{Type: "TXT", Answers: []string{"grüße"}}, []string{`shop.test. 1 IN TXT "gr\195\188\195\159e"`}},
		{"expectations", kinds.DNS{Expect: []string{`answers.all(a, a.startsWith("192."))`, "ttl == 30", `rcode == "NOERROR"`, `elapsed < duration("1m")`}}, []string{shopA, "shop.test. 30 IN A 192.0.2.2", "shop.test. 90 IN A 192.0.2.3"}},
		{"nothing, as told", kinds.DNS{Expect: []string{"size(answers) == 0 && ttl == 0"}}, nil},
		{"other types beside", kinds.DNS{Expect: []string{"size(answers) == 1"}}, []string{"shop.test. 1 IN TXT a", shopA, "other.test. 1 IN A 192.0.2.7", "shop.test. 1 CH A 192.0.2.8"}},
	} {
		for _, transport := range []string{"", "tcp"} {
			tc.set.Name, tc.set.Server, tc.set.Transport = "Shop.test", "192.0.2.53", transport
			facts, err := ask(t, tc.set, kinds.Env{Dialer: network{zone(t, tc.zone...), zone(t, tc.zone...)}})
			if err != nil || facts.Remote != "192.0.2.53:53" || facts.Bytes < 12 {
				t.Errorf("%s %s: %v, %+v", tc.name, transport, err, facts)
			}
		}
	}
}

func TestDNSRcodes(t *testing.T) {
	t.Parallel()
	for _, set := range []kinds.DNS{
		{Rcode: "NXDOMAIN"},
		{Expect: []string{`rcode in ["NOERROR", "NXDOMAIN"]`}},
		{Rcode: "NXDOMAIN", Expect: []string{`rcode != "REFUSED"`, "size(answers) == 0"}},
	} {
		set.Name, set.Server = "shop.test", "192.0.2.53"
		if _, err := ask(t, set, kinds.Env{Dialer: network{udp: coded(t, dns.RcodeNameError)}}); err != nil {
			t.Errorf("%+v: %v", set, err)
		}
		_, err := ask(t, set, kinds.Env{Dialer: network{udp: coded(t, dns.RcodeRefused)}})
		if err == nil {
			t.Errorf("%+v: refused, and passed", set)
		}
	}
}

// What does not fit a datagram is asked for again.
func TestDNSTruncated(t *testing.T) {
	t.Parallel()
	cut := changed(t, func(m *dns.Msg) { m.Truncated, m.Answer = true, nil })
	set := kinds.DNS{Name: "shop.test", Server: "192.0.2.53"}
	facts, err := ask(t, set, kinds.Env{Dialer: network{cut, zone(t, shopA)}})
	if err != nil {
		t.Error(err)
	}
	if want := []string{"connect", "processing", "connect", "processing", "transfer"}; !slices.Equal(names(facts.Phases), want) {
		t.Errorf("phases %v, want %v", facts.Phases, want)
	}
	_, err = ask(t, set, kinds.Env{Dialer: network{cut, cut}})
	failsWith(t, err, "protocol", "the server says that its answer is truncated, also over TCP")
}

func TestDNSRefusedAddress(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"udp", "tcp", "tls"} {
		for _, server := range []string{"169.254.169.253:54", "169.254.169.254", "0xa9fea9fe", "[fd00:ec2::254]:53", "fe80::1%eth0", "224.0.0.251"} {
			_, err := ask(t, kinds.DNS{Name: "shop.test", Server: server, Transport: transport}, kinds.Env{})
			failsWith(t, err, "refused-address", "refused to connect to ")
		}
		_, err := ask(t, kinds.DNS{Name: "shop.test", Server: "localhost", Transport: transport}, kinds.Env{Dialer: &egress.Dialer{RefuseLoopback: true}})
		failsWith(t, err, "refused-address", "refused to connect to ")
	}
}

func TestDNSTargets(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		set           kinds.DNS
		name, address string
	}{
		{kinds.DNS{Name: "shop.test"}, "shop.test A", ""},
		{kinds.DNS{Name: "shop.test", Type: "MX", Server: "1.1.1.1"}, "shop.test MX at 1.1.1.1", "1.1.1.1:53"},
		{kinds.DNS{Name: "shop.test", Server: "ns.test:5353", Transport: "tls"}, "shop.test A at ns.test:5353", "ns.test:5353"},
		{kinds.DNS{Name: "shop.test", Server: "2001:db8::53", Transport: "tls"}, "shop.test A at 2001:db8::53", "[2001:db8::53]:853"},
		{kinds.DNS{Name: "shop.test", Server: "[2001:db8::53]"}, "shop.test A at [2001:db8::53]", "[2001:db8::53]:53"},
	} {
		if got := tc.set.Targets(); len(got) != 1 || got[0].Name != tc.name || got[0].Address != tc.address {
			t.Errorf("%+v: %+v", tc.set, got)
		}
	}
}

// What andon check says is what the probe judges by.
func TestDNSExpects(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		set  kinds.DNS
		want []string
	}{
		{kinds.DNS{}, []string{`rcode == "NOERROR"`, "size(answers) > 0"}},
		{kinds.DNS{Server: "192.0.2.53", Transport: "tls", Expect: []string{"size(answers) > 1"}}, []string{"TLS with a valid certificate", `rcode == "NOERROR"`, "size(answers) > 1"}},
		{kinds.DNS{Rcode: "NXDOMAIN"}, []string{`rcode == "NXDOMAIN"`}},
		{kinds.DNS{Answers: []string{"192.0.2.1"}}, []string{`rcode == "NOERROR"`, `"192.0.2.1" in answers`}},
		{kinds.DNS{Type: "MX", Answers: []string{"10  mail.test"}}, []string{`rcode == "NOERROR"`, `"10 mail.test." in answers`}},
		{kinds.DNS{Expect: []string{"size(answers) == 0"}}, []string{`rcode == "NOERROR"`, "size(answers) == 0"}},
		{kinds.DNS{Expect: []string{`rcode != "REFUSED"`}}, []string{`rcode != "NOERROR" || size(answers) > 0`, `rcode != "REFUSED"`}},
	} {
		tc.set.Name = "shop.test"
		if got := tc.set.Expects(); !slices.Equal(got, tc.want) {
			t.Errorf("%+v: %q, want %q", tc.set, got, tc.want)
		}
	}
}

// What is sent is what a resolver would send, and no two ids can be foretold.
func TestDNSQuestion(t *testing.T) {
	t.Parallel()
	ids := map[uint16]bool{}
	loud := func(q *dns.Msg, say func(...[]byte)) {
		ids[q.Id] = true
		size := uint16(0)
		if opt := q.IsEdns0(); opt != nil {
			size = opt.UDPSize()
		}
		if len(q.Question) != 1 || q.Question[0] != (dns.Question{Name: "shop.test.", Qtype: dns.TypeA, Qclass: dns.ClassINET}) || !q.RecursionDesired || size != 1232 {
			t.Errorf("%s", q)
		}
		m := answering(t, q, shopA)
		m.Question[0].Name = "SHOP.test."
		say(packed(t, m))
	}
	for range 5 {
		if _, err := ask(t, kinds.DNS{Name: "Shop.Test", Server: "192.0.2.53"}, kinds.Env{Dialer: network{udp: loud}}); err != nil {
			t.Error(err)
		}
	}
	if len(ids) < 3 {
		t.Errorf("ids %v", ids)
	}
}
