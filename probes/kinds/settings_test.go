package kinds_test

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/andon-project/andon/probes/kinds"
)

func TestTable(t *testing.T) {
	t.Parallel()
	table := kinds.Table()
	if got, want := slices.Sorted(maps.Keys(table)), []string{"dns", "http", "tcp"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for name, settings := range table {
		if settings() == settings() {
			t.Errorf("%s: two checks would share their settings", name)
		}
		if err := settings().Validate(); err == nil {
			t.Errorf("%s: empty settings are valid", name)
		}
		if _, err := settings().Probe(kinds.Env{}); err == nil {
			t.Errorf("%s: empty settings make a probe", name)
		}
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	for _, s := range []kinds.Settings{
		kinds.HTTP{URL: "https://shop.example.com"},
		kinds.HTTP{URL: "http://user:pw@[2001:db8::1]:8080/a?b=c#d"},
		kinds.HTTP{URL: "https://shop.example.com/", Method: "PROPFIND", Headers: map[string]string{"X-A": "ü\t"}},
		kinds.TCP{Address: "db.example.com:5432"},
		kinds.TCP{Address: "[::1]:1"},
	} {
		if err := s.Validate(); err != nil {
			t.Errorf("%#v: %v", s, err)
		}
	}
}

// Every mistake is a sentence that says what to write, at its field.
func TestInvalid(t *testing.T) {
	t.Parallel()
	const fine = "https://shop.example.com/"
	for _, tc := range []struct {
		settings kinds.Settings
		field    string
		problem  string
	}{
		{kinds.HTTP{}, "url", "is missing; write one such as https://shop.example.com/"},
		{kinds.HTTP{URL: "shop.example.com"}, "url", "does not begin with http:// or https://"},
		{kinds.HTTP{URL: "shop.example.com:443/x"}, "url", "does not begin with"},
		{kinds.HTTP{URL: "https://"}, "url", "names no host; write it after https://"},
		{kinds.HTTP{URL: "https://:80/"}, "url", "names no host"},
		{kinds.HTTP{URL: "https://a b/"}, "url", "is not a URL"},
		{kinds.HTTP{URL: "https://bücher.example/"}, "url", "xn--"},
		{kinds.HTTP{URL: "https://shop:70000/"}, "url", `port "70000" is not a number from 1 to 65535`},
		{kinds.HTTP{URL: fine, Method: "get"}, "method", `"get" cannot be sent; write one such as GET, HEAD or POST`},
		{kinds.HTTP{URL: fine, Method: "CONNECT"}, "method", `"CONNECT"`},
		{kinds.HTTP{URL: fine, Method: "G T"}, "method", `"G T"`},
		{kinds.HTTP{URL: fine, Headers: map[string]string{"a b": "c"}}, "headers.a b", "is not a header name"},
		{kinds.HTTP{URL: fine, Headers: map[string]string{"A": "b\r\nC: d"}}, "headers.A", "write it on one line"},
		{kinds.HTTP{URL: fine, Headers: map[string]string{"content-length": "3"}}, "headers.content-length", "Content-Length is set by andon itself; remove it"},
		{kinds.HTTP{URL: fine, MaxRedirects: -1}, "max_redirects", "follow_redirects: false"},
		{kinds.HTTP{URL: fine, MaxBytes: -1}, "max_bytes", "-1 is not from 1 to 67108864; write the largest body in bytes"},
		{kinds.HTTP{URL: fine, MaxBytes: math.MaxInt64}, "max_bytes", "is not from 1 to"},
		{kinds.HTTP{URL: fine, Headers: map[string]string{"X-A": "b", "x-a": "c"}}, "headers.x-a", "is given twice"},
		{kinds.HTTP{URL: fine, Client: client(t, "tls_config: {server_name: 'https://x'}")}, "client.tls_config.server_name", "write the name alone"},
		{kinds.HTTP{URL: fine, Expect: []string{"status == 200", "statuss == 200"}}, "expect[1]",
			"line 1, column 1: undeclared reference to 'statuss' (did you mean 'status'?); there are status, headers, body, text, elapsed and tls"},
		{kinds.HTTP{URL: fine, Expect: []string{"status = 200"}}, "expect[0]", "column 8: a single = compares nothing; write =="},
		{kinds.HTTP{URL: fine, Expect: []string{`status == "200"`}}, "expect[0]", "found no matching overload"},
		{kinds.HTTP{URL: fine, Expect: []string{"status"}}, "expect[0]", "gives int, not true or false; write a condition such as status == 200"},
		{kinds.HTTP{URL: fine, Expect: []string{" "}}, "expect[0]", "is empty; write a condition"},
		{kinds.HTTP{URL: fine, Expect: []string{`tls.days > 3`}}, "expect[0]", "undefined field 'days'; tls has expiry and days_left"},
		{kinds.HTTP{URL: fine, Expect: []string{`elapsed < duration("1 s")`}}, "expect[0]", "invalid duration"},
		{kinds.HTTP{URL: fine, Expect: []string{`text.matches("[")`}}, "expect[0]", "invalid matches argument"},
		{kinds.TCP{}, "address", "is missing; write host:port"},
		{kinds.TCP{Address: "db.example.com"}, "address", "is not host:port"},
		{kinds.TCP{Address: ":80"}, "address", "names no host"},
		{kinds.TCP{Address: "bücher.example:80"}, "address", "xn--"},
		{kinds.TCP{Address: "db:http"}, "address", `port "http" is not a number from 1 to 65535`},
		{kinds.TCP{Address: "db:0"}, "address", `port "0"`},
	} {
		err := tc.settings.Validate()
		where, ok := errors.AsType[interface {
			error
			Field() string
		}](err)
		if !ok {
			t.Errorf("%s: %v, want an error with a field", tc.problem, err)
			continue
		}
		if where.Field() != tc.field || !strings.Contains(err.Error(), tc.problem) {
			t.Errorf("%s at %s\nwant %s at %s", err, where.Field(), tc.problem, tc.field)
		}
	}
}

func TestInvalidAllAtOnce(t *testing.T) {
	t.Parallel()
	err := kinds.HTTP{Method: "get", MaxBytes: -1, Expect: []string{"a", "status == 200", "b == c"}}.Validate()
	for _, want := range []string{"url: ", "method: ", "max_bytes: ", "expect[0]: ", "expect[2]: line 1, column 1", "expect[2]: line 1, column 6"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %s", err, want)
		}
	}
}
