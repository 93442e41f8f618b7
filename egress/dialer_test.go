package egress_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/andon-project/andon/egress"
)

func listen(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func TestDialerAllowsByDefault(t *testing.T) {
	t.Parallel()
	var d egress.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", listen(t))
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

func TestDialerRefuses(t *testing.T) {
	t.Parallel()
	open := listen(t)
	_, port, _ := net.SplitHostPort(open)
	for _, tc := range []struct {
		name    string
		dialer  egress.Dialer
		network string
		address string
		class   egress.Class
		text    string
	}{
		{"metadata", egress.Dialer{}, "tcp", "169.254.169.254:80", egress.Metadata,
			"refused to connect to 169.254.169.254: it is an address of the cloud's metadata service, and andon never connects to those; write the address of the service itself"},
		{"link-local over udp", egress.Dialer{}, "udp", "169.254.1.1:53", egress.LinkLocal, "link-local"},
		{"mapped", egress.Dialer{}, "tcp", "[::ffff:169.254.169.254]:80", egress.Metadata, "metadata"},
		{"unspecified", egress.Dialer{}, "tcp", "0.0.0.0:" + port, egress.Unspecified, "no particular host"},
		{"loopback by choice", egress.Dialer{RefuseLoopback: true}, "tcp", open, egress.Loopback,
			"refused to connect to 127.0.0.1: it is a loopback address, and this configuration refuses those; allow them or write a public address"},
		{"loopback by name", egress.Dialer{RefuseLoopback: true}, "tcp4", "localhost:" + port, egress.Loopback, "loopback"},
		{"private by choice", egress.Dialer{RefusePrivate: true}, "tcp", "10.255.255.1:80", egress.Private, "private"},
		{"unix socket", egress.Dialer{}, "unix", "/nowhere", egress.Unreadable, "not an IP address"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			conn, err := tc.dialer.DialContext(t.Context(), tc.network, tc.address)
			if conn != nil {
				conn.Close()
			}
			refused, ok := errors.AsType[*egress.RefusedError](err)
			if !ok {
				t.Fatalf("%v; want a RefusedError", err)
			}
			if refused.Class != tc.class {
				t.Errorf("class: %s; want: %s", refused.Class, tc.class)
			}
			if !strings.Contains(refused.Error(), tc.text) {
				t.Errorf("text: %s\nwant:  %s", refused, tc.text)
			}
			if egress.Exhausted(err) {
				t.Error("a refusal counts as exhaustion")
			}
		})
	}
}

func TestExhausted(t *testing.T) {
	t.Parallel()
	dial := func(errno syscall.Errno) error {
		return fmt.Errorf("check: %w", &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", errno)})
	}
	for _, tc := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{dial(syscall.ECONNREFUSED), false},
		{dial(syscall.ENETUNREACH), false},
		{dial(syscall.ETIMEDOUT), false},
		{&net.DNSError{Err: "no such host", IsNotFound: true}, false},
		{dial(syscall.EMFILE), true},
		{dial(syscall.ENFILE), true},
		{dial(syscall.ENOBUFS), true},
		{dial(syscall.ENOMEM), true},
		{dial(syscall.EADDRNOTAVAIL), true},
		{dial(syscall.EPERM), true},
	} {
		if got := egress.Exhausted(tc.err); got != tc.want {
			t.Errorf("Exhausted(%v) = %v", tc.err, got)
		}
	}
}

// The standard resolver turns the error of its own socket into text. This goes
// through the real one, so that a change of that shape is noticed.
func TestExhaustedWhileResolving(t *testing.T) {
	t.Parallel()
	d := egress.Dialer{Resolver: &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "udp", Err: os.NewSyscallError("socket", syscall.EMFILE)}
		},
	}}
	_, err := d.DialContext(t.Context(), "tcp", "shop.example:80")
	if !egress.Exhausted(err) {
		t.Errorf("%v does not count as exhaustion", err)
	}
}

// Where AWS answers questions about names in every VPC, nothing but those may
// go. No packet leaves: a datagram socket only has to be connected.
func TestDialResolver(t *testing.T) {
	t.Parallel()
	dial := func(f func(context.Context, string, string) (net.Conn, error), network, address string) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		conn, err := f(ctx, network, address)
		if err == nil {
			conn.Close()
		}
		return err
	}
	for _, strict := range []bool{false, true} {
		d := &egress.Dialer{RefusePrivate: strict, RefuseLoopback: strict}
		for _, address := range []string{"169.254.169.253:53", "[fd00:ec2::253]:53", "[::ffff:169.254.169.253]:53"} {
			if err := dial(d.DialResolver, "udp", address); isRefused(err) {
				t.Errorf("%s as a resolver: %v", address, err)
			}
			for _, network := range []string{"tcp", "udp"} {
				if err := dial(d.DialContext, network, address); !isRefused(err) {
					t.Errorf("%s for anything: %v", address, err)
				}
			}
		}
		for _, address := range []string{
			"169.254.169.253:80", "169.254.169.253:853", "[fd00:ec2::253]:80", "169.254.169.253:domain", "169.254.169.253:0",
			"169.254.169.254:53", "[fd00:ec2::254]:53", "[fd00:ec2::23]:53", "169.254.170.2:53", "169.254.169.252:53", "169.254.169.123:53", "[fe80::1%lo]:53",
			"[fd00:ec2::253%lo]:53", "[64:ff9b::a9fe:a9fd]:53", "metadata.google.internal:53", "224.0.0.251:53", "0.0.0.0:53",
		} {
			if err := dial(d.DialResolver, "udp", address); !isRefused(err) {
				t.Errorf("%s as a resolver: %v", address, err)
			}
		}
		for _, address := range []string{"127.0.0.1:53", "localhost:53"} {
			if err := dial(d.DialResolver, "udp", address); isRefused(err) != strict {
				t.Errorf("%s as a resolver: %v", address, err)
			}
		}
	}
}
