package config

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// maxHost is the longest name DNS can carry (RFC 1035, section 2.3.4). A bound
// this high in a pattern would cost a hundred kilobytes for as long as andon runs.
const maxHost = 253

var (
	namePattern     = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,39}$`)
	calendarPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)
	hostPattern     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)
)

// check judges what has been decoded, and fills in the defaults that depend on
// other values.
func (d *decoder) check(c *Config) {
	if d.given("instance") {
		d.checkName("instance", c.Instance)
	}
	d.checkListen(c.Listen)
	d.checkHosts(c.Hosts)
	if c.Data == "" {
		d.report("data", "want the folder of the journal, like ./andon-data, got nothing")
	}
	d.checkCallers("principals", c.Principals)
	d.checkCallers("machines", c.Machines)

	names := map[string]path{}
	for i := range c.Checks {
		p := path("checks").item(i)
		d.checkCheck(p, &c.Checks[i])
		d.checkUnique(p.key("name"), c.Checks[i].Name, names)
	}
	for i := range c.Witnesses {
		p := path("witnesses").item(i)
		d.checkWitness(p, &c.Witnesses[i])
		d.checkUnique(p.key("name"), c.Witnesses[i].Name, names)
	}
	d.checkRate("max_opens", c.MaxOpens)
	d.checkWeb(c)
	d.checkCalendars(c)
	d.checkGates(c)
}

func (d *decoder) checkName(p path, name string) {
	switch {
	case !d.given(p):
		d.report(p, "missing: give it a name like shop-prod")
	case !namePattern.MatchString(name):
		d.report(p, "want a name of 1 to 40 lower case letters, digits, dots and hyphens that begins with a letter or digit, %s", got(p, name))
	}
}

// checkUnique refuses a name that another of the same list has.
func (d *decoder) checkUnique(p path, name string, names map[string]path) {
	if name == "" {
		return
	}
	if first, taken := names[name]; taken {
		d.report(p, "%q is already the name of %s (%s): rename one", name, first.parent().shown(), d.pos(first).value)
		return
	}
	names[name] = p
}

func (d *decoder) checkListen(listen string) {
	_, port, err := net.SplitHostPort(listen)
	if n, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil || n > 65535 {
		d.report("listen", "want host:port like 127.0.0.1:9797, %s", got("listen", listen))
	}
}

// checkHosts refuses what no Host header can be. A port is no part of a name:
// whatever is in front of andon may listen on another.
func (d *decoder) checkHosts(hosts []string) {
	for i, h := range hosts {
		if _, err := netip.ParseAddr(h); err != nil && (len(h) > maxHost || !hostPattern.MatchString(h)) {
			p := path("hosts").item(i)
			d.report(p, "want a name or address without port, like andon.example.com, %s", got(p, h))
		}
	}
}

// checkCallers judges lists of what lastChangedBy is compared with.
func (d *decoder) checkCallers(p path, callers []string) {
	for i, c := range callers {
		if p == "principals" && !strings.HasPrefix(c, "arn:") {
			d.report(p.item(i), "want the ARN of a role or user of andon's own, like arn:aws:iam::123456789012:role/andon, %s", got(p, c))
			continue
		}
		if c == "" || len(c) > 2048 || strings.ContainsAny(c, " \t\r\n") {
			d.report(p.item(i), "want the ARN of a role or user, or the name of a service like CloudFormation, %s", got(p, c))
		}
	}
}
