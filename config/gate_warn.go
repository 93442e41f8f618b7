package config

import (
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/gates"
)

func (d *decoder) warnGate(p path, g *Gate, c *Config) {
	if g.CodePipeline.Approval != "" {
		d.warnApproval(p, g, c)
	} else {
		d.warnTransition(p, g, c)
	}
	d.warnSilent(p.key("checks"), g, c)
}

func (d *decoder) warnTransition(p path, g *Gate, c *Config) {
	closes, opens := slices.Contains(g.May, gates.Close), slices.Contains(g.May, gates.Open)
	if closes && len(g.Checks) > 0 {
		d.warnBlindness(p.key("may"), "it may close", c)
	}
	if g.OnBlind == gates.CloseBlind && !closes && networks(c.Witnesses) < 2 {
		d.warn(d.pos(p.key("on_blind")).value, p.key("on_blind"), "andon never knows that it is blind without witnesses in two networks: add them under `witnesses:`")
	}
	d.warnHalf(p.key("may"), closes, opens, "close", "open")
}

func (d *decoder) warnApproval(p path, g *Gate, c *Config) {
	approves, rejects := slices.Contains(g.May, gates.Approve), slices.Contains(g.May, gates.Reject)
	if rejects && len(g.Checks) > 0 && g.OnUnhealthy == gates.RejectReply {
		d.warnBlindness(p.key("on_unhealthy"), "it rejects", c)
	}
	if rejects {
		d.warnHalf(p.key("may"), approves, rejects, "approve", "reject")
		return
	}
	for _, key := range []struct {
		name    string
		rejects bool
	}{{"on_black", g.OnBlack == gates.RejectReply}, {"on_unhealthy", g.OnUnhealthy == gates.RejectReply}, {"yield", g.Yield}} {
		if in := p.key(key.name); key.rejects && g.Writes() {
			d.warn(d.pos(in).value, in, "the gate may not reject, so it lets the release wait: list reject under its may")
		}
	}
}

// warnBlindness tells that what a gate does for sick production it may do for its
// own blindness.
func (d *decoder) warnBlindness(at path, does string, c *Config) {
	switch networks(c.Witnesses) {
	case 0:
		d.warn(d.pos(at).value, at, "%s, and without witnesses andon takes its own blindness for sick production: add two under `witnesses:`, in different networks", does)
	case 1:
		d.warn(d.pos(at).value, at, "%s, and with witnesses in one network alone andon takes its own blindness for sick production: add one in another network", does)
	}
}

// warnHalf tells that a gate may do one of two things alone.
func (d *decoder) warnHalf(may path, one, other bool, word, opposite string) {
	if one == other {
		return
	}
	if other {
		word, opposite = opposite, word
	}
	d.warn(d.pos(may).value, may, "it may %s and never %s: a person has to do that", word, opposite)
}

// networks is in how many different networks there are witnesses.
func networks(ws []Witness) int {
	names := map[string]bool{}
	for _, w := range ws {
		names[w.Network] = true
	}
	return len(names)
}

// warnSilent tells when a gate's checks do not run for so long that nothing is
// known.
func (d *decoder) warnSilent(p path, g *Gate, c *Config) {
	var silent []string
	for _, check := range c.Checks {
		if slices.Contains(g.Checks, check.Name) && pauses(check) {
			silent = append(silent, check.Name)
		}
	}
	at, opens, neither := d.pos(p).value, "open", "neither closes nor opens"
	if g.CodePipeline.Approval != "" {
		opens, neither = "approve", "approves nothing"
	}
	switch {
	case len(silent) == 0:
	case len(silent) == len(g.Checks):
		d.warn(at, p, "at times none of them has run for so long that nothing is known, and the gate %s: add one that runs always", neither)
	default:
		d.warn(at, p, "the gate does not %s while %s has not run for so long that nothing is known of it", opens, strings.Join(silent, " or "))
	}
}

// pauses tells whether a check at times does not start for so long that its
// last result grows old. It looks at every moment of ten days, and at every
// half day of a year.
func pauses(c Check) bool {
	if c.Cron == "" {
		return false
	}
	old := 3*c.Every + c.Timeout
	year := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
	for _, look := range []struct{ length, step time.Duration }{{10 * 24 * time.Hour, old}, {366 * 24 * time.Hour, 12 * time.Hour}} {
		for t := year; t.Before(year.Add(look.length)); t = t.Add(look.step) {
			if c.Schedule.Next(t).Sub(t) > old {
				return true
			}
		}
	}
	return false
}
