package kinds_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/probes/kinds"
)

// HTTP/2 frames (RFC 9113 section 6), written by hand: no library writes what
// is not allowed.
const (
	frameData, frameHeaders, frameReset, frameSettings = 0x0, 0x1, 0x3, 0x4
	framePush, framePing, frameGoAway, frameWindow     = 0x5, 0x6, 0x7, 0x8
	frameContinuation                                  = 0x9

	endStream, endHeaders = 0x1, 0x4
)

func frame(kind, flags byte, stream uint32, payload string) string {
	head := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags}
	return string(binary.BigEndian.AppendUint32(head, stream)) + payload
}

// field is a header field in HPACK, never indexed (RFC 7541 section 6.2.3);
// name and value are shorter than 127.
func field(name, value string) string {
	return "\x10" + string(rune(len(name))) + name + string(rune(len(value))) + value
}

const (
	status200 = "\x88"                  // indexed, RFC 7541 appendix A
	status103 = "\x08\x03103"           // :status by the name's index
	bigTable  = "\x40\x01a\x7f\x81\x1e" // a: 4000 bytes, to be indexed; the bytes follow
)

func good() string { return frame(frameHeaders, endHeaders, 1, status200) }

// TestHTTP2Hostile: whatever frames come, the run ends in time with a reason,
// and nothing of it is left.
func TestHTTP2Hostile(t *testing.T) {
	t.Parallel()
	kilo := strings.Repeat("x", 1000)
	for _, tc := range []struct {
		name   string
		first  string
		again  string // for ever, every millisecond
		reason string
		text   string
	}{
		{"continues a header for ever", frame(frameHeaders, 0, 1, status200+field("a", kilo[:100])), frame(frameContinuation, 0, 1, strings.Repeat(field("a", kilo[:100]), 100)), "protocol", ""},
		{"continues with nothing for ever", frame(frameHeaders, 0, 1, status200), frame(frameContinuation, 0, 1, ""), "", ""},
		{"has a header bomb", frame(frameHeaders, endHeaders, 1, status200+bigTable+strings.Repeat("x", 3997)+strings.Repeat("\xbe", 10000)), "", "protocol", ""},
		{"pings for ever", "", frame(framePing, 0, 0, "12345678"), "timeout", "while waiting for the response header"},
		{"settles for ever", "", frame(frameSettings, 0, 0, "\x00\x04\x00\x01\x00\x00"), "timeout", ""},
		{"widens the window for ever", "", frame(frameWindow, 0, 0, "\x7f\xff\xff\xff"), "protocol", ""},
		{"is always early", "", frame(frameHeaders, endHeaders, 1, status103), "protocol", "more than 10 informational (1xx) answers"},
		{"pushes", frame(framePush, endHeaders, 1, "\x00\x00\x00\x02"+status200), "", "protocol", ""},
		{"resets", frame(frameReset, 0, 1, "\x00\x00\x00\x02"), "", "protocol", ""},
		{"goes away", frame(frameGoAway, 0, 0, "\x00\x00\x00\x00\x00\x00\x00\x02"+secret), "", "protocol", ""},
		{"sends frames of 16 MiB", "\xff\xff\xff\x00\x00\x00\x00\x00\x01", kilo, "protocol", ""},
		{"sends no frames", secret + "\r\n\r\n" + kilo, "", "protocol", ""},
		{"answers another stream", frame(frameHeaders, endHeaders|endStream, 7, status200), "", "timeout", ""},
		{"has a bad header", frame(frameHeaders, endHeaders, 1, status200+field("A", "\n"+secret)), "", "protocol", ""},
		{"has no status", frame(frameHeaders, endHeaders|endStream, 1, field("a", secret)), "", "protocol", ""},
		{"never ends the body", good(), frame(frameData, 0, 1, kilo), "body", "longer than 100000 bytes"},
		{"sends a body of nothing for ever", good(), frame(frameData, 0, 1, ""), "timeout", "while reading the body"},
		{"pads for ever", good(), frame(frameData, 0x8, 1, "\xff"+strings.Repeat("\x00", 255)), "", ""},
		{"resets in the body", good() + frame(frameData, 0, 1, "x") + frame(frameReset, 0, 1, "\x00\x00\x00\x02"), "", "body", ""},
		{"has a trailer bomb", good() + frame(frameHeaders, endHeaders|endStream, 1, bigTable+strings.Repeat("x", 3997)+strings.Repeat("\xbe", 10000)), "", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer letPeersEnd()
				ca := newAuthority(t)
				dialer := pipe(speaksHTTP2(ca.issue(t, epoch.AddDate(0, 0, 1)), tc.first, tc.again))
				set := kinds.HTTP{URL: "https://192.0.2.1", MaxBytes: 100_000, Client: client(t, "tls_config: {insecure_skip_verify: true}")}
				p := probe(t, set, kinds.Env{Dialer: dialer})
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				begun := time.Now()
				_, err := p.Check(ctx, set.Targets()[0])
				if took := time.Since(begun); took > 3*time.Second {
					t.Errorf("took %s", took)
				}
				if tc.reason != "" {
					failsWith(t, err, tc.reason, tc.text)
				}
				if err != nil && leaks(err.Error()) != "" {
					t.Error(err)
				}
			})
		})
	}
}

// speaksHTTP2 sends first, and then again and again until nobody listens.
func speaksHTTP2(cert tls.Certificate, first, again string) func(net.Conn) {
	return func(c net.Conn) {
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2"}})
		preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
		if _, err := io.ReadFull(s, preface); err != nil {
			return
		}
		gone := make(chan struct{})
		go func() {
			io.Copy(io.Discard, s)
			close(gone)
		}()
		_, err := io.WriteString(s, frame(frameSettings, 0, 0, "")+frame(frameSettings, 1, 0, ""))
		time.Sleep(time.Millisecond) // until the request is on its way
		if err == nil {
			_, err = io.WriteString(s, first)
		}
		for err == nil && again != "" {
			time.Sleep(time.Millisecond)
			_, err = io.WriteString(s, again)
		}
		<-gone
	}
}

// The same for HTTP/1.1: nothing that a server repeats is read without an end.
func TestHTTP1Hostile(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		first  string
		again  string
		reason string
		text   string
	}{
		{"is always early", "", "HTTP/1.1 103 Early Hints\r\nLink: " + secret + "\r\n\r\n", "protocol", "more than 10 informational (1xx) answers"},
		{"is early with much to say", "", "HTTP/1.1 103 Early Hints\r\nLink: " + strings.Repeat("x", 100_000) + "\r\n\r\n", "protocol", ""},
		{"tells a status for ever", "HTTP/1.1 200 ", secret, "protocol", ""},
		{"tells a field for ever", "HTTP/1.1 200 OK\r\nA: ", secret, "protocol", ""},
		{"tells fields for ever", "HTTP/1.1 200 OK\r\n", "A: b\r\n", "protocol", ""},
		{"tells a chunk's size for ever", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0", "body", ""},
		{"extends a chunk for ever", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", secret, "body", ""},
		{"sends small chunks for ever", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1;" + strings.Repeat("x", 1000) + "\r\nx\r\n", "body", ""},
		{"has a trailer for ever", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n0\r\n", "A: " + secret + "\r\n", "body", ""},
		{"has a body for ever", "HTTP/1.1 200 OK\r\n\r\n", "x", "body", "longer than 100000 bytes"},
		{"switches protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", secret, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			set := kinds.HTTP{MaxBytes: 100_000, URL: "http://" + peer(t, func(c net.Conn) {
				says(tc.first)(c)
				block := bytes.Repeat([]byte(tc.again), 1+10_000/len(tc.again))
				for err := error(nil); err == nil; {
					_, err = c.Write(block)
				}
			})}
			_, err := ask(t, set, kinds.Env{})
			if tc.reason != "" {
				failsWith(t, err, tc.reason, tc.text)
			} else if err == nil {
				t.Error("passed")
			}
			if leaks(fmt.Sprint(err)) != "" {
				t.Error(err)
			}
		})
	}
}

// Only gzip is asked for, so nothing else is undone.
func TestOtherCodingsAreNotUndone(t *testing.T) {
	t.Parallel()
	for _, coding := range []string{"br", "zstd", "deflate", "gzip, gzip", "identity"} {
		answer := "HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\nContent-Length: 4\r\n\r\nraw!"
		set := kinds.HTTP{URL: "http://" + peer(t, says(answer)), Expect: []string{`text == "raw!"`}}
		if _, err := ask(t, set, kinds.Env{}); err != nil {
			t.Errorf("%s: %v", coding, err)
		}
	}
}
