package config

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/probes/kinds"
)

// How often a source of a calendar may be asked, and how long its last good copy
// may be believed.
const (
	usualSourceEvery = 5 * time.Minute
	minSourceEvery   = 10 * time.Second
	maxSourceEvery   = 24 * time.Hour
	usualStaleAfter  = 24 * time.Hour
	maxStaleAfter    = 90 * 24 * time.Hour
)

// A Calendar is times in which no release may start.
type Calendar struct {
	calendar.Settings

	Calendar *calendar.Calendar `koanf:"-"` // what they mean, before any source was read; never nil
	Pos      Pos                `koanf:"-"`

	windows    []Pos // where each stands
	references kinds.References
}

// Hide is text with references as they are written, in place of what they stand for.
func (c Calendar) Hide(text string) string { return c.references.Hide(text) }

// checkCalendars judges calendars, and makes them of their settings.
func (d *decoder) checkCalendars(c *Config) {
	names := map[string]path{}
	for i := range c.Calendars {
		p := path("calendars").item(i)
		d.checkCalendar(p, &c.Calendars[i])
		d.checkUnique(p.key("name"), c.Calendars[i].Name, names)
	}
}

func (d *decoder) checkCalendar(p path, c *Calendar) {
	c.Pos, c.references = d.pos(p).value, d.refs.known
	d.checkCalendarName(p.key("name"), c.Name)
	if in := p.key("timezone"); d.given(in) {
		c.Timezone = d.zone(in, c.Timezone).String()
	} else {
		d.report(in, "missing: say by whose clock its days begin, like `timezone: Asia/Tokyo`")
	}
	if len(c.Windows) == 0 {
		d.report(p.key("windows"), "a calendar without windows says nothing: write at least one, like `- {name: black-friday, from: 2026-11-20, to: 2026-11-30}`")
	}
	d.keepSecrets(c)
	names := map[string]path{}
	for i := range c.Windows {
		in, w := p.key("windows").item(i), &c.Windows[i]
		c.windows = append(c.windows, d.pos(in).value)
		d.checkWindowName(in.key("name"), i, w)
		d.checkUnique(in.key("name"), w.Name, names)
		if zone := in.key("timezone"); d.given(zone) {
			w.Timezone = d.zone(zone, w.Timezone).String()
		}
		d.checkSource(in, w)
	}
	var err error
	if c.Calendar, err = calendar.New(c.Settings); err != nil {
		d.calendarErrors(p, err)
	}
}

// checkCalendarName: it stands in addresses of pages and feeds.
func (d *decoder) checkCalendarName(p path, name string) {
	switch {
	case !d.given(p):
		d.report(p, "missing: give it a name like blackdays")
	case !calendarPattern.MatchString(name):
		d.report(p, "want a name of 1 to 40 letters, digits, dots, hyphens and underscores that begins with a letter or digit, %s", got(p, name))
	}
}

// longestLabel is how many characters the name of a window may have.
const longestLabel = 60

// isLabel: a window's name is for people, and stands nowhere that is read by programs.
func isLabel(name string) bool {
	return name != "" && name == strings.TrimSpace(name) && utf8.RuneCountInString(name) <= longestLabel && !strings.ContainsFunc(name, unseen)
}

func unseen(r rune) bool { return !unicode.IsPrint(r) }

// checkWindowName names a window by its place where it has no name. What is known of a
// source is kept under its window's name, which must not change when others come and go.
func (d *decoder) checkWindowName(p path, i int, w *calendar.Window) {
	switch {
	case d.given(p) && !isLabel(w.Name):
		d.report(p, "want a name of 1 to %d characters that can be seen, %s", longestLabel, got(p, w.Name))
	case d.given(p):
	case w.ICS != nil || w.SSM != nil:
		d.report(p, "missing: give it a name like marketing")
	default:
		w.Name = "window-" + strconv.Itoa(i+1)
	}
}

// calendarErrors reports what calendars have to say of a calendar's settings. That
// something lacks what could not be understood in it is a consequence.
func (d *decoder) calendarErrors(p path, err error) {
	for _, e := range each(err) {
		in, msg := placed(p, e)
		if !d.around[in] {
			d.report(in, "%s", msg)
		}
	}
}

// checkSource fills in how often a source is read, and makes the name of a file
// relative to the folder of the configuration.
func (d *decoder) checkSource(p path, s *calendar.Window) {
	if s.ICS != nil {
		in := p.key("ics")
		s.ICS.File = d.inFolder(s.ICS.File)
		d.checkAddress(in, *s.ICS)
		d.checkRegion(in.key("region"), s.ICS.Region)
		d.checkTold(in, &s.ICS.Every, &s.ICS.StaleAfter)
	}
	if s.SSM != nil {
		in := p.key("ssm")
		if name := in.key("name"); s.SSM.Name != "" && !documentPattern.MatchString(s.SSM.Name) {
			d.report(name, "want the name or the ARN of a Change Calendar, 3 to 128 letters, digits and _ - . : /, %s", got(name, s.SSM.Name))
		}
		d.checkRegion(in.key("region"), s.SSM.Region)
		d.checkTold(in, &s.SSM.Every, &s.SSM.StaleAfter)
	}
}

// What addresses of calendars may be, and names of documents by the SSM service
// model (GetDocument).
var (
	feedPattern     = regexp.MustCompile(`^(?i:https|webcals?)://[^/?#]+`)
	objectPattern   = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+$`)
	documentPattern = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{3,128}$`)
)

func (d *decoder) checkAddress(p path, i calendar.ICS) {
	url, s3 := p.key("url"), p.key("s3")
	if i.URL != "" && !feedPattern.MatchString(i.URL) {
		d.report(url, "want an address that begins with https:// or webcal://, %s", got(url, i.URL))
	}
	if i.S3 != "" && !objectPattern.MatchString(i.S3) {
		d.report(s3, "want a bucket and a key like s3://calendars/freeze.ics, %s", got(s3, i.S3))
	}
	if i.Region != "" && i.S3 == "" && (i.File != "" || i.URL != "") {
		d.reportAt(d.pos(p.key("region")).key, p.key("region"), "a region belongs to s3: remove it")
	}
}

func (d *decoder) checkRegion(p path, region string) {
	if d.given(p) && !IsRegion(region) {
		d.report(p, "want a region like eu-central-1, %s", got(p, region))
	}
}

func (d *decoder) checkTold(p path, every, stale *time.Duration) {
	if in := p.key("every"); d.given(in) {
		d.checkRange(in, *every, minSourceEvery, maxSourceEvery)
	} else {
		*every = usualSourceEvery
	}
	if in := p.key("stale_after"); d.given(in) {
		d.checkRange(in, *stale, *every, maxStaleAfter)
	} else {
		*stale = usualStaleAfter
	}
}

var inWindow = regexp.MustCompile(`^calendars\[([0-9]+)\]\.windows\[([0-9]+)\](\.|$)`)

// nameWindows lets errors inside a window begin with its name, so that nobody has
// to count.
func (d *decoder) nameWindows(all []Calendar) {
	for i, e := range d.errs {
		m := inWindow.FindStringSubmatch(e.Path)
		if m == nil {
			continue
		}
		calendar, _ := strconv.Atoi(m[1])
		window, _ := strconv.Atoi(m[2])
		if calendar >= len(all) || window >= len(all[calendar].Windows) {
			continue
		}
		in := path("calendars").item(calendar).key("windows").item(window).key("name")
		if name := all[calendar].Windows[window].Name; d.given(in) && isLabel(name) {
			d.errs[i].Msg = "window " + d.refs.hide(name) + ": " + e.Msg
		}
	}
}
