package ical

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// RuleError says what is wrong with a rule and what to write instead.
type RuleError struct {
	Part string // as it was written: BYHOUR=24; empty where it is the whole rule
	What string
}

func (e RuleError) Error() string {
	if e.Part == "" {
		return "rule: " + e.What
	}
	return fmt.Sprintf("rule: %q: %s", e.Part, e.What)
}

// ParseRule parses the value of an RRULE or EXRULE: FREQ=WEEKLY;BYDAY=FR. It takes lower
// case, a semicolon at the end, spaces around items, "RRULE:" before it, and parts whose
// names begin with X-, which mean nothing. What it does not know or what contradicts
// itself is refused with a [RuleError], for a rule half understood would give other
// starts.
func ParseRule(s string) (Rule, error) {
	const longest = 8 << 10
	if len(s) > longest {
		return Rule{}, RuleError{What: fmt.Sprintf("%d octets long: no rule needs more than %d", len(s), longest)}
	}
	s = strings.ToUpper(strings.TrimSpace(s))
	r := Rule{interval: 1, wkst: monday}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.TrimPrefix(s, "RRULE:"), ";") {
		name, value, ok := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case strings.TrimSpace(part) == "", strings.HasPrefix(name, "X-"):
			continue
		case !ok || value == "":
			return Rule{}, RuleError{part, "write it as NAME=VALUE"}
		case seen[name]:
			return Rule{}, RuleError{part, name + " stands twice: write one, with its values separated by commas"}
		}
		seen[name] = true
		if what := r.set(name, value); what != "" {
			return Rule{}, RuleError{part, what}
		}
	}
	if what := r.contradiction(); what != "" {
		return Rule{}, RuleError{What: what}
	}
	return r, nil
}

// set takes one part of the rule and returns what is wrong with it.
func (r *Rule) set(name, value string) (what string) {
	switch name {
	case "FREQ":
		return r.setFrequency(value)
	case "INTERVAL":
		return setNumber(&r.interval, value)
	case "COUNT":
		return setNumber(&r.count, value)
	case "UNTIL":
		var err error
		if r.until, r.form, err = parseStamp(value); err != nil {
			return err.Error()
		}
		return ""
	case "WKST":
		if r.wkst = weekdayNamed(value); r.wkst < 0 {
			return "write a day of SU, MO, TU, WE, TH, FR, SA"
		}
		return ""
	case "BYDAY":
		return r.setDays(value)
	case "RSCALE":
		if value != "GREGORIAN" {
			return "only the Gregorian calendar is known here: write out the dates"
		}
		return ""
	case "SKIP":
		if value != "OMIT" {
			return "only SKIP=OMIT is known here: write BYMONTHDAY=-1 for the last day of a month, or write out the dates"
		}
		return ""
	}
	return r.setNumbers(name, value)
}

func (r *Rule) setFrequency(value string) (what string) {
	for r.freq = secondly; r.freq <= yearly; r.freq++ {
		if value == r.freq.String() {
			return ""
		}
	}
	return "write one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY"
}

func setNumber(n *int64, value string) (what string) {
	const greatest = 1<<31 - 1
	v, err := strconv.ParseInt(value, 10, 64)
	if err != nil || v < 1 || v > greatest {
		return fmt.Sprintf("write a number from 1 to %d", greatest)
	}
	*n = v
	return ""
}

// setNumbers takes the parts that are lists of numbers.
func (r *Rule) setNumbers(name, value string) (what string) {
	switch name {
	case "BYSECOND":
		what = addNumbers(value, 0, 60, &r.seconds, nil)
		if r.seconds.has(60) {
			r.seconds = r.seconds&^(1<<60) | 1<<59
		}
		return what
	case "BYMINUTE":
		return addNumbers(value, 0, 59, &r.minutes, nil)
	case "BYHOUR":
		return addNumbers(value, 0, 23, &r.hours, nil)
	case "BYMONTHDAY":
		return addNumbers(value, 1, 31, &r.monthDays, &r.monthDaysOfEnd)
	case "BYWEEKNO":
		return addNumbers(value, 1, 53, &r.weeks, &r.weeksFromEnd)
	case "BYMONTH":
		return addNumbers(value, 1, 12, &r.months, nil)
	case "BYYEARDAY":
		return listNumbers(value, &r.yearDays)
	case "BYSETPOS":
		return listNumbers(value, &r.positions)
	}
	return "there is no such part: write FREQ, INTERVAL, COUNT or UNTIL, WKST, " +
		"BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE, BYSECOND, BYSETPOS"
}

// addNumbers adds the numbers of a list to a set. Where fromEnd is given, numbers below
// zero go there.
func addNumbers(value string, least, greatest int, set, fromEnd *bitset) (what string) {
	for item := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(item))
		switch {
		case err == nil && least <= n && n <= greatest:
			set.add(n)
		case err == nil && fromEnd != nil && least <= -n && -n <= greatest:
			fromEnd.add(-n)
		case fromEnd != nil:
			return fmt.Sprintf("%q: write numbers from %d to %d, or from -%d to -%d", item, least, greatest, greatest, least)
		default:
			return fmt.Sprintf("%q: write numbers from %d to %d", item, least, greatest)
		}
	}
	return ""
}

// listNumbers reads the parts that count days of the year or positions.
func listNumbers(value string, list *[]int) (what string) {
	for item := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(item))
		if err != nil || n == 0 || n < -366 || n > 366 {
			return fmt.Sprintf("%q: write numbers from 1 to 366, or from -366 to -1", item)
		}
		*list = append(*list, n)
	}
	slices.Sort(*list)
	*list = slices.Compact(*list)
	return ""
}

func (r *Rule) setDays(value string) (what string) {
	for item := range strings.SplitSeq(value, ",") {
		item = strings.TrimSpace(item)
		number, name := item[:max(0, len(item)-2)], item[max(0, len(item)-2):]
		day := weekdayNamed(name)
		n, err := strconv.Atoi(number)
		switch {
		case day < 0 || number != "" && (err != nil || n == 0 || n < -53 || n > 53):
			return fmt.Sprintf("%q: write days as MO, the second as 2MO, the last as -1MO", item)
		case number == "":
			r.weekdays.add(day)
		default:
			r.nthWeekdays = append(r.nthWeekdays, nthWeekday{n, day})
		}
	}
	slices.SortFunc(r.nthWeekdays, func(a, b nthWeekday) int { return (a.n-b.n)*7 + a.weekday - b.weekday })
	r.nthWeekdays = slices.Compact(r.nthWeekdays)
	return ""
}

// weekdayNamed is 0 for SU, and -1 for what is no day.
func weekdayNamed(name string) int {
	for d := range 7 {
		if name == weekdayName(d) {
			return d
		}
	}
	return -1
}

func (r *Rule) contradiction() (what string) {
	switch {
	case r.freq == 0:
		return "FREQ is missing: write FREQ=DAILY, or how often it is"
	case r.count > 0 && r.form != 0:
		return "COUNT and UNTIL exclude each other: write one of them"
	case len(r.nthWeekdays) > 0 && r.freq != monthly && r.freq != yearly:
		return "BYDAY with a number needs FREQ=MONTHLY or FREQ=YEARLY: write the day without a number"
	case len(r.nthWeekdays) > 0 && (r.weeks|r.weeksFromEnd) != 0:
		return "BYDAY with a number and BYWEEKNO exclude each other: write the day without a number"
	}
	return ""
}
