package main

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/probes"
)

// An outlook is what a configuration will do, as a program reads it. Durations
// are written like 1m30s.
type outlook struct {
	File     string    `json:"file"`
	Valid    bool      `json:"valid"`
	Errors   []mistake `json:"errors"`
	Warnings []mistake `json:"warnings"`
	*effects           // nil if it is not valid
}

// effects are what a valid configuration has.
type effects struct {
	Replaced  []replacement `json:"replaced"` // by variables and flags
	Instance  string        `json:"instance,omitempty"`
	Listen    string        `json:"listen,omitempty"`
	Data      string        `json:"data,omitempty"`
	MaxOpens  string        `json:"max_opens,omitempty"`
	WebConfig string        `json:"web_config,omitempty"`
	Writers   []string      `json:"writers"`
	Egress    egressOutlook `json:"egress"`

	Checks    []checkOutlook    `json:"checks"`
	Witnesses []checkOutlook    `json:"witnesses"`
	Calendars []calendarOutlook `json:"calendars"`
	Gates     []gateOutlook     `json:"gates"`
}

// A mistake has line 0 where File is a variable or a flag.
type mistake struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

type replacement struct {
	Path string `json:"path"`
	By   string `json:"by"`
}

type egressOutlook struct {
	RefusePrivate  bool `json:"refuse_private"`
	RefuseLoopback bool `json:"refuse_loopback"`
}

type checkOutlook struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Network  string   `json:"network,omitempty"` // of a witness
	Asks     []string `json:"asks"`              // its targets
	Expects  []string `json:"expects"`           // all of these to be true, beside that it answers in time
	Every    string   `json:"every"`             // of a cron schedule the shortest time between two starts
	Cron     string   `json:"cron,omitempty"`
	Timezone string   `json:"timezone,omitempty"`
	Timeout  string   `json:"timeout"`

	Next      []time.Time `json:"next"` // three starts of a cron schedule; others begin when the daemon does
	Down      int         `json:"down"`
	Of        int         `json:"of"`
	Up        int         `json:"up"`
	Unhealthy string      `json:"unhealthy_after"` // the first failure, at the earliest
	Healthy   string      `json:"healthy_after"`   // the first pass after that, at the earliest
	Stale     string      `json:"stale_after"`     // the last result, when nothing is known
	Gates     []string    `json:"gates"`           // that use it

	zone *time.Location
}

// outlookOf tells what becomes of a configuration that was loaded, or of err.
func outlookOf(file string, cfg *config.Config, calendars calendar.Snapshot, err error, now time.Time) outlook {
	o := outlook{File: file, Valid: err == nil, Errors: mistakes(nil), Warnings: mistakes(nil)}
	var all config.Errors
	switch {
	case errors.As(err, &all):
		o.Errors = mistakes(all)
		return o
	case err != nil:
		o.Errors = []mistake{{File: file, Message: err.Error()}}
		return o
	}
	o.Warnings, o.effects = mistakes(cfg.WarningsAt(now)), effectsOf(cfg, calendars, now)
	return o
}

func effectsOf(cfg *config.Config, calendars calendar.Snapshot, now time.Time) *effects {
	o := &effects{Instance: cfg.Instance, Listen: cfg.Listen, Data: cfg.Data, MaxOpens: cfg.MaxOpens.String(), WebConfig: cfg.WebConfig,
		Writers: append([]string{}, cfg.Writers...), Egress: egressOutlook(cfg.Egress), Replaced: []replacement{},
		Checks: []checkOutlook{}, Witnesses: []checkOutlook{}, Calendars: []calendarOutlook{}, Gates: []gateOutlook{}}
	for _, path := range slices.Sorted(maps.Keys(cfg.Replaced)) {
		o.Replaced = append(o.Replaced, replacement{path, cfg.Replaced[path]})
	}
	for _, c := range cfg.Checks {
		o.Checks = append(o.Checks, checkOutlookOf(c, "", cfg.Gates, now))
	}
	for _, w := range cfg.Witnesses {
		o.Witnesses = append(o.Witnesses, checkOutlookOf(w.Check, w.Network, nil, now))
	}
	for _, c := range cfg.Calendars {
		o.Calendars = append(o.Calendars, calendarOutlookOf(c, calendars[c.Name], cfg.Gates, now))
	}
	for _, g := range cfg.Gates {
		o.Gates = append(o.Gates, gateOutlookOf(g, cfg.Checks))
	}
	return o
}

func mistakes(all config.Errors) []mistake {
	list := make([]mistake, 0, len(all))
	for _, e := range all {
		list = append(list, mistake{e.File, e.Line, e.Col, e.Path, e.Msg})
	}
	return list
}

func checkOutlookOf(c config.Check, network string, all []config.Gate, now time.Time) checkOutlook {
	o := checkOutlook{Name: c.Name, Kind: c.Kind, Network: network, Asks: []string{}, Expects: []string{}, Every: span(c.Every), Cron: c.Cron, Timezone: c.Timezone,
		Timeout: span(c.Timeout), Next: []time.Time{}, Down: c.Down.N, Of: c.Down.Of, Up: c.Up, Gates: []string{},
		Unhealthy: span(untilUnhealthy(c)), Healthy: span(time.Duration(c.Up-1) * c.Every), Stale: span(probes.DefaultPolicy(c.Every, c.Timeout).Stale), zone: time.UTC}
	for _, t := range c.Settings.Targets() {
		o.Asks = append(o.Asks, t.Name)
	}
	if s, ok := c.Settings.(interface{ Expects() []string }); ok {
		o.Expects = append(o.Expects, s.Expects()...)
	}
	if c.Cron != "" {
		for t := c.Schedule.Next(now); len(o.Next) < 3; t = c.Schedule.Next(t) {
			o.Next = append(o.Next, t.UTC())
		}
		if zone, err := time.LoadLocation(c.Timezone); err == nil {
			o.zone = zone
		}
	}
	for _, g := range all {
		if slices.Contains(g.Checks, c.Name) {
			o.Gates = append(o.Gates, g.Name)
		}
	}
	return o
}

// untilUnhealthy is from the start of the first failing run to that of the one
// that makes it unhealthy, if all in between fail.
func untilUnhealthy(c config.Check) time.Duration { return time.Duration(c.Down.N-1) * c.Every }

// span is a duration without the zeros at its end.
func span(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
