package calendar

import (
	"fmt"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// lintClocks tells of windows that are longer or shorter, or end at another time, where
// clocks are changed within the time that lint looks at.
func (c *Calendar) lintClocks(i int, at int64) (all []Problem) {
	w := &c.windows[i]
	if w.set == nil {
		return nil
	}
	for t, end := at, at+lintDays*daySeconds; ; {
		before, _, until := w.zone.Offset(time.Unix(t, 0))
		if until.IsZero() || until.Unix() >= end {
			return all
		}
		t = until.Unix()
		after, _, _ := w.zone.Offset(until)
		if after == before {
			continue
		}
		if text := w.changed(t, int64(before), int64(after)); text != "" {
			all = append(all, Problem{Window: w.name, Code: "dst", Text: text,
				Do: "nothing, if that is meant; hours that begin and end by day are the same all year"})
		}
	}
}

// changed tells what a change of clocks at an instant makes of a window.
func (w *window) changed(t, before, after int64) string {
	const around = 36 * 3600
	day := dateAt(t, w.zone)
	if w.clock != nil && w.in(day) {
		shown, err := w.clock.within(t-around, t+around, budget(0, 0))
		if err != nil {
			return ""
		}
		steady := *w.clock
		steady.Zone = ical.Location(time.UTC)
		meant, err := steady.within(t-around+before, t+around+after, budget(0, 0))
		if err != nil || total(shown) == total(meant) {
			return ""
		}
		return fmt.Sprintf("clocks are changed on %s: its hours are %s instead of %s around it", day, hours(total(shown)), hours(total(meant)))
	}
	switch w.family.(type) {
	case recurring, cron:
	default:
		return ""
	}
	found, err := w.set.within(t-around, t+around, budget(0, 0))
	if err != nil {
		return ""
	}
	for _, s := range found {
		if s.lo > t-around && s.hi < t+around && s.lo < t && s.hi > t {
			zone := ical.CivilOf(time.Unix(s.hi, 0), w.zone)
			return fmt.Sprintf("clocks are changed on %s, while it lasts: it ends at %02d:%02d by the clock then", day, zone.Hour, zone.Minute)
		}
	}
	return ""
}

// in tells whether a date can be one of the window: that is asked of windows with dates.
func (w *window) in(d Date) bool {
	switch f := w.family.(type) {
	case fixed, yearly:
		lo := instant(d.midnight(), w.zone)
		all, err := f.within(lo, lo+daySeconds, budget(0, 0))
		return err == nil && len(all) > 0
	}
	return true
}

func total(all []stretch) (seconds int64) {
	for _, s := range all {
		seconds += s.hi - s.lo
	}
	return seconds
}

// hours writes seconds as 8h or 7h30m.
func hours(seconds int64) string { return Length{Exact: time.Duration(seconds) * time.Second}.String() }
