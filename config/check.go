package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/andon-project/andon/probes/kinds"
)

// What a check may ask for. Policies remember no more runs than maxRuns.
const (
	minEvery   = 100 * time.Millisecond
	maxEvery   = 24 * time.Hour
	minTimeout = 10 * time.Millisecond
	maxTimeout = 10 * time.Minute
	maxRuns    = 1000
)

// A Check is one question to production, asked on a schedule.
type Check struct {
	Name     string        `koanf:"name"`     // lower case letters, digits, dots, hyphens; at most 40
	Every    time.Duration `koanf:"every"`    // from start to start, 100ms to 24h; with cron the shortest there is
	Cron     string        `koanf:"cron"`     // when to start, instead of every: minute, hour, day, month, weekday; or a word like @hourly
	Timezone string        `koanf:"timezone"` // whose wall clock cron goes by, an IANA name; default UTC
	Timeout  time.Duration `koanf:"timeout"`  // of one run; starts that come due while it lasts are missed
	Down     Down          `koanf:"down"`     // failures among the last runs that make it unhealthy; a plain 3 is three in a row
	Up       int           `koanf:"up"`       // passes in a row after which it is healthy again

	Schedule cron.Schedule  `koanf:"-"` // what Every or Cron mean; never nil
	Kind     string         `koanf:"-"` // the key the settings stood under, such as http
	Settings kinds.Settings `koanf:"-"` // valid; never nil
	Pos      Pos            `koanf:"-"`
}

// check is the check itself, also of a struct that embeds it.
func (c *Check) check() *Check { return c }

// The timeout depends on every, so Config.check fills it in.
func (c *Check) defaults() {
	c.Every = 30 * time.Second
	c.Down = Down{N: 3, Of: 5}
	c.Up = 10
}

// Down is how many failures among how many runs make a target unhealthy.
type Down struct{ N, Of int }

// UnmarshalText reads `3 of 5`, or `3` for three in a row.
func (d *Down) UnmarshalText(text []byte) error {
	first, second, both := strings.Cut(string(text), "of")
	if !both {
		second = first
	}
	n, err := strconv.Atoi(strings.TrimSpace(first))
	of, err2 := strconv.Atoi(strings.TrimSpace(second))
	if err != nil || err2 != nil {
		return fmt.Errorf("want failures of runs like 3 of 5, or a number like 3")
	}
	*d = Down{n, of}
	return nil
}

// String is what UnmarshalText reads.
func (d Down) String() string { return fmt.Sprintf("%d of %d", d.N, d.Of) }

func (d *decoder) checkCheck(p path, c *Check) {
	c.Pos = d.pos(p).value
	d.checkName(p.key("name"), c.Name)
	d.checkSchedule(p, c)
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
		d.settings(p.key(c.Kind), d.env.Validate(c.Settings))
	}
}

// settings reports the errors of a kind's settings, joined or single.
func (d *decoder) settings(p path, err error) {
	for _, e := range each(err) {
		in, msg := placed(p, e)
		d.report(in, "%s", msg)
	}
}

// each is the errors that err joins, err alone if it joins none.
func each(err error) []error {
	all, ok := err.(interface{ Unwrap() []error })
	switch {
	case err == nil:
		return nil
	case !ok:
		return []error{err}
	}
	var single []error
	for _, e := range all.Unwrap() {
		single = append(single, each(e)...)
	}
	return single
}

// placed is where an error in something at p belongs, and what it says. It knows
// its field, or is about the whole.
func placed(p path, err error) (path, string) {
	var f interface{ Field() string }
	if errors.As(err, &f) && f.Field() != "" {
		return p.field(f.Field()), strings.TrimPrefix(err.Error(), f.Field()+": ")
	}
	return p, err.Error()
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
