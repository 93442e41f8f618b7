package egress_test

import (
	"net/netip"
	"testing"

	"github.com/andon-project/andon/egress"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		addr string
		want egress.Class
	}{
		{"93.184.216.34", egress.Public},
		{"2606:2800:220:1::", egress.Public},
		{"169.253.255.255", egress.Public},
		{"169.255.0.0", egress.Public},
		{"100.128.0.1", egress.Public},
		{"64:ff9b::93.184.216.34", egress.Public},
		{"64:ff9b:1::93.184.216.34", egress.Public},
		{"64:ff9b:1:0:5d:b8d8:2200::", egress.Public}, // RFC 6052 /64
		{"2002:5db8:d822::1", egress.Public},
		{"2001:0:5db8:d822::a247:27dd", egress.Public}, // Teredo
		{"2606::5efe:5db8:d822", egress.Public},        // ISATAP

		{"127.0.0.1", egress.Loopback},
		{"127.255.255.254", egress.Loopback},
		{"::1", egress.Loopback},
		{"::ffff:127.0.0.1", egress.Loopback},
		{"64:ff9b::7f00:1", egress.Loopback},

		{"10.0.0.1", egress.Private},
		{"172.31.255.255", egress.Private},
		{"192.168.0.1", egress.Private},
		{"100.64.0.1", egress.Private},
		{"fd12:3456::1", egress.Private},
		{"fec0::1", egress.Private},
		{"::ffff:10.0.0.1", egress.Private},
		{"64:ff9b:1::10.0.0.1", egress.Private},

		{"192.0.0.8", egress.Private},
		{"192.0.2.1", egress.Private},
		{"198.19.0.1", egress.Private},
		{"240.0.0.1", egress.Private},
		{"2001:db8::1", egress.Private},
		{"2001:0:5db8:d822::f5ff:fffe", egress.Private}, // Teredo: 10.0.0.1 behind a public server

		{"169.254.0.1", egress.LinkLocal},
		{"169.254.255.255", egress.LinkLocal},
		{"169.254.169.253", egress.LinkLocal},
		{"fe80::1", egress.LinkLocal},
		{"febf:ffff::1", egress.LinkLocal},
		{"fe80::1%eth0", egress.LinkLocal},
		{"::169.254.1.1", egress.LinkLocal},
		{"2002:a9fe:101::1", egress.LinkLocal},

		{"169.254.169.254", egress.Metadata},
		{"169.254.170.2", egress.Metadata},
		{"169.254.170.23", egress.Metadata},
		{"fd00:ec2::254", egress.Metadata},
		{"fd00:ec2::23", egress.Metadata},
		{"fd00:ec2::254%eth0", egress.Metadata},
		{"fd20:ce::254", egress.Metadata},
		{"100.100.100.200", egress.Metadata},
		{"168.63.129.16", egress.Metadata},
		{"192.0.0.192", egress.Metadata},
		{"::ffff:169.254.169.254", egress.Metadata},
		{"::ffff:a9fe:a9fe", egress.Metadata},
		{"::ffff:100.100.100.200", egress.Metadata},
		{"::169.254.169.254", egress.Metadata},
		{"::ffff:0:a9fe:a9fe", egress.Metadata},
		{"2002:a9fe:a9fe::", egress.Metadata},
		{"2002:a9fe:a9fe:1:2:3:4:5", egress.Metadata},
		{"64:ff9b::a9fe:a9fe", egress.Metadata},
		{"64:ff9b::6464:64c8", egress.Metadata},
		{"64:ff9b:1::a9fe:a9fe", egress.Metadata},
		{"64:ff9b:1:a9fe:a9:fe00::", egress.Metadata},   // RFC 6052 /48
		{"64:ff9b:1:1a9:fe:a9fe::", egress.Metadata},    // RFC 6052 /56
		{"64:ff9b:1:2:a9:fea9:fe00:0", egress.Metadata}, // RFC 6052 /64
		{"64:ff9b::a9fe:a9fe%eth0", egress.Metadata},
		{"2001:0:a9fe:a9fe::f5ff:fffe", egress.Metadata}, // as a Teredo server
		{"2001:0:5db8:d822::5601:5601", egress.Metadata}, // behind one
		{"2606::5efe:a9fe:a9fe", egress.Metadata},        // ISATAP
		{"2606::200:5efe:a9fe:a9fe", egress.Metadata},

		{"224.0.0.1", egress.Multicast},
		{"239.255.255.250", egress.Multicast},
		{"255.255.255.255", egress.Multicast},
		{"ff02::1", egress.Multicast},
		{"::ffff:224.0.0.1", egress.Multicast},

		{"0.0.0.0", egress.Unspecified},
		{"0.1.2.3", egress.Unspecified},
		{"::", egress.Unspecified},
		{"::ffff:0.0.0.0", egress.Unspecified},
		{"64:ff9b::", egress.Unspecified},
	} {
		if got := egress.Classify(netip.MustParseAddr(tc.addr)); got != tc.want {
			t.Errorf("%s: %s; want: %s", tc.addr, got, tc.want)
		}
	}
	if got := egress.Classify(netip.Addr{}); got != egress.Unreadable {
		t.Errorf("the zero address: %s", got)
	}
}

// An IPv4 address is what it is, however it is carried.
func FuzzClassifyCarried(f *testing.F) {
	for _, seed := range []string{"169.254.169.254", "127.0.0.1", "10.1.2.3", "8.8.8.8", "0.0.0.1", "240.0.0.1"} {
		f.Add(netip.MustParseAddr(seed).AsSlice())
	}
	f.Fuzz(func(t *testing.T, v4 []byte) {
		if len(v4) != 4 {
			t.Skip()
		}
		plain := netip.AddrFrom4([4]byte(v4))
		want := egress.Classify(plain)
		for _, carrier := range []string{"::ffff:0:0", "::ffff:0:0:0", "64:ff9b::"} {
			b := netip.MustParseAddr(carrier).As16()
			copy(b[12:], v4)
			if got := egress.Classify(netip.AddrFrom16(b)); got != want {
				t.Errorf("%s carries %s: %s; want: %s", netip.AddrFrom16(b), plain, got, want)
			}
		}
	})
}
