package ical

import (
	"fmt"
	"testing"
)

// What a rule allows in a year is kept by the kind of the year: years of one kind must
// not differ.
func TestYearsOfOneKindAreAlike(t *testing.T) {
	t.Parallel()
	for _, wkst := range []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"} {
		for _, parts := range []string{
			"BYWEEKNO=1", "BYWEEKNO=-1", "BYWEEKNO=52", "BYWEEKNO=-52", "BYWEEKNO=53", "BYWEEKNO=-53",
			"BYYEARDAY=-1,60,366", "BYMONTHDAY=-1,29", "BYDAY=53SU,-53MO,9TU",
		} {
			r := rule(t, fmt.Sprintf("FREQ=YEARLY;WKST=%s;%s", wkst, parts))
			d := daysFor(&r)
			for year := 1582; year < 2400; year++ {
				if *d.of(year) != r.daysOf(year) {
					t.Fatalf("%s: %d is not like the other years of its kind", r, year)
				}
			}
		}
	}
}

func TestDaysAndDates(t *testing.T) {
	t.Parallel()
	day := dayOf(firstYear, 1, 1)
	for year := firstYear; year <= lastYear; year++ {
		if firstDay(year) != day {
			t.Fatalf("%d begins on day %d, not %d", year, firstDay(year), day)
		}
		for month := 1; month <= 12; month++ {
			for monthDay := 1; monthDay <= daysIn(year, month); monthDay++ {
				m, d := monthOf(year, day-firstDay(year))
				if yearOf(day) != year || m != month || d != monthDay || dayOf(year, month, monthDay) != day {
					t.Fatalf("day %d is %d-%d-%d, not %d-%d-%d", day, yearOf(day), m, d, year, month, monthDay)
				}
				day++
			}
		}
	}
	if dayOf(1970, 1, 1) != 0 || weekdayOf(0) != 4 || dayOf(2000, 3, 1) != 11017 {
		t.Error("days are not counted from Thursday, 1970-01-01")
	}
}
