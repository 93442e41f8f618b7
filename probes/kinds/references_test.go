package kinds_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

func TestReferencesHide(t *testing.T) {
	t.Parallel()
	refs := kinds.References{"hunter2": "${env:A}", "hunter2/B c": "${file:b}", "env:": "${env:C}", "abc": "${env:SHORT}", "Qq\"\n": "${env:Q}"}
	for text, want := range map[string]string{
		"":                                    "",
		"nothing":                             "nothing",
		"hunter2 and hunter2":                 "${env:A} and ${env:A}",
		"hunter2/B c":                         "${file:b}",
		"hunter2%2FB+c, hunter2%2FB%20c":      "${file:b}, ${file:b}",
		"hunter2/b c":                         "${file:b}",
		"too few to be a secret: abc":         "too few to be a secret: abc",
		"cut: hunt… and hunter…":              "cut: ${env:A}… and ${env:A}…",
		"cut before there is much: hun…":      "cut before there is much: hun…",
		"quoted: Qq\\\"\\n, as it is: Qq\"\n": "quoted: ${env:Q}, as it is: ${env:Q}",
	} {
		if got := refs.Hide(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := kinds.References(nil).Hide("hunter2"); got != "hunter2" {
		t.Error(got)
	}
}

// The name of a target shows references as they are written, and is the same
// whatever they stand for.
func TestReferencesInNames(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"https://shop.test/hooks/${env:T}":                               "https://shop.test/hooks/${env:T}",
		"https://shop.test/${file:/run/secrets/t}/x?q=${env:T}#${env:T}": "https://shop.test/${file:/run/secrets/t}/x?…",
		"https://${env:U}:${env:T}@shop.test:8443/":                      "https://shop.test:8443/",
		"https://${env:U}:pass${file:a@b/c?d#e}@shop.test":               "https://shop.test",
		"${env:SHOP}":                                            "${env:SHOP}",
		"${env:SHOP}/api?key=hunter2":                            "${env:SHOP}/api?…",
		"https://${env:HOST}:${env:PORT}/a@b":                    "https://${env:HOST}:${env:PORT}/a@b",
		"${env:SCHEME}://mia:hunter2@shop.test/${env:T}#hunter2": "${env:SCHEME}://shop.test/${env:T}",
		"https://shop.test/\u202e${env:T}":                       `https://shop.test/\u202e${env:T}`,
	} {
		for _, value := range []string{"https://shop.test/" + secret, "https://" + secret + ".test/a?b"} {
			s := kinds.HTTP{URL: value}
			s.SetReferences(kinds.References{value: written, secret: "${env:T}"})
			if got := s.Targets()[0]; got.Name != want || got.Address != value || s.String() != "GET "+want {
				t.Errorf("%s: %+v, %s", written, got, s)
			}
		}
	}
	tcp, dns := kinds.TCP{Address: secret + ":1"}, kinds.DNS{Name: secret + ".test", Server: secret}
	tls := kinds.TLS{Address: secret + ":1"}
	tcp.SetReferences(kinds.References{secret + ":1": "${env:T}:1"})
	tls.SetReferences(kinds.References{secret + ":1": "${env:T}:1"})
	dns.SetReferences(kinds.References{secret + ".test": "${env:T}.test", secret: "${env:T}"})
	for want, s := range map[string]kinds.Settings{"${env:T}:1": tcp, "${env:T}:1 ": tls, "${env:T}.test A at ${env:T}": dns} {
		if got := s.Targets()[0]; got.Name != strings.TrimSpace(want) || leaks(got.Address) == "" || leaks(fmt.Sprintf("%v %#v", s, s)) != "" {
			t.Errorf("%+v, %v", got, s)
		}
	}
}

// An expectation, a pattern and a record are shown as they are written, and what
// is met on the way does not show what references stand for.
func TestReferencesInFailures(t *testing.T) {
	t.Parallel()
	refs := kinds.References{secret: "${env:T}"}
	quote := func(value string) string {
		refs[value] = strings.NewReplacer(secret, "${env:T}", strings.ToUpper(secret), "${env:T}").Replace(value)
		return value
	}
	echo := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("go") {
			http.Redirect(w, r, "http://"+secret+".test/", http.StatusFound)
		}
		io.WriteString(w, `{"a": 1}`)
	}).URL
	long := quote(`text == "` + strings.Repeat(secret, 20) + `"`)
	long1 := quote(`text == "` + strings.Repeat("x", 66) + secret + `"`)
	greets := peer(t, func(c net.Conn) { tell(c, "220 "+secret+"\n"); io.Copy(io.Discard, c) })
	records := network{udp: zone(t, `shop.test. 1 IN TXT "is `+secret+`"`)}
	env := kinds.Env{Dialer: &egress.Dialer{Resolver: nxdomain(t)}}
	web := func(expect string) *kinds.HTTP {
		return &kinds.HTTP{URL: quote(echo + "/" + secret), Expect: []string{quote(expect)}}
	}
	for _, tc := range []struct {
		set  kinds.Settings
		env  kinds.Env
		text string
	}{
		{web(`headers["a"] == "` + secret + `"`), env, `expected headers["a"] == "${env:T}", but it cannot be judged, because there is no key a`},
		{web(`body.` + secret + ` == 1`), env, `expected body.${env:T} == 1, but it cannot be judged, because a key is missing`},
		{web(long), env, `expected text == "${env:T}${env:T}`},
		{web(long1), env, `expected text == "xxxxx`},
		{&kinds.HTTP{URL: quote("http://" + secret + ".test/")}, env, "${env:T}.test"},
		{&kinds.HTTP{URL: quote(echo + "/" + secret + "?go=1")}, env, "lookup ${env:T}.test"},
		{&kinds.HTTP{URL: "http://shop.test/", Client: client(t, "proxy_url: http://"+secret+".test:3128")}, env, "lookup ${env:T}.test"},
		{&kinds.HTTP{URL: "http://shop.test/", Client: client(t, "oauth2: {client_id: a, client_secret: b, token_url: 'http://"+secret+".test/"+secret+"'}")}, env, "no token from http://${env:T}.test: "},
		{&kinds.TCP{Address: greets, Steps: []kinds.Step{{Expect: quote("^220 " + secret + "$")}, {Send: secret + "\r\n", Expect: quote("^a" + secret)}}}, env, "waiting for what step 2 expects"},
		{&kinds.TCP{Address: quote(secret + ".test:1")}, env, "lookup ${env:T}.test"},
		{&kinds.TLS{Address: quote(secret + ".test:1")}, env, "lookup ${env:T}.test"},
		{&kinds.DNS{Name: "shop.test", Type: "TXT", Server: "192.0.2.53", Answers: []string{quote("not " + secret)}}, kinds.Env{Dialer: records}, "expected the answer not ${env:T}, but answers were is ${env:T}"},
		{&kinds.DNS{Name: "shop.test", Type: "TXT", Server: "192.0.2.53", Expect: []string{quote(`"` + secret + `" in answers`)}}, kinds.Env{Dialer: records}, `expected "${env:T}" in answers, but answers were is ${env:T}`},
		{&kinds.DNS{Name: quote(strings.ToUpper(secret) + ".test"), Server: "192.0.2.53"}, kinds.Env{Dialer: records}, "${env:T}"},
	} {
		tc.set.(interface{ SetReferences(kinds.References) }).SetReferences(refs)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		facts, err := probe(t, tc.set, tc.env).Check(ctx, tc.set.Targets()[0])
		cancel()
		if err == nil || !strings.Contains(err.Error(), tc.text) || probes.Reason(err) == "other" {
			t.Errorf("%v: %v, want %q", tc.set, err, tc.text)
		}
		shown := everyForm(t, tc.set, facts, err)
		if expects, ok := tc.set.(interface{ Expects() []string }); ok {
			shown += strings.Join(expects.Expects(), "\n")
		}
		if leaks(shown) != "" {
			t.Errorf("shows %q: %s", leaks(shown), shown)
		}
	}
}

// A mistake in what references are a part of shows no part of them.
func TestReferencesInMistakes(t *testing.T) {
	t.Parallel()
	refs := kinds.References{}
	quote := func(value string) string {
		refs[value] = strings.ReplaceAll(value, secret, "${env:T}")
		return value
	}
	for _, s := range []kinds.Settings{
		&kinds.HTTP{URL: "http://shop.test/", Expect: []string{quote(`status == ` + secret), quote(`"` + secret + ``), quote(secret + "'#")}},
		&kinds.DNS{Name: "shop.test", Expect: []string{quote(`rcode == 1` + secret)}},
		&kinds.TCP{Address: "a:1", Steps: []kinds.Step{{Expect: quote("(" + secret)}, {Expect: quote(`\y` + secret + "**")}}},
		&kinds.TCP{Address: "a:1", Steps: []kinds.Step{{SendHex: quote("00" + secret)}, {Send: secret, SendHex: "00"}}},
	} {
		s.(interface{ SetReferences(kinds.References) }).SetReferences(refs)
		if err := s.Validate(); err == nil || leaks(err.Error()) != "" || strings.Contains(err.Error(), "unt") {
			t.Errorf("%v: %v", s, err)
		}
	}
}

// An address that came by a reference is not shown as what was connected to.
func TestReferencesInRemote(t *testing.T) {
	t.Parallel()
	address := peer(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	for want, refs := range map[string]kinds.References{
		"${env:DB}":         {address: "${env:DB}"},
		"${env:IP}:" + port: {host: "${env:IP}", address: "${env:IP}:" + port},
		address:             {port: "${env:PORT}"},
	} {
		s := kinds.TCP{Address: address}
		s.SetReferences(refs)
		if facts, err := ask(t, s, kinds.Env{}); err != nil || facts.Remote != want {
			t.Errorf("%+v, %v, want %s", facts, err, want)
		}
	}
}
