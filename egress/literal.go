package egress

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// literal reads host as the address that it stands for without anybody being
// asked: the notations of netip, those of inet_aton(3) (one to four numbers,
// decimal, octal or hexadecimal, the last of which fills the rest), and names
// that RFC 6761 or a cloud fix.
func literal(host string) (netip.Addr, bool) {
	host = strings.ToLower(strings.TrimRight(strings.Trim(host, "[]"), "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return a, true
	}
	switch {
	case host == "localhost" || strings.HasSuffix(host, ".localhost"):
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), true
	case host == "metadata.google.internal" || host == "instance-data.ec2.internal":
		return metadata[0].Addr(), true
	}
	return aton(host)
}

// literalPort is literal for host:port.
func literalPort(address string) (netip.AddrPort, bool) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, false
	}
	addr, ok := literal(host)
	n, _ := strconv.ParseUint(port, 10, 16) // a name of a port stays 0: nothing is allowed there more than elsewhere
	return netip.AddrPortFrom(addr, uint16(n)), ok
}

// aton is inet_aton(3), for what getaddrinfo(3) and so most proxies accept.
func aton(host string) (netip.Addr, bool) {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var v uint64
	for i, part := range parts {
		most := uint64(0xff)
		if i == len(parts)-1 {
			most = 1<<(8*(5-len(parts))) - 1
		}
		n, ok := number(part)
		if !ok || n > most {
			return netip.Addr{}, false
		}
		if i == len(parts)-1 {
			v = v<<(8*(5-len(parts))) | n
		} else {
			v = v<<8 | n
		}
	}
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}), true
}

// number reads C's notations: 0x10, 020, 16.
func number(s string) (uint64, bool) {
	base := 10
	switch {
	case strings.HasPrefix(s, "0x"):
		s, base = s[2:], 16
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	n, err := strconv.ParseUint(s, base, 32)
	return n, err == nil
}
