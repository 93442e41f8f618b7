package egress_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/andon-project/andon/egress"
)

// What a proxy is asked to connect to is judged by its text, in every notation
// that inet_aton(3), which most proxies use, reads as an address.
func TestJudge(t *testing.T) {
	t.Parallel()
	strict := &egress.Dialer{RefuseLoopback: true, RefusePrivate: true}
	for _, host := range strings.Fields(`
		169.254.169.254 169.254.169.254. [::ffff:169.254.169.254] ::ffff:a9fe:a9fe fe80::1%eth0
		2852039166 0xa9fea9fe 0XA9FEA9FE 025177524776 169.16689662 169.254.43518 0xa9.254.0251.0xfe 0251.0376.0251.0376
		0xa9.0xfe.0xa9.0xfe 169.0xfea9fe 0 0.0.0.0 0x0 00 255.255.255.255 0xffffffff 4294967295 224.1
		metadata.google.internal METADATA.google.internal. instance-data.ec2.internal fd00:ec2::254
	`) {
		if err := new(egress.Dialer).Judge(host); !isRefused(err) {
			t.Errorf("%s: %v, want refused", host, err)
		}
	}
	for _, host := range strings.Fields("127.1 127.0.0.1 0177.1 0x7f.1 2130706433 localhost LOCALHOST. shop.localhost ::1 10.1 0xa.1 192.168.257 fd12::1 64:ff9b::7f00:1") {
		if err := new(egress.Dialer).Judge(host); err != nil {
			t.Errorf("%s: %v, want allowed", host, err)
		}
		if err := strict.Judge(host); !isRefused(err) {
			t.Errorf("%s: %v, want refused by choice", host, err)
		}
	}
	for _, host := range strings.Fields("shop.example.com 93.184.216.34 1.1.1.1.1 0x1g 256.256.256.256 4294967296 1..1 08 99999999999999999999 a.localhost.example 127.0.0.1.example 2606:2800:220:1::") {
		if err := strict.Judge(host); err != nil {
			t.Errorf("%s: %v, want allowed", host, err)
		}
	}
}

func isRefused(err error) bool {
	_, ok := errors.AsType[*egress.RefusedError](err)
	return ok
}
