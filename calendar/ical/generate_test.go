package ical

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// generator writes rules as people and programs might, and as they would not.
type generator struct{ *rand.Rand }

func seeded(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 4))} }

var (
	frequencies = []string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"}
	weekdays    = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
)

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// numbers writes one to most numbers from least to greatest, some from the end.
func (g generator) numbers(most, least, greatest int, fromEnd bool) string {
	var list []string
	for range 1 + g.IntN(most) {
		n := least + g.IntN(greatest-least+1)
		if fromEnd && g.chance(30) {
			n = -max(n, 1)
		}
		list = append(list, fmt.Sprint(n))
	}
	return strings.Join(list, ",")
}

func (g generator) days(numbered int) string {
	var list []string
	for range 1 + g.IntN(4) {
		day := weekdays[g.IntN(7)]
		if numbered > 0 {
			n := 1 + g.IntN(numbered)
			if g.chance(40) {
				n = -n
			}
			day = fmt.Sprint(n, day)
		}
		list = append(list, day)
	}
	return strings.Join(list, ",")
}

// rule writes a rule of the frequency without COUNT and UNTIL.
func (g generator) rule(freq string) string {
	parts := []string{"FREQ=" + freq}
	add := func(percent int, name string, value func() string) bool {
		if g.chance(percent) {
			parts = append(parts, name+"="+value())
			return true
		}
		return false
	}
	add(40, "INTERVAL", func() string { return fmt.Sprint(1 + g.IntN(g.IntN(40)+1)) })
	add(30, "WKST", func() string { return weekdays[g.IntN(7)] })
	long := freq == "YEARLY" || freq == "MONTHLY" || freq == "WEEKLY"
	limit := 25
	if !long && freq != "DAILY" {
		limit = 12
	}
	months := add(limit, "BYMONTH", func() string { return g.numbers(4, 1, 12, false) })
	weeks := freq == "YEARLY" && add(15, "BYWEEKNO", func() string { return g.numbers(5, 1, 53, true) + g.pick("", ",53", ",-53") })
	add(limit/3, "BYYEARDAY", func() string { return g.numbers(9, 1, 366, true) })
	add(limit, "BYMONTHDAY", func() string { return g.numbers(5, 1, 31, true) })
	switch {
	case weeks:
		parts = append(parts, "BYDAY="+g.days(0))
	case freq == "MONTHLY" || freq == "YEARLY" && months:
		add(40, "BYDAY", func() string { return g.days(g.IntN(2) * 5) })
	case freq == "YEARLY":
		add(40, "BYDAY", func() string { return g.days(g.IntN(2) * 53) })
	default:
		add(2*limit, "BYDAY", func() string { return g.days(0) })
	}
	add(25, "BYHOUR", func() string { return g.numbers(4, 0, 23, false) })
	add(20, "BYMINUTE", func() string { return g.numbers(4, 0, 59, false) })
	add(15, "BYSECOND", func() string { return g.numbers(4, 0, 59, false) })
	if len(parts) > 2 && g.chance(20) {
		parts = append(parts, "BYSETPOS="+g.numbers(3, 1, 8, true))
	}
	return strings.Join(parts, ";")
}

func (g generator) frequency() string { return frequencies[g.IntN(len(frequencies))] }

// wall is a date and time in the years from 1990 to 2037, more often than by chance one
// at which clocks are changed.
func (g generator) wall() Civil {
	day := dayOf(1990, 1, 1) + g.IntN(47*365)
	c := civilOf(int64(day) * daySeconds)
	if g.chance(30) {
		c.Month = []time.Month{time.March, time.April, time.September, time.October, time.November}[g.IntN(5)]
		c.Day = min(c.Day, 30)
	}
	if g.chance(80) {
		c.Hour, c.Minute = g.IntN(24), 30*g.IntN(2)
	}
	if g.chance(30) {
		c.Minute, c.Second = g.IntN(60), g.IntN(60)
	}
	return c
}

func (g generator) pick(from ...string) string { return from[g.IntN(len(from))] }
