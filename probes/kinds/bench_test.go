package kinds_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// BenchmarkBare is the least a net/http program does for a check over a new
// connection. BenchmarkHTTP must stay within 1.10 times of it, in time and bytes.
func BenchmarkBare(b *testing.B) {
	url := target(b)
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       (&net.Dialer{KeepAlive: -1}).DialContext,
	}}
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
		resp, err := client.Do(req.WithContext(ctx))
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
		resp.Body.Close()
		cancel()
	}
}

func BenchmarkHTTP(b *testing.B) { benchmarkHTTP(b) }

func BenchmarkHTTPExpectStatus(b *testing.B) {
	benchmarkHTTP(b, `status == 200`, `elapsed < duration("1m")`)
}

func BenchmarkHTTPExpectBody(b *testing.B) {
	benchmarkHTTP(b, `body.ok == true && headers["content-type"] == "application/json"`)
}

func benchmarkHTTP(b *testing.B, expect ...string) {
	s := kinds.HTTP{URL: target(b), Expect: expect}
	p := probe(b, s, kinds.NewEnv(kinds.Env{}))
	t := s.Targets()[0]
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
		if _, err := p.Check(ctx, t); err != nil {
			b.Fatal(err)
		}
		cancel()
	}
}

func BenchmarkTCP(b *testing.B) {
	s := kinds.TCP{Address: peer(b, func(c net.Conn) { io.Copy(io.Discard, c) })}
	p := probe(b, s, kinds.NewEnv(kinds.Env{}))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Check(b.Context(), s.Targets()[0]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkProbeMemory tells what a configured check holds while it waits.
func BenchmarkProbeMemory(b *testing.B) {
	env := kinds.NewEnv(kinds.Env{})
	s := kinds.HTTP{URL: "https://shop.example.com/", Expect: []string{`status == 200`, `elapsed < duration("800ms")`}}
	const many = 1000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		kept := make([]probes.Probe, many)
		for i := range kept {
			kept[i] = probe(b, s, env)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/many, "B/probe")
		runtime.KeepAlive(kept)
	}
}

// target answers with as little work of its own as it can, because the
// benchmarks pay for that too.
func target(b *testing.B) (url string) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}"
	return "http://" + peer(b, func(c net.Conn) {
		request := make([]byte, 1024)
		if _, err := c.Read(request); err == nil {
			io.WriteString(c, answer)
		}
	}) + "/"
}
