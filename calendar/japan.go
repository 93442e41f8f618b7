package calendar

import (
	"fmt"
	"math"
	"time"
)

// The holidays of Japan by the Act on National Holidays (Act No. 178 of 1948) as it
// stands, with the Acts that changed single years. The days of the equinoxes are
// published each February for the year after, in the gazette; they are calculated
// here, and years that no gazette has told yet are predicted.
const (
	japanFirst   = 2000 // before, other versions of the Act were in force
	japanLast    = 2099 // the formula of the equinoxes holds until then
	japanGazette = 2027 // the last year that a gazette has told, that of February 2026
)

// japan returns the holidays of a year, in order.
func japan(year int) []Holiday {
	national := map[Date]string{}
	for _, h := range japanNational(year) {
		national[h.Date] = h.Name
	}
	var all []Holiday
	substitute := Date{} // where a holiday on a Sunday is still to be made up for
	for d := (Date{year, time.January, 1}); d.Year == year; d = d.Add(1) {
		name, is := national[d]
		_, before := national[d.Add(-1)]
		_, after := national[d.Add(1)]
		switch {
		case is:
			all = append(all, Holiday{d, name, National})
			if d.Weekday() == time.Sunday {
				substitute = d.Add(1)
			}
			if substitute == d { // article 3 paragraph 2: the next day that is none itself
				substitute = d.Add(1)
			}
		case d == substitute:
			all = append(all, Holiday{d, "Substitute Holiday", Substitute})
		case before && after && d.Weekday() != time.Sunday: // paragraph 3
			all = append(all, Holiday{d, "Citizens' Holiday", Citizens})
		}
	}
	if year > japanGazette {
		for i := range all {
			all[i].Kind = Predicted
		}
	}
	return all
}

// japanNational are the holidays that articles 2 and the Acts for single years name.
func japanNational(year int) []Holiday {
	var all []Holiday
	add := func(month time.Month, day int, name string) {
		all = append(all, Holiday{Date: Date{year, month, day}, Name: name})
	}
	add(time.January, 1, "New Year's Day")
	add(time.January, nthMonday(year, time.January, 2), "Coming of Age Day")
	add(time.February, 11, "National Foundation Day")
	switch {
	case year >= 2020:
		add(time.February, 23, "Emperor's Birthday")
	case year <= 2018:
		add(time.December, 23, "Emperor's Birthday")
	}
	add(time.March, equinox(year, 20.8431), "Vernal Equinox Day")
	if year >= 2007 {
		add(time.April, 29, "Showa Day")
		add(time.May, 4, "Greenery Day")
	} else {
		add(time.April, 29, "Greenery Day")
	}
	add(time.May, 3, "Constitution Memorial Day")
	add(time.May, 5, "Children's Day")
	all = append(all, japanSummer(year)...)
	if year >= 2003 {
		add(time.September, nthMonday(year, time.September, 3), "Respect for the Aged Day")
	} else {
		add(time.September, 15, "Respect for the Aged Day")
	}
	add(time.September, equinox(year, 23.2488), "Autumnal Equinox Day")
	add(time.November, 3, "Culture Day")
	add(time.November, 23, "Labor Thanksgiving Day")
	if year == 2019 {
		add(time.May, 1, "Day of the Emperor's Accession")
		add(time.October, 22, "Day of the Enthronement Ceremony")
	}
	return all
}

// japanSummer are Marine Day, Mountain Day and Sports Day, which were moved for the
// Olympic Games.
func japanSummer(year int) []Holiday {
	marine, mountain, sports := Date{year, time.July, nthMonday(year, time.July, 3)},
		Date{year, time.August, 11}, Date{year, time.October, nthMonday(year, time.October, 2)}
	switch {
	case year < 2003:
		marine = Date{year, time.July, 20}
	case year == 2020:
		marine, mountain, sports = Date{year, time.July, 23}, Date{year, time.August, 10}, Date{year, time.July, 24}
	case year == 2021:
		marine, mountain, sports = Date{year, time.July, 22}, Date{year, time.August, 8}, Date{year, time.July, 23}
	}
	name := "Sports Day"
	if year < 2020 {
		name = "Health and Sports Day"
	}
	all := []Holiday{{Date: marine, Name: "Marine Day"}, {Date: sports, Name: name}}
	if year >= 2016 {
		all = append(all, Holiday{Date: mountain, Name: "Mountain Day"})
	}
	return all
}

// equinox is its day of the month, from 1980 to 2099.
func equinox(year int, in1980 float64) int {
	y := float64(year - 1980)
	return int(math.Floor(in1980 + 0.242194*y - math.Floor(y/4)))
}

func nthMonday(year int, month time.Month, n int) int {
	first := Date{year, month, 1}.Weekday()
	return 1 + int(time.Monday-first+7)%7 + 7*(n-1)
}

func japanKnows(year int) error {
	if year < japanFirst || year > japanLast {
		return fmt.Errorf("the holidays of Japan are known from %d to %d: %d is not among them", japanFirst, japanLast, year)
	}
	return nil
}
