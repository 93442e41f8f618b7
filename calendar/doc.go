// Package calendar knows the days and hours on which no release may start.
//
// A [Calendar] is windows, of which each has a set of times: those that settings give
// by arithmetic, those of holidays, or the events of a source, of which a copy is
// handed in. Nothing here reads a file, a network or a clock.
//
// # Readings
//
//   - days, hours and months are the times at which a clock in the zone shows them: an
//     hour that is shown twice counts twice, one that is left out not at all. Hours
//     that run over midnight belong to the day, and month, on which they begin.
//   - from and to, holidays, and starts of rrule and cron are instants, as
//     [ical.Resolve] reads the clock: of a time that is shown twice the first, of one
//     in a gap the one as much later. A window never becomes empty by that.
//   - A length in days is by the clock (2d), one in hours is exact (48h).
//   - What is black is so, whatever else cannot be read. A copy that is too old still
//     blocks by what it said; that nothing in it blocks is not believed any more.
package calendar
