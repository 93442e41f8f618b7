package ical

import (
	"math/bits"
	"strconv"
	"strings"
)

// Rule is a recurrence rule, an RRULE of RFC 5545 section 3.3.10. It comes from
// [ParseRule]; the zero Rule gives nothing beyond DTSTART. A Rule is a value and may be
// shared.
type Rule struct {
	freq     frequency
	interval int64 // 1 or more
	count    int64 // 0: no COUNT
	until    Civil
	form     stampForm // 0: no UNTIL
	wkst     int       // 0 is Sunday

	// Sets of small numbers are bits; what counts from the end is counted from 1.
	// No bit at all means the part was not given.
	months                    bitset
	weeks, weeksFromEnd       bitset
	monthDays, monthDaysOfEnd bitset
	weekdays                  bitset // those without a number
	hours, minutes, seconds   bitset
	nthWeekdays               []nthWeekday
	yearDays                  []int // ±1 to ±366
	positions                 []int // BYSETPOS, ±1 to ±366
}

// nthWeekday is an item of BYDAY such as -1SU.
type nthWeekday struct{ n, weekday int }

type frequency uint8

const (
	secondly frequency = iota + 1
	minutely
	hourly
	daily
	weekly
	monthly
	yearly
)

func (f frequency) String() string {
	return [...]string{"", "SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}[f]
}

// bitset is a set of numbers from 0 to 63.
type bitset uint64

func (b bitset) has(n int) bool { return b>>uint(n)&1 != 0 }
func (b *bitset) add(n int)     { *b |= 1 << uint(n) }
func (b bitset) size() int      { return bits.OnesCount64(uint64(b)) }

// next is the smallest member that is at least n, or -1.
func (b bitset) next(n int) int {
	if n > 63 {
		return -1
	}
	if b = b >> uint(n) << uint(n); b == 0 {
		return -1
	}
	return bits.TrailingZeros64(uint64(b))
}

// prev is the greatest member that is at most n, or -1.
func (b bitset) prev(n int) int {
	return bits.Len64(uint64(b)<<uint(63-n)>>uint(63-n)) - 1
}

// below is how many members are less than n.
func (b bitset) below(n int) int { return (b & (1<<uint(n) - 1)).size() }

// at is the member that has k members below it.
func (b bitset) at(k int) int {
	for ; k > 0; k-- {
		b &= b - 1
	}
	return bits.TrailingZeros64(uint64(b))
}

// String writes the rule as ParseRule reads it, in one form for all ways to write it.
func (r Rule) String() string {
	if r.freq == 0 {
		return ""
	}
	var s strings.Builder
	s.WriteString("FREQ=" + r.freq.String())
	list := func(name string, items []string) {
		if len(items) > 0 {
			s.WriteString(";" + name + "=" + strings.Join(items, ","))
		}
	}
	if r.interval > 1 {
		list("INTERVAL", []string{strconv.FormatInt(r.interval, 10)})
	}
	if r.count > 0 {
		list("COUNT", []string{strconv.FormatInt(r.count, 10)})
	}
	if r.form != 0 {
		list("UNTIL", []string{stamp(r.until, r.form)})
	}
	list("BYMONTH", numbers(r.months, 0, nil))
	list("BYWEEKNO", numbers(r.weeks, r.weeksFromEnd, nil))
	list("BYYEARDAY", numbers(0, 0, r.yearDays))
	list("BYMONTHDAY", numbers(r.monthDays, r.monthDaysOfEnd, nil))
	var days []string
	for d := r.weekdays.next(0); d >= 0; d = r.weekdays.next(d + 1) {
		days = append(days, weekdayName(d))
	}
	for _, d := range r.nthWeekdays {
		days = append(days, strconv.Itoa(d.n)+weekdayName(d.weekday))
	}
	list("BYDAY", days)
	list("BYHOUR", numbers(r.hours, 0, nil))
	list("BYMINUTE", numbers(r.minutes, 0, nil))
	list("BYSECOND", numbers(r.seconds, 0, nil))
	list("BYSETPOS", numbers(0, 0, r.positions))
	if r.wkst != monday {
		list("WKST", []string{weekdayName(r.wkst)})
	}
	return s.String()
}

const monday = 1

func weekdayName(d int) string { return "SUMOTUWETHFRSA"[2*d : 2*d+2] }

func numbers(fromStart, fromEnd bitset, more []int) (items []string) {
	for n := fromStart.next(0); n >= 0; n = fromStart.next(n + 1) {
		items = append(items, strconv.Itoa(n))
	}
	for n := fromEnd.next(0); n >= 0; n = fromEnd.next(n + 1) {
		items = append(items, strconv.Itoa(-n))
	}
	for _, n := range more {
		items = append(items, strconv.Itoa(n))
	}
	return items
}

// stamp is the inverse of parseStamp.
func stamp(c Civil, form stampForm) string {
	s := strings.NewReplacer("-", "", ":", "").Replace(c.String())
	switch form {
	case dateStamp:
		return s[:8]
	case utcStamp:
		return s + "Z"
	}
	return s
}
