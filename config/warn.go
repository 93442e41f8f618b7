package config

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// warn adds to what does not keep the configuration from working, and will
// surprise somebody.
func (d *decoder) warn(at Pos, p path, format string, args ...any) {
	msg := oneLine(d.refs.hide(fmt.Sprintf(format, args...)))
	d.warnings = append(d.warnings, Error{at.File, at.Line, at.Col, p.shown(), msg})
}

// isSecret tells by its name whether a value is a secret, on its own or in a
// list. Names that end otherwise are those of files, addresses and users.
func isSecret(p path) bool {
	name := strings.ToLower(string(p))
	if strings.HasSuffix(name, "]") && !strings.HasSuffix(name, `"]`) {
		name = name[:strings.LastIndexByte(name, '[')]
	}
	name = strings.TrimRight(name[strings.LastIndexByte(name, '.')+1:], `"]`)
	if name == "key" {
		return true
	}
	for _, end := range [...]string{"authorization", "cookie", "password", "secret", "secrets", "token", "credential", "credentials",
		"api-key", "api_key", "apikey", "access-key", "access_key", "private_key", "subscription-key", "certificate_key"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// warnScalar looks at a value where it is written, before references are put in.
func (d *decoder) warnScalar(p path, s string) {
	at, password := d.pos(p).value, false
	if strings.Contains(s, "@") {
		if u, err := url.Parse(s); err == nil {
			_, password = u.User.Password()
		}
	}
	switch {
	case strings.HasSuffix(string(p), ".insecure_skip_verify") && s == "true":
		d.warn(at, p, "whoever stands in between can answer instead: verify, by server_name if the certificate is for another name")
	case password || isSecret(p) && s != "":
		d.secrets = append(d.secrets, p)
		if !reference.MatchString(s) {
			d.warn(at, p, "a secret in plain text: write ${file:/run/secrets/…} or ${env:…} instead")
		}
	}
}

// warnAll judges a configuration that is valid.
func (d *decoder) warnAll(c *Config) {
	d.warnServer(c)
	for i := range c.Checks {
		d.warnCheck(path("checks").item(i), &c.Checks[i])
	}
	for i := range c.Witnesses {
		d.warnCheck(path("witnesses").item(i), &c.Witnesses[i].Check)
	}
	d.warnUnused(c)
	d.warnCalendars(c)
	d.warnWitnesses(c)
	for i := range c.Gates {
		d.warnGate(path("gates").item(i), &c.Gates[i], c)
	}
}

func (d *decoder) warnServer(c *Config) {
	host, _, _ := net.SplitHostPort(c.Listen)
	switch {
	case loopback(host):
	case len(d.web.Users) == 0:
		d.warn(d.pos("listen").value, "listen", "everybody who reaches this address can read everything: listen on loopback, or give users and TLS with web_config")
	case len(d.web.TLS) == 0:
		d.warn(d.pos("web_config").value, "web_config", "passwords go over the network in plain text: give it a tls_server_config, or listen on loopback behind a proxy that speaks TLS")
	}
	if c.Instance == "" && len(c.Gates) > 0 {
		d.warn(d.pos("instance").value, "instance", "missing: nothing writes yet, but as soon as a gate may, this andon needs a name like shop-prod")
	}
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback() || host == "localhost"
}

func (d *decoder) warnCheck(p path, c *Check) {
	if d.given(p.key("timeout")) && c.Timeout > c.Every {
		d.warn(d.pos(p.key("timeout")).value, p.key("timeout"), "longer than the %s from start to start: starts that come due while a run lasts are missed", brief(c.Every))
	}
	settings := p.key(c.Kind)
	secret := slices.ContainsFunc(d.secrets, func(s path) bool { return strings.HasPrefix(string(s), string(settings)) })
	if u, err := url.Parse(address(c.Settings)); err == nil && u.Scheme == "http" && (secret || u.User != nil) && !loopback(u.Hostname()) {
		d.warn(d.pos(settings).value, settings, "credentials go over the network in plain text: ask by https://")
	}
}

func (d *decoder) warnUnused(c *Config) {
	used := map[string]bool{}
	for _, g := range c.Gates {
		for _, name := range g.Checks {
			used[name] = true
		}
	}
	for i, check := range c.Checks {
		if p := path("checks").item(i).key("name"); len(c.Gates) > 0 && !used[check.Name] {
			d.warn(d.pos(p).value, p, "no gate uses it: it is watched and shown, and stops nothing")
		}
	}
}

// warnWitnesses compares witnesses with the checks that they are to excuse.
func (d *decoder) warnWitnesses(c *Config) {
	if len(c.Checks) == 0 {
		return
	}
	fastest := slices.MinFunc(c.Checks, func(a, b Check) int { return cmp.Compare(a.Every, b.Every) })
	for i, w := range c.Witnesses {
		p := path("witnesses").item(i)
		if w.Every > fastest.Every {
			d.warn(d.pos(p.key("every")).value, p.key("every"), "it runs every %s, and %s every %s: while andon goes blind, that check may fall sick before this witness speaks; make it every %s",
				brief(w.Every), fastest.Name, brief(fastest.Every), brief(fastest.Every))
		}
	}
}
