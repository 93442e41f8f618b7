package kinds_test

import (
	"crypto/tls"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/andon-project/andon/probes/kinds"
)

// sslRequest asks PostgreSQL to go over to TLS
// (www.postgresql.org/docs/current/protocol-message-formats.html).
const sslRequest = "00 00 00 08 04 d2 16 2f"

// database is a peer like PostgreSQL: it answers an SSLRequest, nothing more or
// less, with one letter, and S is followed by TLS.
func database(config *tls.Config) func(net.Conn) {
	return func(c net.Conn) {
		asked := make([]byte, 8)
		if _, err := io.ReadFull(c, asked); err != nil || hex.EncodeToString(asked) != strings.ReplaceAll(sslRequest, " ", "") {
			return
		}
		if config == nil {
			tell(c, "N")
			io.Copy(io.Discard, c)
			return
		}
		if tell(c, "S") {
			s := tls.Server(c, config)
			if s.Handshake() == nil {
				io.Copy(io.Discard, s)
			}
		}
	}
}

func TestTCPPostgres(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	later := epoch.AddDate(0, 0, 30)
	env := kinds.Env{Roots: ca.pool(), Clock: atEpoch}
	speaks := peer(t, database(&tls.Config{Certificates: []tls.Certificate{ca.issue(t, later)}, Time: atEpoch}))
	steps := []kinds.Step{{SendHex: sslRequest, Expect: "^S", StartTLS: true}}
	facts, err := ask(t, kinds.TCP{Address: speaks, Steps: steps}, env)
	if err != nil || !facts.CertExpiry.Equal(later) || facts.Bytes != 1 {
		t.Errorf("%+v, %v", facts, err)
	}
	_, err = ask(t, kinds.TCP{Address: speaks, Steps: steps}, kinds.Env{Clock: atEpoch})
	failsWith(t, err, "tls", "an unknown authority")
	_, err = ask(t, kinds.TCP{Address: peer(t, database(nil)), Steps: []kinds.Step{{SendHex: sslRequest, Expect: "^S$|^N$"}}}, env)
	if err != nil {
		t.Error(err)
	}
}

func TestTCPSendHex(t *testing.T) {
	t.Parallel()
	address := peer(t, func(c net.Conn) {
		for b := make([]byte, 1); ; {
			if _, err := c.Read(b); err != nil || !tell(c, hex.EncodeToString(b)) {
				return
			}
		}
	})
	for _, sends := range []string{"00ff0a", "00 FF 0a", " 00ff\n0a ", "\t0 0f f0a"} {
		if _, err := ask(t, kinds.TCP{Address: address, Steps: []kinds.Step{{SendHex: sends, Expect: "^00ff0a"}}}, kinds.Env{}); err != nil {
			t.Errorf("%q: %v", sends, err)
		}
	}
	for sends, problem := range map[string]string{"0": "hexadecimal", "0x00": "hexadecimal", "zz": "hexadecimal", " ": "hexadecimal", strings.Repeat("00", 64<<10+1): "more than 65536"} {
		err := kinds.TCP{Address: address, Steps: []kinds.Step{{SendHex: sends}}}.Validate()
		if err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%.9q: %v", sends, err)
		}
	}
	if err := (kinds.TCP{Address: address, Steps: []kinds.Step{{Send: "a", SendHex: "00"}}}).Validate(); err == nil {
		t.Error("sends two things at once")
	}
}
