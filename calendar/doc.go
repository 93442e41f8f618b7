// Package calendar knows the days and hours on which no release may start.
//
// A [Calendar] is windows, of which each has a set of times: those that settings give
// by arithmetic, those of holidays, or the events of a source, of which a copy is
// handed in. Nothing here reads a file, a network or a clock.
//
// # Readings
//
//   - All times are read from the clock by [ical.Resolve], hours too: of a time that is
//     shown twice the first, of one in a gap the one as much later. So 01:30-01:45 is
//     closed once in autumn, and 01:00-02:00 both hours, for it ends after them. Where
//     nothing would be left of what closes, because its beginning is moved out of a gap,
//     it keeps the length that is written: 02:00-03:00 is 03:00-04:00.
//   - What opens, business hours (outside) and holes (except), does not keep it: it is
//     empty then, for nobody wrote that anything may start from 03:00 to 04:00. Neither
//     does a day that a zone skips make a hole in the next one.
//   - Hours that run over midnight belong to the day, and month, on which they begin. A
//     day that a zone skips has none.
//   - A length in days (2d) is by the clock, from the time that was to be shown as in a
//     DURATION of P2D: a start at 02:30 in a gap ends at 02:30. One in hours (48h) is
//     exact.
//   - What is black is so, whatever else cannot be read. A copy that is too old still
//     blocks by what it said; that nothing in it blocks is not believed any more.
package calendar
