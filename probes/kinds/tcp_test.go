package kinds_test

import (
	"io"
	"net"
	"testing"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

func TestTCPPasses(t *testing.T) {
	t.Parallel()
	address := peer(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := ask(t, kinds.TCP{Address: "localhost:" + port}, kinds.Env{})
	if err != nil || facts.Remote != address {
		t.Errorf("%+v, %v, want remote %s", facts, err, address)
	}
	if got := names(facts.Phases); len(got) != 2 || got[0] != "resolve" || got[1] != "connect" {
		t.Errorf("phases %v, want resolve, connect", got)
	}
	if _, err := probe(t, kinds.TCP{Address: address}, kinds.Env{}).Check(t.Context(), probes.Target{}); err != nil {
		t.Errorf("without a target of its own: %v", err)
	}
}

func TestTCPRefusedAddress(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		address string
		dialer  *egress.Dialer
	}{
		{"169.254.169.254:80", nil},
		{"[::ffff:169.254.169.254]:80", nil},
		{"127.0.0.1:80", &egress.Dialer{RefuseLoopback: true}},
	} {
		var env kinds.Env
		if tc.dialer != nil {
			env.Dialer = tc.dialer
		}
		_, err := ask(t, kinds.TCP{Address: tc.address}, env)
		failsWith(t, err, "refused-address", "refused to connect to ")
	}
}
