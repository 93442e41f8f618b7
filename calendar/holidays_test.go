package calendar_test

import (
	"strings"
	"testing"

	"github.com/andon-project/andon/calendar"
)

func between(t *testing.T, h calendar.Holidays, from, to string) string {
	t.Helper()
	first, err := calendar.ParseDate(from)
	if err != nil {
		t.Fatal(err)
	}
	last, err := calendar.ParseDate(to)
	if err != nil {
		t.Fatal(err)
	}
	all, err := h.Between(first, last)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, d := range all {
		b.WriteString(d.Date.String()[5:] + " " + string(d.Kind) + "\n")
	}
	return b.String()
}

// Years of Japan with all that is special about them. The dates are those of the
// Cabinet Office's list.
func TestJapan(t *testing.T) {
	t.Parallel()
	for year, want := range map[string]string{
		"2000": "01-01 01-10 02-11 03-20 04-29 05-03 05-04c 05-05 07-20 09-15 09-23 10-09 11-03 11-23 12-23",
		"2003": "01-01 01-13 02-11 03-21 04-29 05-03 05-05 07-21 09-15 09-23 10-13 11-03 11-23 11-24s 12-23",
		"2009": "01-01 01-12 02-11 03-20 04-29 05-03 05-04 05-05 05-06s 07-20 09-21 09-22c 09-23 10-12 11-03 11-23 12-23",
		"2019": "01-01 01-14 02-11 03-21 04-29 04-30c 05-01 05-02c 05-03 05-04 05-05 05-06s 07-15 08-11 08-12s 09-16 09-23 10-14 10-22 11-03 11-04s 11-23",
		"2020": "01-01 01-13 02-11 02-23 02-24s 03-20 04-29 05-03 05-04 05-05 05-06s 07-23 07-24 08-10 09-21 09-22 11-03 11-23",
		"2021": "01-01 01-11 02-11 02-23 03-20 04-29 05-03 05-04 05-05 07-22 07-23 08-08 08-09s 09-20 09-23 11-03 11-23",
		"2026": "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06s 07-20 08-11 09-21 09-22c 09-23 10-12 11-03 11-23",
		"2032": "01-01p 01-12p 02-11p 02-23p 03-20p 04-29p 05-03p 05-04p 05-05p 07-19p 08-11p 09-20p 09-21p 09-22p 10-11p 11-03p 11-23p",
	} {
		kinds := strings.NewReplacer(" national", "", " substitute", "s", " citizens", "c", " predicted", "p", "\n", " ")
		if got := strings.TrimSpace(kinds.Replace(between(t, calendar.Holidays{Country: "JP"}, year+"-01-01", year+"-12-31"))); got != want {
			t.Errorf("%s\n%s\nwant\n%s", year, got, want)
		}
	}
}

// A day before and after equinoxes would be a wrong approval.
func TestEquinoxes(t *testing.T) {
	t.Parallel()
	// In March on the 20th in these years, else on the 21st; in September on the 22nd
	// in those, else on the 23rd, as the observatory's almanac foresees.
	march := "2000 2001 2004 2005 2008 2009 2012 2013 2016 2017 2020 2021 2024 2025 2026 2028 2029 2030"
	september := "2012 2016 2020 2024 2028"
	for year := 2000; year <= 2030; year++ {
		y := calendar.Date{Year: year, Month: 1, Day: 1}.String()[:4]
		got := between(t, calendar.Holidays{Country: "JP"}, y+"-03-01", y+"-03-31")
		if strings.HasPrefix(got, "03-20") != strings.Contains(march, y) {
			t.Errorf("%s: the vernal equinox is %s", y, got)
		}
		got = between(t, calendar.Holidays{Country: "JP"}, y+"-09-22", y+"-09-23")
		if (strings.Contains(got, "09-22 national") || strings.Contains(got, "09-22 predicted")) != strings.Contains(september, y) {
			t.Errorf("%s: the autumnal equinox is %s", y, got)
		}
	}
}

func TestCountries(t *testing.T) {
	t.Parallel()
	for _, c := range calendar.Countries() {
		if got := between(t, calendar.Holidays{Country: c}, "2026-01-01", "2026-01-01"); got != "01-01 national\n" {
			t.Errorf("New Year's Day of %s: %s", c, got)
		}
	}
	// Independence Day on a Saturday, and a New Year's Day kept in the year before.
	us := calendar.Holidays{Country: "US"}
	if got, want := between(t, us, "2026-07-01", "2026-07-31"), "07-03 substitute\n07-04 national\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := between(t, us, "2027-12-25", "2028-01-01"), "12-25 national\n12-31 substitute\n01-01 national\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := between(t, us, "2031-12-25", "2031-12-25"), "12-25 predicted\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAddAndExcept(t *testing.T) {
	t.Parallel()
	day := func(s string) calendar.Date {
		d, err := calendar.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	h := calendar.Holidays{Country: "JP", Except: []calendar.Date{day("2026-05-06")},
		Add: []calendar.Holiday{{Date: day("2026-05-07"), Name: "the founder's"}, {Date: day("2026-05-05"), Name: "ours too"}}}
	if got, want := between(t, h, "2026-05-04", "2026-05-31"), "05-04 national\n05-05 national\n05-07 added\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	h.Country = ""
	if got, want := between(t, h, "1990-01-01", "2200-12-31"), "05-05 added\n05-07 added\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for name, c := range map[string]struct {
		h    calendar.Holidays
		want string
	}{
		"nothing":            {calendar.Holidays{}, "nothing would ever be a holiday"},
		"a country":          {calendar.Holidays{Country: "XX"}, `"XX" are not known`},
		"added and excepted": {calendar.Holidays{Add: h.Add, Except: []calendar.Date{day("2026-05-07")}}, "2026-05-07 is added and excepted"},
		"added twice":        {calendar.Holidays{Add: append(h.Add, h.Add[0])}, "2026-05-07 is added twice"},
	} {
		if err := c.h.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := between(t, calendar.Holidays{Country: "DE"}, "2017-12-31", "2018-01-01"); !strings.Contains(got, "known from 2018 to 2099: 2017 is not") {
		t.Error(got)
	}
}
