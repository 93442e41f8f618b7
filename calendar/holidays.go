package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Kind says what makes a day a holiday.
type Kind string

const (
	National   Kind = "national"   // the law names it
	Substitute Kind = "substitute" // it stands for one that falls on another day
	Citizens   Kind = "citizens"   // it lies between two (Japan)
	Added      Kind = "added"      // the configuration names it
	Predicted  Kind = "predicted"  // any of the law's, in a year that no government has told yet
)

// A Holiday is a day on which a country rests.
type Holiday struct {
	Date Date
	Name string
	Kind Kind
}

// Holidays are those of a country, with what the law does not say or does not say yet.
type Holidays struct {
	Country string    // a code of ISO 3166-1 such as JP, see Countries; or empty, for what is added alone
	Add     []Holiday // Kind is set to Added
	Except  []Date
}

// Validate tells what cannot be meant. It does not depend on today's date.
func (h Holidays) Validate() error {
	if h.Country == "" && len(h.Add) == 0 {
		return errors.New("neither a country nor days to add: nothing would ever be a holiday")
	}
	if h.Country != "" && !slices.Contains(Countries(), h.Country) {
		return fmt.Errorf("the holidays of %.20q are not known: use one of %s, or add the days", h.Country, strings.Join(Countries(), ", "))
	}
	excepted, added := map[Date]bool{}, map[Date]bool{}
	for _, date := range h.Except {
		excepted[date] = true
	}
	for _, a := range h.Add {
		if excepted[a.Date] {
			return fmt.Errorf("%s is added and excepted: leave one of them", a.Date)
		}
		if added[a.Date] {
			return fmt.Errorf("%s is added twice: leave one of them", a.Date)
		}
		added[a.Date] = true
	}
	return nil
}

// Between returns the holidays from one date to another, both included, in order. A
// day that is a holiday for two reasons is one. It is an error to ask for years of
// which a country's holidays are not known.
func (h Holidays) Between(from, to Date) ([]Holiday, error) {
	if err := h.Validate(); err != nil {
		return nil, err
	}
	var all []Holiday
	for year := from.Year; h.Country != "" && year <= to.Year; year++ {
		ofYear, err := lawful(h.Country, year)
		if err != nil {
			return nil, err
		}
		all = append(all, ofYear...)
	}
	for _, a := range h.Add {
		all = append(all, Holiday{a.Date, a.Name, Added})
	}
	slices.SortStableFunc(all, func(a, b Holiday) int {
		// Of two on a day the one that is not moved there is told.
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(rank(a.Kind), rank(b.Kind)))
	})
	all = slices.CompactFunc(all, func(a, b Holiday) bool { return a.Date == b.Date })
	return slices.DeleteFunc(all, func(a Holiday) bool {
		return a.Date.Compare(from) < 0 || a.Date.Compare(to) > 0 || slices.Contains(h.Except, a.Date)
	}), nil
}

func rank(k Kind) int {
	return slices.Index([]Kind{National, Predicted, Citizens, Substitute, Added}, k)
}

// lawful are the holidays of a country in a year, in order.
func lawful(country string, year int) ([]Holiday, error) {
	if country == "JP" {
		if err := japanKnows(year); err != nil {
			return nil, err
		}
		return japan(year), nil
	}
	l := others(country)
	if year < l.since || year > lastYear {
		return nil, fmt.Errorf("the holidays of %s are known from %d to %d: %d is not among them", country, l.since, lastYear, year)
	}
	var all []Holiday
	for _, h := range l.holidays {
		// New Year's Day of the year after may be kept in December.
		for y := year; y <= year+1; y++ {
			actual, observed := h.Calc(y)
			if actual.IsZero() {
				continue
			}
			all = append(all, Holiday{noonDate(actual), h.Name, National})
			if !observed.Equal(actual) {
				all = append(all, Holiday{noonDate(observed), h.Name + " (observed)", Substitute})
			}
		}
	}
	if year > verified {
		for i := range all {
			all[i].Kind = Predicted
		}
	}
	return slices.DeleteFunc(all, func(h Holiday) bool { return h.Date.Year != year }), nil
}

// noonDate is the date of a midnight of the machine's zone, where that may have been
// moved to the hour before.
func noonDate(midnight time.Time) Date { return dateOf(midnight.Add(12 * time.Hour)) }
