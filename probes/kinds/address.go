package kinds

import (
	"fmt"
	"net"
	"strconv"
)

// hostPort returns what is wrong with an address, or "".
func hostPort(address string) string {
	const example = `write host:port, such as db.example.com:5432 or "[2001:db8::1]:5432"`
	if address == "" {
		return "is missing; " + example
	}
	host, port, err := net.SplitHostPort(address)
	switch {
	case err != nil:
		return "is not host:port; " + example
	case host == "":
		return "names no host; " + example
	case !ascii(host):
		return "has a host that is not ASCII; write its xn-- form"
	}
	return badPort(port)
}

func badPort(port string) string {
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Sprintf("port %q is not a number from 1 to 65535", printable(port, 20))
	}
	return ""
}
