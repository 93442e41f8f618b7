package kinds_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// Whatever a server sends in place of a handshake, the run ends with one line.
func FuzzHandshake(f *testing.F) {
	server := &tls.Config{Certificates: []tls.Certificate{newAuthority(f).issue(f, epoch)}, Time: atEpoch}
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS12, tls.VersionTLS13} {
		config := server.Clone()
		config.MinVersion, config.MaxVersion = version, version
		f.Add(flight(f, config))
	}
	for _, text := range []string{"", "220 mail\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "\x15\x03\x01\x00\x02\x02\x28", "\x16\x03\x03\xff\xff"} {
		f.Add([]byte(text))
	}
	set := kinds.TLS{Address: "192.0.2.1:443", Secure: kinds.Secure{MinVersion: "TLS10"}}
	f.Fuzz(func(t *testing.T, flight []byte) {
		p := probe(t, set, kinds.Env{Clock: atEpoch, Dialer: pipe(func(c net.Conn) {
			go io.Copy(io.Discard, c)
			c.Write(flight)
		})})
		_, err := p.Check(t.Context(), set.Targets()[0])
		if err == nil {
			t.Fatal("passed without a handshake")
		}
		presentable(t, err)
		if reason := probes.Reason(err); !slices.Contains([]string{"tls", "protocol", "connect"}, reason) {
			t.Errorf("%s: %v", reason, err)
		}
	})
}

// flight is what a server sends before the client has to answer.
func flight(f *testing.F, config *tls.Config) []byte {
	ours, theirs := net.Pipe()
	defer ours.Close()
	go tls.Server(theirs, config).Handshake()
	var all bytes.Buffer
	c := tls.Client(recorder{ours, &all}, &tls.Config{MinVersion: config.MinVersion, ServerName: "192.0.2.1", Time: atEpoch})
	if c.Handshake() == nil {
		f.Fatal("trusted")
	}
	return all.Bytes()
}

// A recorder keeps what is read.
type recorder struct {
	net.Conn
	to *bytes.Buffer
}

func (r recorder) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.to.Write(b[:n])
	return n, err
}

// Whatever a peer says, and is expected to say, the run ends with one line or a
// pass, and does not quote the peer.
func FuzzSteps(f *testing.F) {
	f.Add("^220 .*\n", "", "220 mail\r\n", false)
	f.Add("(?i)a|b{2,3}$", "00 ff", "x\xff\x00aBbb", true)
	f.Add("S", "0000000804d2162f", "S\x15\x03\x01\x00\x02\x02\x28", true)
	f.Fuzz(func(t *testing.T, expect, sends, says string, starttls bool) {
		set := kinds.TCP{Address: "192.0.2.1:25", Steps: []kinds.Step{{SendHex: sends, Expect: expect, StartTLS: starttls}}}
		if err := set.Validate(); err != nil {
			for line := range strings.Lines(err.Error()) {
				presentable(t, errors.New(strings.TrimSuffix(line, "\n")))
			}
			return
		}
		p := probe(t, set, kinds.Env{Dialer: pipe(func(c net.Conn) {
			go io.Copy(io.Discard, c)
			io.WriteString(c, says)
		})})
		facts, err := p.Check(t.Context(), set.Targets()[0])
		if facts.Elapsed < 0 || facts.Elapsed > time.Minute || facts.Bytes > int64(len(says)) {
			t.Errorf("%+v", facts)
		}
		if err != nil {
			presentable(t, err)
		}
	})
}

// References are hidden wherever the text has them whole, and nothing else is lost.
func FuzzHide(f *testing.F) {
	f.Add("lookup hunter2.test", "hunter2", "${env:A}", "test")
	f.Add("hunt… ${env:B}", "hunter2", "${env:A}", "env:B")
	f.Fuzz(func(t *testing.T, text, a, written, b string) {
		refs := kinds.References{a: "<1>", b: "<2>"}
		got := refs.Hide(text)
		for _, secret := range []string{a, b} {
			if len(secret) >= 4 && !strings.ContainsAny(secret, "<12>…") && strings.Contains(got, secret) {
				t.Errorf("%q with %q: %q", text, refs, got)
			}
		}
		if !strings.ContainsAny(got, "<>") && got != text {
			t.Errorf("%q became %q", text, got)
		}
		s := kinds.HTTP{URL: "http://a.test/"}
		s.SetReferences(kinds.References{s.URL: written})
		if name := s.Targets()[0].Name; strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q is named %q", written, name)
		}
	})
}
