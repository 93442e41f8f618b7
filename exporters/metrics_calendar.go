package exporters

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/andon-project/andon/calendar"
)

// calendarMetrics tell of calendars and of what they read. While a calendar is
// unreadable it is not told whether it is black: neither 0 nor 1 is known then.
type calendarMetrics struct {
	families
	sources Sources

	black, readable, warns, next             family
	up, age, read, stale, events, kept, code family
}

func newCalendarMetrics(s Sources) calendarMetrics {
	m := calendarMetrics{sources: s}
	m.black = m.gauge("andon_calendar_black", "Whether no release may start by the calendar; not told while it is unreadable.", "calendar")
	m.readable = m.gauge("andon_calendar_readable", "Whether it is known what the calendar says; while it is not, nothing is opened or approved by it.", "calendar")
	m.warns = m.gauge("andon_calendar_warnings", "Windows in force that only warn.", "calendar")
	m.next = m.gauge("andon_calendar_next_change_timestamp_seconds", "When the calendar turns black or clear next, in seconds since 1970, if that is known.", "calendar")
	m.up = m.gauge("andon_calendar_source_up", "Whether the last attempt to read the source succeeded.", "calendar", "window")
	m.age = m.gauge("andon_calendar_source_age_seconds", "How long ago the source last said that the copy in use is good.", "calendar", "window")
	m.read = m.gauge("andon_calendar_source_last_success_timestamp_seconds", "When the source last said that the copy in use is good, in seconds since 1970.", "calendar", "window")
	m.stale = m.gauge("andon_calendar_source_stale_timestamp_seconds", "From when on the copy in use is too old to be believed, in seconds since 1970.", "calendar", "window")
	m.events = m.gauge("andon_calendar_source_events", "Events in the copy in use.", "calendar", "window")
	m.kept = m.gauge("andon_calendar_source_kept", "Freezes that vanished from the source before their time, and block until somebody acknowledges that.", "calendar", "window")
	m.code = m.gauge("andon_calendar_source_problem", "1 for each kind of problem with the source.", "calendar", "window", "code")
	return m
}

// Collect is the other half of prometheus.Collector.
func (m calendarMetrics) Collect(ch chan<- prometheus.Metric) {
	now, all := m.sources.Clock(), m.sources.Calendars()
	for _, name := range m.sources.calendarNames() {
		state := all[name].At(now, now)
		m.readable.send(ch, flag(state.Word != calendar.Unreadable), label(name))
		if state.Word != calendar.Unreadable {
			m.black.send(ch, flag(state.Word == calendar.Black), label(name))
		}
		m.warns.send(ch, float64(len(state.Warns)), label(name))
		if !state.Next.IsZero() {
			m.next.send(ch, seconds(state.Next), label(name))
		}
	}
	said := once{}
	for _, f := range m.sources.Feeds() {
		if said.more(label(f.Ref.Calendar) + "\x00" + label(f.Ref.Window)) {
			m.source(ch, f)
		}
	}
}

func (m calendarMetrics) source(ch chan<- prometheus.Metric, f calendar.SourceState) {
	name, window := label(f.Ref.Calendar), label(f.Ref.Window)
	m.up.send(ch, flag(f.Failed == nil && !f.Tried.IsZero()), name, window)
	m.events.send(ch, float64(f.Events), name, window)
	m.kept.send(ch, float64(len(f.Kept)), name, window)
	if !f.Read.IsZero() {
		m.age.send(ch, m.sources.Clock().Sub(f.Read).Seconds(), name, window)
		m.read.send(ch, seconds(f.Read), name, window)
	}
	if !f.Stale.IsZero() {
		m.stale.send(ch, seconds(f.Stale), name, window)
	}
	codes := once{}
	for _, p := range []*calendar.Problem{f.Failed, f.Doubt} {
		if p != nil && codes.more(label(p.Code)) {
			m.code.send(ch, 1, name, window, label(p.Code))
		}
	}
}
