// Package egress is the way out: connections to addresses that people wrote
// into a configuration, or that a target redirects to. It refuses the
// addresses nobody outside a machine should be made to ask.
package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// A Dialer connects like net.Dialer and refuses by the address really
// connected to: a name that resolves, or is redirected, to a refused address
// is refused as well. Link-local, metadata, multicast, broadcast and
// unspecified addresses are refused always. The zero value allows the rest.
type Dialer struct {
	RefuseLoopback bool // 127.0.0.0/8, ::1
	RefusePrivate  bool // RFC 1918, RFC 4193, RFC 6598 (carrier-grade NAT), site-local

	Resolver *net.Resolver // nil: the system's
}

// DialContext connects to host:port. Its error wraps a *RefusedError where the
// dialer refused; Exhausted tells whether it is our own fault. The network is
// tcp, tcp4, tcp6, udp, udp4 or udp6.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d.dial(ctx, network, address, func(to netip.AddrPort) error { return d.judge(to.Addr()) })
}

// DialResolver is DialContext for who asks nothing but DNS: it allows as well
// where AWS answers that in every VPC, though the addresses are link-local or
// beside the metadata service's
// (docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html).
func (d *Dialer) DialResolver(ctx context.Context, network, address string) (net.Conn, error) {
	return d.dial(ctx, network, address, func(to netip.AddrPort) error {
		if slices.Contains(resolvers[:], netip.AddrPortFrom(to.Addr().Unmap(), to.Port())) {
			return nil
		}
		return d.judge(to.Addr())
	})
}

var resolvers = [...]netip.AddrPort{
	netip.MustParseAddrPort("169.254.169.253:53"),
	netip.MustParseAddrPort("[fd00:ec2::253]:53"),
}

func (d *Dialer) dial(ctx context.Context, network, address string, judge func(netip.AddrPort) error) (net.Conn, error) {
	if to, ok := literalPort(address); ok {
		if err := judge(to); err != nil { // no resolver has to be asked, nor agree with us
			return nil, err
		}
	}
	dialer := net.Dialer{
		Resolver:  d.Resolver,
		KeepAlive: -1, // connections live for one question; the caller has a deadline
		// After the socket is made and before it connects, once for each address
		// that a name resolves to.
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil { // a unix socket, or a notation we cannot judge
				return &RefusedError{Address: address, Class: Unreadable}
			}
			return judge(to)
		},
	}
	return dialer.DialContext(ctx, network, address)
}

// Judge returns the *RefusedError with which d would refuse host, as far as
// its text tells: an address in any notation that a resolver reads as one, or a
// name that always stands for one. It asks nobody, so nil promises nothing.
func (d *Dialer) Judge(host string) error {
	addr, ok := literal(host)
	if !ok {
		return nil
	}
	return d.judge(addr)
}

func (d *Dialer) judge(a netip.Addr) error {
	class := Classify(a)
	if class.always() || class == Loopback && d.RefuseLoopback || class == Private && d.RefusePrivate {
		return &RefusedError{Address: a.String(), Class: class}
	}
	return nil
}

// A RefusedError says that an address was not asked, and why.
type RefusedError struct {
	Address string
	Class   Class
}

func (e *RefusedError) Error() string {
	why := "andon never connects to those; write the address of the service itself"
	if !e.Class.always() {
		why = "this configuration refuses those; allow them or write a public address"
	}
	return fmt.Sprintf("refused to connect to %s: %s, and %s", e.Address, e.Class, why)
}

// Exhausted tells whether err says that this machine ran out of something of
// its own (files, ports, buffers, memory, connections to track): that is no fault of a target.
func Exhausted(err error) bool {
	for _, errno := range ours() {
		if errors.Is(err, errno) {
			return true
		}
	}
	// net.DNSError keeps only the text of what failed while it asked.
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		for _, errno := range ours() {
			if strings.HasSuffix(dns.Err, errno.Error()) {
				return true
			}
		}
	}
	return false
}

// ours are errors that no peer can cause. EPERM is Linux's word for a packet
// that its own filter drops, or has no room to track (nf_conntrack: table full).
func ours() [6]syscall.Errno {
	return [...]syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL, syscall.EPERM}
}
