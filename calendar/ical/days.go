package ical

// Days are counted from 1970-01-01, which is day 0.

const (
	daySeconds = 86_400
	firstYear  = 1
	lastYear   = 9999

	// The Gregorian calendar, with its weekdays, repeats after 400 years.
	cycleYears = 400
	cycleDays  = 146_097
)

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func yearLength(year int) int {
	if isLeap(year) {
		return 366
	}
	return 365
}

// firstDay is January 1.
func firstDay(year int) int {
	y := year - 1
	return 365*y + y/4 - y/100 + y/400 - 719_162
}

func yearOf(day int) int {
	n := day + 719_162                            // since 0001-01-01
	year := floorDiv(n*cycleYears, cycleDays) + 1 // or the year before it
	if firstDay(year+1) <= day {
		year++
	}
	return year
}

// monthStart is how many days of the year are before a month, 1 to 13.
func monthStart(year, month int) int {
	n := [...]int{0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}[month]
	if month > 2 && isLeap(year) {
		n++
	}
	return n
}

// monthOf splits a day of the year, counted from 0, into month and day, counted from 1.
func monthOf(year, yearDay int) (month, monthDay int) {
	month = yearDay/32 + 1
	if yearDay >= monthStart(year, month+1) {
		month++
	}
	return month, yearDay - monthStart(year, month) + 1
}

func daysIn[M ~int](year int, month M) int {
	return monthStart(year, int(month)+1) - monthStart(year, int(month))
}

func dayOf(year, month, monthDay int) int {
	return firstDay(year) + monthStart(year, month) + monthDay - 1
}

// weekdayOf is 0 for Sunday, as in package time.
func weekdayOf(day int) int { return floorMod(day+4, 7) }

// split divides a wall into its day and the second of the day.
func split(wall int64) (day, second int) {
	d := floorDiv(wall, daySeconds)
	return int(d), int(wall - d*daySeconds)
}

func floorDiv[T int | int64](a, b T) T {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod[T int | int64](a, b T) T { return a - floorDiv(a, b)*b }

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
