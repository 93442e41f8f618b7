package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever has to give back a hold at night does not have the secrets of the
// checks at hand.
func TestLoadGatesForgivesTheChecks(t *testing.T) {
	t.Parallel()
	const file = `
instance: shop
web_config: not-mounted.yaml
writers: [mia]
witnesses:
- {name: resolver, tcp: {address: "${env:RESOLVER}"}}
checks:
- {name: login, http: {url: "https://shop.test/", headers: {Authorization: "Bearer ${env:TOKEN}"}}}
gates:
- {name: production, may: [close, open], checks: [login], codepipeline: {pipeline: shop, transition: Production}}
`
	path := filepath.Join(t.TempDir(), "andon.yaml")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(file)
	if _, err := Load(path, Overrides{}); err == nil {
		t.Error("Load takes a configuration whose secret is missing")
	}
	c, err := LoadGates(path, Overrides{})
	if err != nil || len(c.Gates) != 1 || c.Gates[0].CodePipeline.Stage() != "Production" {
		t.Errorf("LoadGates: %+v, %v", c, err)
	}
	write(strings.Replace(file, "transition:", "transitoin:", 1))
	if _, err := LoadGates(path, Overrides{}); err == nil || !strings.Contains(err.Error(), "transition") {
		t.Errorf("a mistake in a gate: %v", err)
	}
}
