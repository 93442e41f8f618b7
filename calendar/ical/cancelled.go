package ical

import (
	"slices"
	"strings"
	"time"
)

// calledOff is what of a UID is cancelled, in so many words.
type calledOff struct {
	all     bool
	starts  []int64 // instants, by RECURRENCE-ID, sorted
	onwards []int64 // the first of those with RANGE=THISANDFUTURE
}

// Cancelled tells whether the file says of the event with this UID, or of its
// occurrence that was to start then, that it is cancelled (STATUS:CANCELLED, or
// METHOD:CANCEL). That an event is not there, or excepted, is no such word.
func (c *Calendar) Cancelled(uid string, start time.Time) bool {
	off, at := c.off[uid], start.Unix()
	_, one := slices.BinarySearch(off.starts, at)
	return off.all || one || len(off.onwards) > 0 && off.onwards[0] <= at
}

// callOff notes what the versions of an event that count say is cancelled.
func (b *builder) callOff(masters, exceptions []*entry) {
	var off calledOff
	uid := ""
	if len(masters) > 0 && !slices.ContainsFunc(masters, func(e *entry) bool { return !e.cancelled }) {
		off.all, uid = true, masters[0].uid
	}
	for _, e := range exceptions { // in the order of their starts
		switch {
		case !e.cancelled:
			continue
		case !e.onwards:
			off.starts = append(off.starts, e.replaces.at)
		case off.onwards == nil:
			off.onwards = []int64{e.replaces.at}
		}
		uid = e.uid
	}
	if uid == "" { // nothing is cancelled, or nobody can tell what
		return
	}
	if b.cal.off == nil {
		b.cal.off = map[string]calledOff{}
	}
	b.cal.off[strings.Clone(uid)] = off
}
