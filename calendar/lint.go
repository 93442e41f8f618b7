package calendar

import (
	"fmt"
	"time"
)

// How far lint looks ahead, and how long a calendar may be closed without a remark.
const (
	lintDays   = 400
	closedDays = 90
)

// Lint is what a person should know of a calendar that is valid, as it stands at now.
// The codes are
//
//   - past: the window lies in the past
//   - never: the window has no time within ten years
//   - closed: the calendar is not open for 90 days
//   - weekend: nights are closed, and the weekend between them is open
//   - dst: the window is longer or shorter where clocks are changed
//   - predicted: it rests on holidays that no government has told yet
//   - covered: all it says is said by another window
//   - start: the start of a rule does not fit the rule
//   - too-expensive, unknown: it cannot be worked out
func (c *Calendar) Lint(now time.Time) []Problem {
	at := floor(now)
	w := c.look(at, at+lintDays*daySeconds)
	var all []Problem
	for _, f := range w.failed {
		all = append(all, f.problem(c.windows[f.window].name))
	}
	for i := range c.windows {
		all = append(all, c.lintTimes(i, at)...)
		all = append(all, c.lintClocks(i, at)...)
	}
	all = append(all, c.lintPredicted(w, at)...)
	all = append(all, c.lintCovered(w, at)...)
	if black, next := w.turn(at, at+1); black && (next == 0 || next-at > closedDays*daySeconds) {
		all = append(all, Problem{Code: "closed", Text: fmt.Sprintf("it is not open at any time within the next %d days", closedDays),
			Do: "if that is not meant, look which windows leave no time between them"})
	}
	return append(all, c.lintWeekend(at)...)
}

// lintTimes tells of windows that have no time any more.
func (c *Calendar) lintTimes(i int, at int64) (all []Problem) {
	w := &c.windows[i]
	if w.set == nil {
		return nil // what a source says changes
	}
	if r, ok := w.family.(recurring); ok && !r.fits() {
		all = append(all, Problem{Window: w.name, Code: "start", Text: "its start is no time of its rule, and counts nevertheless",
			Do: "write the first time that the rule gives"})
	}
	if _, ok := c.nextOf(i, at); ok {
		return all
	}
	if one, ok := w.family.(fixed); ok && one.hi <= at {
		return append(all, Problem{Window: w.name, Code: "past", Text: "it ended " + stamp(timeOf(one.hi)) + ", and closes nothing any more",
			Do: "remove it, or write the dates of this year"})
	}
	if _, err := c.cut(i, at, at+farthest, budget(at, at+farthest)); err != nil {
		return all // told as a failure
	}
	if past, err := c.cut(i, at-farthest, at, budget(at-farthest, at)); err == nil && len(past) > 0 {
		return append(all, Problem{Window: w.name, Code: "past", Text: "it ended " + stamp(timeOf(past[len(past)-1].hi)) + ", and closes nothing any more",
			Do: "remove it, or let it go on"})
	}
	return append(all, Problem{Window: w.name, Code: "never", Text: "it closes nothing within ten years", Do: "look whether that is meant"})
}

// lintPredicted tells of windows with holidays that are predicted.
func (c *Calendar) lintPredicted(w *worked, at int64) (all []Problem) {
	told := map[int32]bool{}
	w.over(at, at+lintDays*daySeconds, func(p piece) {
		if !p.predicted || told[p.window] {
			return
		}
		told[p.window] = true
		v := &c.windows[p.window]
		all = append(all, Problem{Window: v.name, Code: "predicted",
			Text: fmt.Sprintf("%s on %s is calculated: it is not yet published, and may be moved", brief(p.reason), dateAt(max(p.lo, at), v.zone)),
			Do:   "compare it with the official list once that is out; add and except mend what differs"})
	})
	return all
}

// lintCovered tells of windows that say nothing of their own.
func (c *Calendar) lintCovered(w *worked, at int64) (all []Problem) {
	of := map[int32][]piece{}
	hi := at + lintDays*daySeconds
	w.over(at, hi, func(p piece) { of[p.window] = append(of[p.window], p) })
	for i := range c.windows {
		v := &c.windows[i]
		mine := of[int32(i)]
		if v.set == nil || len(mine) == 0 {
			continue
		}
		var others []int32
		w.over(mine[0].lo, mine[0].lo+1, func(p piece) {
			o := &c.windows[p.window]
			if p.window != int32(i) && o.set != nil && o.warn == v.warn && covers(of[p.window], mine) {
				others = append(others, p.window)
			}
		})
		for _, o := range others {
			if o > int32(i) && covers(mine, of[o]) {
				continue // the same times: the later one is told
			}
			all = append(all, Problem{Window: v.name, Code: "covered", Text: fmt.Sprintf("all its times of the next %d days are times of %s as well", lintDays, c.windows[o].name),
				Do: "if that is not meant, look at its dates; else one of them is enough"})
			break
		}
	}
	return all
}

// covers tells whether each of some pieces lies in one of others; both are in order.
func covers(others, all []piece) bool {
	for _, p := range all {
		for len(others) > 0 && others[0].hi < p.hi {
			others = others[1:]
		}
		if len(others) == 0 || others[0].lo > p.lo {
			return false
		}
	}
	return true
}

// lintWeekend tells where nights are closed and the days between them on a weekend are
// not: who lists nights forgets that nobody is there on Saturday.
func (c *Calendar) lintWeekend(at int64) []Problem {
	for i := range c.windows {
		w := &c.windows[i]
		if w.warn || !w.night() {
			continue
		}
		for day := dateAt(at, w.zone).Add(1); ; day = day.Add(1) {
			if day.days()-dayOf(at) > 28 {
				return nil
			}
			if d := day.Weekday(); d != time.Saturday && d != time.Sunday {
				continue
			}
			noon := instant(day.midnight().Add(0, 12*3600), w.zone)
			if !c.look(noon, noon+1).blackAt(noon) {
				return []Problem{{Window: w.name, Code: "weekend", Text: fmt.Sprintf("it closes nights, and %s, a %s, is open between them", day, day.Weekday()),
					Do: "add a window {days: sat-sun}, or write what is open instead: outside: {days: mon-fri, hours: 09:00-17:00}"}}
			}
		}
	}
	return nil
}
