package kinds_test

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

func TestDnsmasq(t *testing.T) {
	t.Parallel()
	path, address := real(t, "dnsmasq", "dnsmasq-base"), free(t)
	host, port, _ := net.SplitHostPort(address)
	args := []string{"--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--no-resolv", "--no-hosts",
		"--listen-address=" + host, "--port=" + port, "--bind-interfaces", "--local=/test/", "--local-ttl=30",
		"--host-record=shop.test,192.0.2.1,2001:db8::1", "--cname=www.test,shop.test", "--mx-host=shop.test,mail.test,10",
		"--txt-record=shop.test,v=spf1 -all", "--srv-host=_https._tcp.shop.test,shop.test,443", "--ptr-record=1.2.0.192.in-addr.arpa,shop.test"}
	for i := range 200 {
		args = append(args, fmt.Sprintf("--host-record=many.test,192.0.2.%d", i+1))
	}
	start(t, address, path, args...)
	for _, tc := range []struct {
		set    kinds.DNS
		reason string
	}{
		{kinds.DNS{Name: "shop.test", Answers: []string{"192.0.2.1"}, Expect: []string{"ttl == 30 && size(answers) == 1"}}, ""},
		{kinds.DNS{Name: "WWW.test.", Type: "AAAA", Answers: []string{"2001:db8::1"}}, ""},
		{kinds.DNS{Name: "www.test", Type: "CNAME", Answers: []string{"shop.test"}, Expect: []string{`answers == ["shop.test."]`}}, ""},
		{kinds.DNS{Name: "shop.test", Type: "MX", Answers: []string{"10 mail.test"}}, ""},
		{kinds.DNS{Name: "shop.test", Type: "TXT", Answers: []string{"v=spf1 -all"}}, ""},
		{kinds.DNS{Name: "_https._tcp.shop.test", Type: "SRV", Answers: []string{"0 0 443 shop.test"}}, ""},
		{kinds.DNS{Name: "1.2.0.192.in-addr.arpa", Type: "PTR", Answers: []string{"shop.test"}}, ""},
		{kinds.DNS{Name: "many.test", Answers: []string{"192.0.2.1", "192.0.2.200"}, Expect: []string{"size(answers) == 200"}}, ""},
		{kinds.DNS{Name: "none.test", Rcode: "NXDOMAIN"}, ""},
		{kinds.DNS{Name: "none.test"}, "dns"},
		{kinds.DNS{Name: "many.test", Type: "MX"}, "dns"},
		{kinds.DNS{Name: "example.com", Rcode: "REFUSED"}, ""}, // there is nobody to ask
		{kinds.DNS{Name: "shop.test", Answers: []string{"192.0.2.2"}}, "expect"},
	} {
		tc.set.Server = "localhost:" + port
		for _, tc.set.Transport = range []string{"udp", "tcp"} {
			facts, err := ask(t, tc.set, kinds.Env{Dialer: new(egress.Dialer)})
			if tc.reason != "" {
				failsWith(t, err, tc.reason, "")
			} else if err != nil {
				t.Errorf("%+v: %v", tc.set, err)
			}
			want := []string{"resolve", "connect", "processing", "transfer"}
			if got := names(facts.Phases); tc.set.Transport == "tcp" && !slices.Equal(got, want) {
				t.Errorf("%+v: phases %v, want %v", tc.set, got, want)
			}
		}
	}
}

// overTLS is a nameserver that says one thing to everybody (RFC 7858).
func overTLS(t testing.TB, cert tls.Certificate, records ...string) (address string) {
	return peer(t, func(c net.Conn) {
		c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, Time: atEpoch})
		defer c.Close()
		length := make([]byte, 2)
		if _, err := io.ReadFull(c, length); err != nil {
			return
		}
		wire := make([]byte, binary.BigEndian.Uint16(length))
		var q dns.Msg
		if _, err := io.ReadFull(c, wire); err != nil || q.Unpack(wire) != nil {
			return
		}
		reply := packed(t, answering(t, &q, records...))
		c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
	})
}

func TestDNSOverTLS(t *testing.T) {
	t.Parallel()
	ca, expiry := newAuthority(t), epoch.AddDate(0, 0, 9)
	env := kinds.Env{Clock: atEpoch, Roots: ca.pool()}
	for _, tc := range []struct {
		cert   tls.Certificate
		tls    *kinds.Secure
		env    kinds.Env
		reason string
		text   string
	}{
		{ca.issue(t, expiry), nil, env, "", ""},
		{ca.issue(t, expiry, "dns.example"), &kinds.Secure{ServerName: "dns.example", ValidFor: 9 * 24 * time.Hour}, env, "", ""},
		{ca.issue(t, expiry), &kinds.Secure{ValidFor: 10 * 24 * time.Hour}, env, "tls", "valid_for demands 10 days"},
		{ca.issue(t, expiry), nil, kinds.Env{Clock: atEpoch, Roots: newAuthority(t).pool()}, "tls", "unknown authority"},
		{ca.issue(t, expiry, "dns.example"), nil, env, "tls", "127.0.0.1"},
	} {
		set := kinds.DNS{Name: "shop.test", Server: overTLS(t, tc.cert, shopA), Transport: "tls", TLS: tc.tls, Answers: []string{"192.0.2.1"}}
		facts, err := ask(t, set, tc.env)
		if tc.reason != "" {
			failsWith(t, err, tc.reason, tc.text)
		} else if err != nil {
			t.Error(err)
		}
		if !facts.CertExpiry.Equal(expiry) {
			t.Errorf("expiry %s, want %s", facts.CertExpiry, expiry)
		}
		if got := names(facts.Phases); !slices.Contains(got, "tls") {
			t.Errorf("phases %v", got)
		}
	}
	members := peer(t, func(c net.Conn) {
		safe := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, expiry)}, ClientAuth: tls.RequireAnyClientCert})
		safe.Handshake()
	})
	_, err := ask(t, kinds.DNS{Name: "shop.test", Server: members, Transport: "tls"}, env)
	failsWith(t, err, "tls", "certificate required")
	plain := kinds.DNS{Name: "shop.test", Server: peer(t, func(c net.Conn) { io.WriteString(c, "hello, who is there?") }), Transport: "tls"}
	_, err = ask(t, plain, env)
	failsWith(t, err, "tls", "")
}

// Whatever a server says is judged, in bounded time and in words that can be shown.
func FuzzDNSReply(f *testing.F) {
	var q dns.Msg
	q.SetQuestion("shop.test.", dns.TypeTXT)
	for _, records := range [][]string{nil, {`shop.test. 1 IN TXT "a" "\255"`}, {"shop.test. 1 IN CNAME a.test.", "a.test. 1 IN CNAME shop.test."}} {
		f.Add(packed(f, answering(f, &q, records...)), true)
		f.Add(packed(f, answering(f, &q, records...)), false)
	}
	f.Add([]byte{}, false)
	f.Add([]byte("\x00\x00\x83\x80\x00\x00\x00\x00\x00\x00\x00\x00"), false)
	f.Fuzz(func(t *testing.T, reply []byte, tcp bool) {
		if len(reply) > 0xffff {
			t.Skip()
		}
		say := func(q *dns.Msg, say func(...[]byte)) {
			own := slices.Clone(reply)
			if len(own) >= 2 {
				binary.BigEndian.PutUint16(own, q.Id)
			}
			say(own)
		}
		set := kinds.DNS{Name: "shop.test", Type: "TXT", Server: "192.0.2.53", Answers: []string{"a"}, Expect: []string{`answers.all(a, a.size() < 70000)`, "ttl >= 0"}}
		if tcp {
			set.Transport = "tcp"
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := probe(t, set, kinds.Env{Dialer: network{say, say}}).Check(ctx, set.Targets()[0])
		if err != nil {
			presentable(t, err)
		}
		if reason := probes.Reason(err); !slices.Contains([]string{"", "dns", "protocol", "expect", "timeout"}, reason) {
			t.Errorf("%s: %v", reason, err)
		}
	})
}
