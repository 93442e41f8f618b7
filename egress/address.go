package egress

import "net/netip"

// A Class is what an address is good for, as far as refusing it goes.
type Class uint8

// Public is the zero value. Unreadable is no address that we can judge.
const (
	Public Class = iota
	Loopback
	Private
	LinkLocal
	Metadata
	Multicast
	Unspecified
	Unreadable
)

func (c Class) String() string {
	switch c {
	case Public:
		return "it is a public address"
	case Loopback:
		return "it is a loopback address"
	case Private:
		return "it is a private or reserved address"
	case LinkLocal:
		return "it is a link-local address"
	case Metadata:
		return "it is an address of the cloud's metadata service"
	case Multicast:
		return "it is a multicast or broadcast address"
	case Unspecified:
		return "it stands for no particular host"
	}
	return "it is not an IP address"
}

func (c Class) always() bool { return c != Public && c != Loopback && c != Private }

// Classify tells what a is. An IPv4 address carried inside an IPv6 one
// (mapped, translated, 6to4, NAT64, Teredo, ISATAP) is judged as what it carries.
func Classify(a netip.Addr) Class {
	a = a.Unmap().WithZone("") // a Prefix contains no address with a zone
	switch {
	case !a.IsValid():
		return Unreadable
	case within(a, metadata[:]):
		return Metadata
	case a.IsLinkLocalUnicast():
		return LinkLocal
	case a.IsLoopback():
		return Loopback
	case a.IsMulticast() || a == broadcast:
		return Multicast
	case a.IsUnspecified() || thisNetwork.Contains(a):
		return Unspecified
	case a.IsPrivate() || within(a, private[:]):
		return Private
	}
	return carried(a)
}

// carried is the worst class of the IPv4 addresses that a may carry.
func carried(a netip.Addr) Class {
	worst := Public
	if !a.Is6() {
		return worst
	}
	b := a.As16()
	if teredo.Contains(a) { // the server's, and the client's inverted: RFC 4380 section 4
		worst = max(Classify(netip.AddrFrom4([4]byte(b[4:8]))), Classify(netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})))
	}
	if b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe { // ISATAP, RFC 5214 section 6.1
		worst = max(worst, Classify(netip.AddrFrom4([4]byte(b[12:]))))
	}
	for _, c := range carriers {
		if !c.prefix.Contains(a) {
			continue
		}
		for _, at := range c.at {
			v4 := netip.AddrFrom4([4]byte{b[at[0]], b[at[1]], b[at[2]], b[at[3]]})
			class := Classify(v4)
			if len(c.at) > 1 && (class == Unspecified || class == Multicast) {
				continue // most likely not the layout in use, and harmless if it is
			}
			worst = max(worst, class)
		}
	}
	return worst
}

func within(a netip.Addr, prefixes []netip.Prefix) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

var (
	broadcast   = netip.MustParseAddr("255.255.255.255")
	thisNetwork = netip.MustParsePrefix("0.0.0.0/8") // RFC 1122 section 3.2.1.3; Linux takes 0.0.0.0 for itself

	// Services that answer only the machine itself, with its credentials.
	metadata = [...]netip.Prefix{
		netip.MustParsePrefix("169.254.169.254/32"), // AWS, Azure, Google Cloud and most others
		netip.MustParsePrefix("169.254.170.0/24"),   // AWS: credentials of ECS tasks and EKS pods
		netip.MustParsePrefix("fd00:ec2::/32"),      // AWS: instance metadata, EKS pod identity
		netip.MustParsePrefix("fd20:ce::254/128"),   // Google Cloud
		netip.MustParsePrefix("100.100.100.200/32"), // Alibaba Cloud
		netip.MustParsePrefix("168.63.129.16/32"),   // Azure
		netip.MustParsePrefix("192.0.0.192/32"),     // Oracle Cloud
	}

	// What netip's IsPrivate (RFC 1918, RFC 4193) leaves out of what is not
	// globally reachable (www.iana.org/assignments/iana-ipv4-special-registry and
	// its IPv6 sister).
	private = [...]netip.Prefix{
		netip.MustParsePrefix("100.64.0.0/10"),   // RFC 6598, carrier-grade NAT
		netip.MustParsePrefix("192.0.0.0/24"),    // RFC 6890, protocol assignments
		netip.MustParsePrefix("192.0.2.0/24"),    // RFC 5737, documentation
		netip.MustParsePrefix("198.18.0.0/15"),   // RFC 2544, benchmarks
		netip.MustParsePrefix("198.51.100.0/24"), // RFC 5737
		netip.MustParsePrefix("203.0.113.0/24"),  // RFC 5737
		netip.MustParsePrefix("240.0.0.0/4"),     // RFC 1112, reserved
		netip.MustParsePrefix("fec0::/10"),       // RFC 3879, once site-local
		netip.MustParsePrefix("100::/64"),        // RFC 6666, discard
		netip.MustParsePrefix("2001:db8::/32"),   // RFC 3849, documentation
		netip.MustParsePrefix("3fff::/20"),       // RFC 9637, documentation
	}

	teredo = netip.MustParsePrefix("2001::/32")

	tail = [4]int{12, 13, 14, 15}

	// IPv6 addresses that carry an IPv4 address, and in which octets.
	carriers = [...]struct {
		prefix netip.Prefix
		at     [][4]int
	}{
		{netip.MustParsePrefix("::/96"), [][4]int{tail}},           // IPv4-compatible, RFC 4291 section 2.5.5.1
		{netip.MustParsePrefix("::ffff:0:0:0/96"), [][4]int{tail}}, // IPv4-translated, RFC 2765
		{netip.MustParsePrefix("64:ff9b::/96"), [][4]int{tail}},    // NAT64, RFC 6052
		{netip.MustParsePrefix("64:ff9b:1::/48"), [][4]int{ // local NAT64, RFC 8215: any layout of RFC 6052 section 2.2
			{6, 7, 9, 10}, {7, 9, 10, 11}, {9, 10, 11, 12}, tail}},
		{netip.MustParsePrefix("2002::/16"), [][4]int{{2, 3, 4, 5}}}, // 6to4, RFC 3056
	}
)
