package kinds_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// forbidden are ways to write addresses that no check may reach.
const forbidden = `
169.254.169.254 169.254.169.254:80 169.254.169.254. 169.254.0.1 169.254.170.2 169.254.170.23
2852039166 0xa9fea9fe 0XA9FEA9FE 025177524776 0xa9.0xfe.0xa9.0xfe 0251.0376.0251.0376 00000251.0376.0251.0376
169.16689662 169.254.43518 0xa9.254.0251.254 169.0xfea9fe 0xa9.0xfea9fe.
shop.example.com@169.254.169.254 shop.example.com:443@169.254.169.254:80 %31.1.1.1@169.254.169.254 user:pw@0xa9fea9fe
[::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [0:0:0:0:0:ffff:a9fe:a9fe] [::169.254.169.254] [::a9fe:a9fe] [::ffff:0:a9fe:a9fe]
[64:ff9b::a9fe:a9fe] [64:ff9b::169.254.169.254] [64:ff9b:1::a9fe:a9fe] [64:ff9b:1:a9fe:a9:fe00::]
[2002:a9fe:a9fe::] [2002:a9fe:a9fe:1::1] [2001:0:5db8:d822::5601:5601] [2606::5efe:a9fe:a9fe]
[fe80::1] [fe80::1%25eth0] [fe80::1%25] [febf::1] [fd00:ec2::254] [fd00:ec2::23%25eth0] [fd20:ce::254]
0.0.0.0 0 0x0 00.0 0.1.2.3 [::] [::ffff:0.0.0.0] 255.255.255.255 4294967295 224.0.0.1 [ff02::1] [ff0e::1]
169.254.169.253 169.254.169.253:53 0xa9fea9fd:53 [fd00:ec2::253]:53 [::ffff:169.254.169.253]:53
100.100.100.200 168.63.129.16 192.0.0.192 metadata.google.internal METADATA.GOOGLE.INTERNAL.
%31%36%39.254.169.254 １６９.254.169.254 169。254。169。254 ⑯⑨.254.169.254 169.254.169.254%00.example.com 169.254.169.254\@shop.example.com
`

// However the address is written, it is refused or no address: as the url, as
// where the url redirects to, and as what a proxy is to connect to.
func TestForbiddenAddresses(t *testing.T) {
	t.Parallel()
	env := kinds.Env{Dialer: &egress.Dialer{Resolver: nxdomain(t)}}
	all := strings.Fields(forbidden)
	if len(all) < 60 {
		t.Fatalf("%d encodings", len(all))
	}
	redirecting := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Location"] = []string{r.URL.Query().Get("to")}
		w.WriteHeader(http.StatusFound)
	})
	var asked atomic.Int32
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) { asked.Add(1) })
	byProxy := client(t, "proxy_url: "+proxy.URL)
	for _, host := range all {
		for _, scheme := range []string{"http://", "https://"} {
			to := scheme + host + "/latest/meta-data/"
			for _, s := range []kinds.HTTP{{URL: to}, {URL: to, Client: byProxy}, {URL: to, ReuseConnection: true}} {
				if s.Validate() != nil {
					continue // no URL, which is as good
				}
				_, err := ask(t, s, env)
				failsWith(t, err, "refused-address", "refused to connect to ")
			}
			_, err := ask(t, kinds.HTTP{URL: redirecting.URL + "/?" + url.Values{"to": {to}}.Encode()}, env)
			if reason := probes.Reason(err); reason != "refused-address" && reason != "redirect" {
				t.Errorf("redirected to %s: %s: %v", to, reason, err)
			}
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("the proxy was asked %d times", n)
	}
}

// A proxy that redirects is as little to be believed as any server.
func TestForbiddenRedirectThroughProxy(t *testing.T) {
	t.Parallel()
	var asked []string
	proxy := peer(t, func(c net.Conn) {
		for {
			req, err := http.ReadRequest(bufio.NewReader(c))
			if err != nil {
				return
			}
			asked = append(asked, req.URL.Host)
			c.Write([]byte("HTTP/1.1 302 Found\r\nLocation: http://0xa9fea9fe/\r\nContent-Length: 0\r\n\r\n"))
		}
	})
	_, err := ask(t, kinds.HTTP{URL: "http://shop.example/", Client: client(t, "proxy_url: http://"+proxy)}, kinds.Env{Dialer: new(egress.Dialer)})
	failsWith(t, err, "refused-address", "refused to connect to 169.254.169.254")
	if len(asked) != 1 || asked[0] != "shop.example" {
		t.Errorf("the proxy was asked for %q", asked)
	}
}

// A name is what it resolves to at the time of each connection.
func TestForbiddenNames(t *testing.T) {
	t.Parallel()
	for _, addr := range strings.Fields("169.254.169.254 169.254.170.2 0.0.0.0 fe80::1 fd00:ec2::254 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe:: ::a9fe:a9fe 224.0.0.1 255.255.255.255 100.100.100.200") {
		env := kinds.Env{Dialer: &egress.Dialer{Resolver: resolver(t, netip.MustParseAddr(addr))}}
		for _, s := range []kinds.Settings{kinds.HTTP{URL: "http://shop.example/"}, kinds.HTTP{URL: "https://shop.example/"}, kinds.TCP{Address: "shop.example:80"}, kinds.DNS{Name: "shop.example", Server: "shop.example"}} {
			_, err := ask(t, s, env)
			failsWith(t, err, "refused-address", "refused to connect to ")
		}
	}
}

// A name that meant a good address a moment ago is judged again (rebinding).
func TestForbiddenRebinding(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/next", http.StatusFound) })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	env := kinds.Env{Dialer: &egress.Dialer{Resolver: resolver(t, netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("169.254.169.254"))}}
	_, err := ask(t, kinds.HTTP{URL: "http://shop.example:" + port}, env)
	failsWith(t, err, "refused-address", "metadata service")
}

func TestRefusedByChoice(t *testing.T) {
	t.Parallel()
	strict := kinds.Env{Dialer: &egress.Dialer{RefuseLoopback: true, RefusePrivate: true, Resolver: resolver(t, netip.MustParseAddr("10.0.0.1"))}}
	for _, host := range strings.Fields("127.0.0.1 127.1 0x7f.1 2130706433 localhost [::1] [::ffff:127.0.0.1] 10.0.0.1 10.1 192.168.257 [fd12::1] [64:ff9b::a00:1] shop.example 100.64.0.1") {
		_, err := ask(t, kinds.HTTP{URL: "http://" + host + "/"}, strict)
		failsWith(t, err, "refused-address", "this configuration refuses those; allow them or write a public address")
	}
	// The proxy and the token endpoint are connections like any other.
	for _, c := range []string{"proxy_url: http://127.0.0.1:3128", "oauth2: {client_id: a, client_secret: b, token_url: 'http://127.0.0.1/token'}"} {
		_, err := ask(t, kinds.HTTP{URL: "http://93.184.216.34/", Client: client(t, c)}, strict)
		failsWith(t, err, "refused-address", "refused to connect to 127.0.0.1")
	}
}

// resolver answers each question for an address of its kind with the next of
// addrs, and then with the last again (RFC 1035 section 4).
func resolver(t testing.TB, addrs ...netip.Addr) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(buf)
			if err != nil {
				return
			}
			kind := uint16(1) // A
			if addrs[0].Is6() {
				kind = 28 // AAAA
			}
			server.WriteTo(answerTo(buf[:n], kind, addrs[0]), from)
			if len(addrs) > 1 && asksFor(buf[:n]) == kind {
				addrs = addrs[1:]
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

func endOfQuestion(q []byte) int {
	at := 12
	for q[at] != 0 {
		at += int(q[at]) + 1
	}
	return at + 5
}

func asksFor(q []byte) uint16 {
	end := endOfQuestion(q)
	return binary.BigEndian.Uint16(q[end-4:])
}

func answerTo(q []byte, kind uint16, addr netip.Addr) []byte {
	reply := append([]byte(nil), q[:endOfQuestion(q)]...)
	reply[2], reply[3] = 0x84, 0x80
	copy(reply[6:12], []byte{0, 0, 0, 0, 0, 0})
	if asksFor(q) != kind {
		return reply
	}
	reply[7] = 1
	reply = append(reply, 0xc0, 12, byte(kind>>8), byte(kind), 0, 1, 0, 0, 0, 0, 0, byte(addr.BitLen()/8))
	return append(reply, addr.AsSlice()...)
}
