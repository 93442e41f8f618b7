package kinds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

const order = `{"ok":true,"n":3,"half":0.5,"none":null,"s":"secret","list":[1,2,3],"m":{"k":"v"}}`

func TestExpect(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Many"] = []string{"a", "b"}
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, order)
	})
	for _, tc := range []struct {
		expect string
		text   string // "" passes
	}{
		{`status == 418 && status > 400.5`, ""},
		{`body.ok`, ""},
		{`body.n == 3 && body.n > 2 && body.half < 1`, ""},
		{`body.none == null && body.m.k == "v" && body.list[0] == 1 && size(body.list) == 3`, ""},
		{`body.list.exists(x, x == 2) && !has(body.gone)`, ""},
		{`headers["x-many"] == "a, b" && !("x-none" in headers)`, ""},
		{`text.matches("^.*secret.*$")`, ""},
		{`body.gone.x == 1 || status == 418`, ""},

		{`status == 200`, "expected status == 200, but status was 418"},
		{`body.n > 3`, "expected body.n > 3, but it does not hold"},
		{`text.contains("nothing")`, `expected text.contains("nothing"), but it does not hold`},
		{`headers["x-none"] == "y"`, "it cannot be judged, because there is no key x-none"},
		{`body.m.x == 1`, "expected body.m.x == 1, but it cannot be judged, because there is no key x"},
		{`body.list[7] == 1`, "a list is shorter than it needs"},
		{`body.n + 1 == 4`, "its types do not fit (JSON numbers are doubles: 1.0, not 1)"},
		{`status / 0 == 1`, "it divides by zero, status was 418"},
		{`int(body.s) == 3`, "a value cannot be used as it demands"},
		{`body[body.s] == 3`, "a key is missing"},
		{`body.s`, "it gives a string, not true or false"},
		{`tls.days_left > 3`, "the answer did not come over TLS"},
		{`status == 200 && text != "` + strings.Repeat("long ", 50) + `"`, "…, but status was 418"},
		{"status == 200 && text != '''\n\u202e'''", `expected status == 200 && text != '''\n\u202e''', but status was 418`},
	} {
		_, err := ask(t, kinds.HTTP{URL: s.URL, Expect: []string{"status < 500", tc.expect}}, kinds.Env{})
		if tc.text == "" {
			if err != nil {
				t.Errorf("%s: %v", tc.expect, err)
			}
			continue
		}
		failsWith(t, err, "expect", tc.text)
		if n := len([]rune(err.Error())); n > 200 || strings.Contains(err.Error(), "secret") {
			t.Errorf("%d runes: %v", n, err)
		}
	}
}

// A body may be as hostile as it likes: the cost is limited.
func TestExpectCost(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "["+strings.Repeat("1,", 5000)+"1]")
	})
	_, err := ask(t, kinds.HTTP{URL: s.URL, Expect: []string{`body.all(a, body.all(b, body.all(c, a == b && b == c)))`}}, kinds.Env{})
	failsWith(t, err, "expect", "it costs too much on an answer of this size; make it simpler")
}

func FuzzExpect(f *testing.F) {
	f.Add(`body.ok && status == 200`, []byte(order))
	f.Add(`body.list.all(x, x > headers.size())`, []byte(`{"list":[[],{}]}`))
	f.Add(`text.matches(text) || body == text`, []byte(`"a+"`))
	f.Add("int(body) == 1 || elapsed < duration(text)", []byte("\xff\x00\u2028"))
	f.Add(`tls.expiry > timestamp(text)`, []byte(`2026-11-20T00:00:00Z`))
	f.Fuzz(func(t *testing.T, expression string, body []byte) {
		s := kinds.HTTP{URL: "http://192.0.2.1/", Expect: []string{expression}, MaxBytes: 1 << 16}
		if err := s.Validate(); err != nil {
			for line := range strings.Lines(err.Error()) {
				presentable(t, errors.New(strings.TrimSuffix(line, "\n")))
			}
			return
		}
		head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(body))
		if _, err := ask(t, s, kinds.Env{Dialer: pipe(says(head + string(body)))}); err != nil {
			presentable(t, err)
		}
	})
}

// Whatever a server sends, the run ends, with one line or a pass.
func FuzzResponse(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	f.Add("HTTP/1.1 302 Found\r\nLocation: //\x00\r\n\r\n")
	f.Add("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
	f.Add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n1\r\n\x1f\r\n0\r\n\r\n")
	f.Add("HTTP/1.0 299 \xff\r\nSet-Cookie: a=\x01\r\n\r\n")
	f.Fuzz(func(t *testing.T, answer string) {
		s := kinds.HTTP{URL: "http://192.0.2.1/", Expect: []string{"status == 200 && body.ok && headers.size() > 0"}}
		p := probe(t, s, kinds.Env{Dialer: pipe(says(answer))})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if _, err := p.Check(ctx, probes.Target{}); err != nil {
			presentable(t, err)
			if errors.Is(err, probes.ErrInconclusive) {
				t.Error(err)
			}
		}
	})
}
