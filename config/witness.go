package config

import (
	"cmp"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/andon-project/andon/probes/kinds"
)

// A Witness is a check of something that is known to be up. When several of
// them fail, in different networks, it is andon that cannot see.
type Witness struct {
	Check
	Network string `koanf:"network"` // those with the same one fail together; default the target's host
}

var networkPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?$`)

func (d *decoder) checkWitness(p path, w *Witness) {
	d.checkCheck(p, &w.Check)
	network := p.key("network")
	switch {
	case !d.given(network):
		w.Network = cmp.Or(d.hostOf(w.Settings), "this-machine") // a resolver of its own
	case len(w.Network) > maxHost || !networkPattern.MatchString(w.Network):
		d.report(network, "want a word for what it shares with others, like provider-a, %s", got(network, w.Network))
	}
}

// hostOf is the host that s asks, or what stands for it where it came by a
// reference: the same for the same host, however it is written.
func (d *decoder) hostOf(s kinds.Settings) string {
	h := host(address(s))
	if h == "" || d.hosts[h] != "" {
		return d.hosts[h]
	}
	d.hosts[h] = h
	if name := s.Targets()[0].Name; !strings.Contains(name, h) {
		d.hosts[h] = cmp.Or(reference.FindString(name), h)
	}
	return d.hosts[h]
}

// address is that of the first target of s, "" if there is none.
func address(s kinds.Settings) string {
	if s == nil || len(s.Targets()) == 0 {
		return ""
	}
	return s.Targets()[0].Address
}

// host is the part of an address that others may share.
func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	if h, _, err := net.SplitHostPort(address); err == nil {
		return h
	}
	return address
}
