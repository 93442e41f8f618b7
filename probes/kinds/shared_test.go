package kinds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/andon-project/andon/probes/kinds"
)

// Thousands of checks differ in their url alone: what they have in common is
// made once. To compile an expectation takes hundreds of allocations.
func TestEqualSettingsShare(t *testing.T) { // not parallel: it counts allocations
	env := kinds.NewEnv(kinds.Env{})
	set := kinds.HTTP{URL: "https://shop.example.com/", Headers: map[string]string{"A": "b"}, Expect: []string{`status == 200`, `elapsed < duration("800ms")`},
		Client: client(t, "basic_auth: {username: a, password: b}\ntls_config: {min_version: TLS12}\nproxy_url: http://a:1")}
	probe(t, set, env)
	if n := testing.AllocsPerRun(10, func() { probe(t, set, env) }); n > 60 {
		t.Errorf("the next probe takes %g allocations", n)
	}
}

// What two checks have not in common is not shared.
func TestUnequalSettingsDoNotShare(t *testing.T) {
	t.Parallel()
	s := serve(t, echo)
	env := kinds.NewEnv(kinds.Env{})
	for i := range 3 {
		for _, yaml := range []string{"authorization: {credentials: '%d'}", "http_headers: {X-Shop: {values: ['%d']}}", "basic_auth: {username: a, password: '%d'}"} {
			yaml = fmt.Sprintf(yaml, i)
			for range 2 {
				want, _ := ask(t, kinds.HTTP{URL: s.URL, Client: client(t, yaml)}, kinds.Env{})
				got, err := ask(t, kinds.HTTP{URL: s.URL, Client: client(t, yaml), Expect: []string{`text.contains("` + shown(yaml, i) + `")`}}, env)
				if err != nil || got.Bytes != want.Bytes {
					t.Errorf("%s: %v", yaml, err)
				}
			}
		}
	}
	for yaml, reason := range map[string]string{"enable_http2: true": "tls", "tls_config: {insecure_skip_verify: true}": ""} {
		peer := serveTLS(t, true, newAuthority(t).issue(t, epoch), hello)
		_, err := ask(t, kinds.HTTP{URL: peer.URL, Client: client(t, yaml)}, env)
		if reason != "" {
			failsWith(t, err, reason, "the certificate has expired")
		} else if err != nil {
			t.Error(err)
		}
	}
}

func shown(yaml string, i int) string {
	switch {
	case strings.HasPrefix(yaml, "authorization"):
		return fmt.Sprintf("Bearer %d|", i)
	case strings.HasPrefix(yaml, "http_headers"):
		return fmt.Sprintf("|%d|", i)
	}
	return "Basic " + []string{"YTow", "YTox", "YToy"}[i]
}
