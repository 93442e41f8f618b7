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
// A rule is followed on the wall clock, in walls: seconds since 1970 as if every day
// had 24 hours. What zones make of walls is asked after that: by Resolve, and by a
// question, which knows where clocks are changed.
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
//     WEEKLY rules. A YEARLY rule steps through calendar years: with INTERVAL, the
//     days of week 1 that are in December go with that December's year.
//   - BYMONTHDAY without BYMONTH means every month, in YEARLY rules too.
//   - BYSETPOS counts in the full period; what lies before DTSTART is cut off after.
//   - BYDAY=3MO,WE is the third Monday and every Wednesday.
//   - BYMONTHDAY, BYYEARDAY and BYWEEKNO limit the days also with a FREQ for which
//     the RFC does not foresee them, as the common programs do.
//   - UNTIL in UTC compares instants. A date runs to the end of that local day, and
//     so does midnight UTC of an all-day series: that is how exporters write dates.
//   - The second 60 is 59. Years end at 9999.
//
// [Parse] reads files as applications write them:
//
//   - Where it can be told when an event is, sloppiness is forgiven: a byte order
//     mark, bare line feeds, names in any case, trailing semicolons, parts that are
//     unknown, a missing UID, a DTEND that is DTSTART's own date. What is doubtful is
//     warned of.
//   - Where it cannot, the whole file is refused, for the event may be the freeze: a
//     time or rule that is none, an unknown time zone, a file that was cut off. An
//     event that is no time at all (no DTSTART, DTEND before it) is left out loudly.
//   - A TZID is, in this order, a name of the IANA database, one behind a prefix
//     (/mozilla.org/20050126_1/Europe/London), a name of Windows, a VTIMEZONE of the
//     file, a text of Outlook. It is never UTC by default, nor the machine's zone.
//   - Times without a zone and dates are where X-WR-TIMEZONE says, else where
//     Options say. EXDATE, RDATE and RECURRENCE-ID without a zone are in that of
//     DTSTART.
//   - DURATION's weeks and days are nominal, its hours exact. DTEND gives every
//     occurrence the same exact length (section 3.8.5.3), or the same number of days
//     if it is a date.
//   - EXDATE and RECURRENCE-ID compare instants. If one side is a date, dates are
//     compared as they are written.
//   - Of versions with the same UID (and RECURRENCE-ID) the highest SEQUENCE counts,
//     then the latest DTSTAMP; if these are the same, each that differs. An exception
//     without its event is an event; what is cancelled is none.
//   - RANGE=THISANDFUTURE moves later starts by as much on the wall clock, and gives
//     them its length. With a rule of its own it goes on by that rule.
package ical
