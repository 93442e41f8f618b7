package config

import (
	"errors"
	"maps"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a check may ask for. Policies remember no more runs than maxRuns.
const (
	minEvery   = 100 * time.Millisecond
	maxEvery   = 24 * time.Hour
	minTimeout = 10 * time.Millisecond
	maxTimeout = 10 * time.Minute
	maxRuns    = 1000
)

var (
	namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,39}$`)
	hostPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$`)
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
		if _, err := netip.ParseAddr(h); err != nil && !hostPattern.MatchString(h) {
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

func (d *decoder) checkCheck(p path, c *Check) {
	c.Pos = d.pos(p).value
	d.checkName(p.key("name"), c.Name)
	d.checkRange(p.key("every"), c.Every, minEvery, maxEvery)
	timeout := p.key("timeout")
	switch {
	case !d.given(timeout):
		c.Timeout = min(max(c.Every, 3*time.Second), 10*time.Second)
	case c.Timeout < minTimeout:
		d.report(timeout, "want at least %s, got %s", minTimeout, c.Timeout)
	case c.Timeout > maxTimeout:
		d.report(timeout, "want at most %s, got %s", maxTimeout, c.Timeout)
	}
	if n, of := c.Down.N, c.Down.Of; n < 1 || of < n || of > maxRuns {
		d.report(p.key("down"), "want 1 to %d failures among at least as many runs, like 3 of 5, got %q", maxRuns, c.Down.String())
	}
	if c.Up < 1 || c.Up > maxRuns {
		d.report(p.key("up"), "want 1 to %d passes in a row, got %d", maxRuns, c.Up)
	}
	d.checkKind(p, c)
}

func (d *decoder) checkKind(p path, c *Check) {
	if c.Settings == nil {
		kinds := slices.Sorted(maps.Keys(d.kinds))
		if !slices.ContainsFunc(kinds, func(k string) bool { return d.failed[p.key(k)] }) {
			d.report(p, "a check asks something: add one of its kinds, %s", strings.Join(kinds, " or "))
		}
		return
	}
	if !d.failed[p.key(c.Kind)] {
		d.settings(p.key(c.Kind), c.Settings.Validate())
	}
}

// settings reports the errors of a kind's settings, joined or single. An error
// that knows its field is placed there.
func (d *decoder) settings(p path, err error) {
	if err == nil {
		return
	}
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range all.Unwrap() {
			d.settings(p, e)
		}
		return
	}
	var f interface{ Field() string }
	msg := err.Error()
	if errors.As(err, &f) && f.Field() != "" {
		p = p.field(f.Field())
		msg = strings.TrimPrefix(msg, f.Field()+": ")
	}
	d.report(p, "%s", msg)
}

// checkRange refuses durations outside min to max.
func (d *decoder) checkRange(p path, v, least, most time.Duration) {
	if v < least || v > most {
		d.report(p, "want %s to %s, got %s", brief(least), brief(most), brief(v))
	}
}

// brief is a duration without the zero minutes and seconds at its end.
func brief(v time.Duration) string {
	s := v.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}
