package config

import (
	"testing"

	"github.com/andon-project/andon/probes/kinds"
)

// What witnesses share with others is by default the host that they ask.
func TestWitnessNetworks(t *testing.T) {
	t.Parallel()
	const file = `witnesses:
- {name: a, dns: {name: example.com, server: 1.1.1.1}}
- {name: b, dns: {name: example.com, server: "2001:db8::53"}}
- {name: c, dns: {name: example.com, server: "dns.example.com:853", transport: tls}}
- {name: d, dns: {name: example.com}}
- {name: e, network: office, dns: {name: example.com}}
- {name: f, http: {url: "https://example.com:8443/"}}
`
	c, err := load("andon.yaml", []byte(file), Overrides{}, kinds.Table())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"1.1.1.1", "2001:db8::53", "dns.example.com", "this-machine", "office", "example.com"} {
		if got := c.Witnesses[i].Network; got != want {
			t.Errorf("%s: %q, want %q", c.Witnesses[i].Name, got, want)
		}
	}
}

// A host that came by a reference is not shown, and is one network all the same.
func TestWitnessNetworksOfReferences(t *testing.T) {
	t.Parallel()
	const file = `witnesses:
- {name: a, dns: {name: example.com, server: "${env:A}"}}
- {name: b, tcp: {address: "${env:A}:443"}}
- {name: c, tcp: {address: "${env:A_PORT}"}}
- {name: d, http: {url: "${env:A_URL}/x"}}
- {name: e, http: {url: "${env:B_URL}/x?y"}}
- {name: f, http: {url: "https://b.test/${env:A}"}}
- {name: g, http: {url: "https://c.test/${env:A}"}}
`
	c, err := load("andon.yaml", []byte(file), Overrides{Environ: []string{"A=192.0.2.1", "A_PORT=192.0.2.1:25", "A_URL=http://192.0.2.1/", "B_URL=http://b.test"}}, kinds.Table())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"${env:A}", "${env:A}", "${env:A}", "${env:A}", "${env:B_URL}", "${env:B_URL}", "c.test"} {
		if got := c.Witnesses[i].Network; got != want {
			t.Errorf("%s: %q, want %q", c.Witnesses[i].Name, got, want)
		}
	}
}
