// Package ical reads calendars of RFC 5545 and says when their events recur.
//
// The recurrence engine is our own, because the calendar decides what gets
// approved. The libraries that exist trust time.Date, which promises nothing in
// gaps and folds, so that starts move or whole days vanish where clocks change at
// midnight; they walk from DTSTART to the question, so that the last start of a
// MINUTELY rule takes seconds; and for some rules they never answer. Here a
// question is arithmetic: the index of a period is a division, days that no rule
// part allows are skipped by whole years, BYSETPOS picks from the full period
// without building it, and what remains is counted in steps, of which a [Budget]
// allows only so many.
//
// A rule is followed on the wall clock, in walls: seconds since 1970 as if every
// day had 24 hours. Only [Resolve] and its inverse in the same file know zones.
//
// # Readings
//
// Where RFC 5545 leaves a choice, or programs differ:
//
//   - DTSTART belongs to the set also when the rule does not match it. It takes
//     nothing from COUNT then: COUNT is what the rule gives.
//   - A start in a gap is moved by the gap and counts toward COUNT (erratum 4271);
//     where that is another start's instant, the two are one. A start in a fold is
//     the earlier one, and HOURLY runs on the wall clock too: the repeated hour has
//     no starts of its own. February 30 is no start and does not count.
//   - BYWEEKNO without a day part means DTSTART's weekday, in YEARLY, MONTHLY and
//     WEEKLY rules. A YEARLY rule steps through calendar years, so the Monday of
//     week 1 may be a day of the year before.
//   - BYMONTHDAY without BYMONTH means every month, in YEARLY rules too.
//   - BYSETPOS counts in the full period; what lies before DTSTART is cut off after.
//   - BYDAY=3MO,WE is the third Monday and every Wednesday.
//   - BYMONTHDAY, BYYEARDAY and BYWEEKNO limit the days also with a FREQ for which
//     the RFC does not foresee them, as the common programs do.
//   - UNTIL in UTC compares instants. A date runs to the end of that local day, and
//     so does midnight UTC of an all-day series: that is how exporters write dates.
//   - The second 60 is 59. Years end at 9999.
package ical
