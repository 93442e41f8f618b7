package ical

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"
)

// An ownZone is a zone that a file defines: a table of the instants at which the
// offset changes.
type ownZone struct {
	name    string
	before  int // the offset before the first change
	changes []change
}

type change struct {
	at      int64
	seconds int // east of UTC, from then on
}

// The table of a VTIMEZONE covers these years; the offsets at its ends hold beyond.
const (
	ownFirst = 1900
	ownLast  = 2200
)

// maxChanges in the table of a zone: ten a year.
const maxChanges = 10 * (ownLast - ownFirst)

func (z *ownZone) String() string { return z.name }

func (z *ownZone) Offset(t time.Time) (seconds int, from, until time.Time) {
	i := sort.Search(len(z.changes), func(i int) bool { return z.changes[i].at > t.Unix() })
	seconds = z.before
	if i > 0 {
		seconds, from = z.changes[i-1].seconds, time.Unix(z.changes[i-1].at, 0)
	}
	if i < len(z.changes) {
		until = time.Unix(z.changes[i].at, 0)
	}
	return seconds, from, until
}

// zone makes a zone of a VTIMEZONE (RFC 5545 section 3.6.5).
func (v *vtimezone) zone() (Zone, error) {
	if len(v.observed) == 0 {
		return nil, refuse(v.line, "the time zone %.60q has neither STANDARD nor DAYLIGHT: export the calendar again, or use a name such as Europe/Berlin", v.id)
	}
	z := &ownZone{name: strings.Clone(v.id)} // and not the whole file
	first := int64(forever)
	for _, o := range v.observed {
		to, ok := parseOffset(o.to.value)
		if !ok {
			return nil, refuse(o.line, "TZOFFSETTO of the time zone %.60q is %.20q: write it as +0100", v.id, o.to.value)
		}
		from, ok := parseOffset(o.from.value)
		if !ok && o.from.name != "" {
			return nil, refuse(o.line, "TZOFFSETFROM of the time zone %.60q is %.20q: write it as +0100", v.id, o.from.value)
		}
		if !ok {
			from = to
		}
		onsets, err := o.onsets(v.id, from)
		if err != nil {
			return nil, err
		}
		for _, at := range onsets {
			if z.changes = append(z.changes, change{at, to}); len(z.changes) > maxChanges {
				return nil, refuse(o.line, "the time zone %.60q changes more than %d times: use a name such as Europe/Berlin", v.id, maxChanges)
			}
			if at < first {
				first, z.before = at, from
			}
		}
	}
	slices.SortStableFunc(z.changes, func(c, d change) int { return cmp.Compare(c.at, d.at) })
	// Of changes within a day the last counts: no clock is changed so often.
	kept := z.changes[:0]
	for _, c := range z.changes {
		if n := len(kept); n > 0 && c.at-kept[n-1].at < daySeconds {
			kept = kept[:n-1]
		}
		kept = append(kept, c)
	}
	z.changes = kept
	return z, nil
}

// onsets are the instants at which an observance begins. Its times are in the offset
// before it.
func (o observance) onsets(id string, from int) ([]int64, error) {
	zone := &ownZone{before: from}
	start, form, err := parseStamp(o.start.value)
	if err != nil || form == dateStamp {
		return nil, refuse(o.line, "DTSTART of the time zone %.60q is %.20q: write it as 19701025T030000", id, o.start.value)
	}
	all := []int64{momentOf(start, false, zone).at}
	for _, p := range o.rdates {
		more, err := onsetDates(p, zone)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	budget := Budget(20 * maxChanges)
	for _, p := range o.rules {
		rule, err := ParseRule(p.value)
		if err != nil {
			return nil, refuse(p.line, "RRULE of the time zone %.60q: %v", id, err)
		}
		s := Series{Start: start, Zone: zone, Rule: rule}
		for t, err := range s.All(year(ownFirst), year(ownLast), &budget) {
			if err != nil || len(all) > maxChanges {
				return nil, refuse(p.line, "RRULE of the time zone %.60q changes clocks more often than anybody does: use a name such as Europe/Berlin", id)
			}
			all = append(all, t.Unix())
		}
	}
	return all, nil
}

func onsetDates(p property, zone Zone) ([]int64, error) {
	var all []int64
	b := &builder{cal: &Calendar{}} // warns nobody
	p.params = ""                   // whatever they say, these are times of that zone
	err := b.moments(p, nil, zone, func(m moment, _ *lasting) { all = append(all, m.at) })
	return all, err
}

func year(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }

// parseOffset reads +0100, -033000 (RFC 5545 section 3.3.14).
func parseOffset(s string) (seconds int, ok bool) {
	if len(s) != 5 && len(s) != 7 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	for i, unit := range []int{3600, 60, 1} {
		at := 1 + 2*i
		if at >= len(s) {
			break
		}
		tens, ones := int(s[at]-'0'), int(s[at+1]-'0')
		if tens > 9 || ones > 9 || i == 0 && tens*10+ones > 23 || i > 0 && tens > 5 {
			return 0, false
		}
		seconds += (tens*10 + ones) * unit
	}
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}
