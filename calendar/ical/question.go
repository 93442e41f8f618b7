package ical

// question asks a plan, which knows only the wall clock, about instants.
//
// The instants of a span are shown by the wall clock once, shifted by its offset, but
// for its beginning: where clocks are turned back there, walls that the span before has
// shown already are not starts again; where they are turned forward, the walls that are
// left out take the offset before, and so are instants of this span.
type question struct {
	plan  *plan
	zone  Zone
	until int64 // the last instant that an UNTIL in UTC allows
	start int64 // DTSTART, which UNTIL does not exclude
	now   span
	then  span // the one before now
}

func newQuestion(s Series, budget *Budget) *question {
	q := &question{plan: newPlan(s, budget), zone: s.Zone, until: forever}
	if q.plan.rule.form == utcStamp {
		q.until = q.plan.rule.until.wall()
		q.plan.last = min(q.plan.last, q.until+far)
	}
	q.start, _ = resolve(q.plan.start, q.zone)
	q.now.until = -forever
	return q
}

// look finds the spans at an instant.
func (q *question) look(instant int64) {
	if q.now.from <= instant && instant < q.now.until {
		return
	}
	q.now = spanAt(instant, q.zone)
	q.then = q.now
	if q.now.from > -forever {
		q.then = spanAt(q.now.from-1, q.zone)
	}
}

// edges returns the wall at which the span before ends and the one at which this span
// begins. In between are the walls of a gap, or those of a fold.
func (q *question) edges() (ended, begun int64) {
	return q.now.from + q.then.offset, q.now.from + q.now.offset
}

// after returns the first start at or after an instant.
func (q *question) after(instant int64) (start int64, ok bool, err error) {
	b, ok, err := q.next(instant)
	return b.at, ok, err
}

// A begun is a start: when it is, and what the clock was to show, also where a gap has
// moved it.
type begun struct{ at, wall int64 }

// next is after, with the wall. Where one start is moved to the instant of another, the
// later wall counts.
func (q *question) next(instant int64) (b begun, ok bool, err error) {
	b, ok, err = q.nextWithout(instant)
	if ok && b.at > q.until {
		return begun{q.start, q.plan.start}, instant <= q.start, nil
	}
	return b, ok, err
}

func (q *question) nextWithout(instant int64) (b begun, ok bool, err error) {
	for {
		q.look(instant)
		ended, begins := q.edges()
		b.at = forever
		if moved := instant + q.then.offset; moved < begins { // so there is a gap, and t in it
			wall, ok, err := q.plan.next(moved)
			if err != nil {
				return begun{}, false, err
			}
			if ok && wall < begins {
				b = begun{wall - q.then.offset, wall}
			}
		}
		wall, ok, err := q.plan.next(max(instant+q.now.offset, ended))
		if err != nil {
			return begun{}, false, err
		}
		if at := wall - q.now.offset; ok && at < q.now.until && at <= b.at {
			b = begun{at, wall}
		}
		if b.at < forever || !ok {
			return b, b.at < forever, nil
		}
		instant = max(q.now.until, wall-far)
	}
}

// before returns the last start at or before an instant.
func (q *question) before(instant int64) (start int64, ok bool, err error) {
	start, ok, err = q.beforeWithout(min(instant, q.until))
	if err == nil && q.start <= instant && (!ok || start < q.start) {
		return q.start, true, nil
	}
	return start, ok, err
}

func (q *question) beforeWithout(instant int64) (start int64, ok bool, err error) {
	for {
		q.look(instant)
		ended, begun := q.edges()
		start = -forever
		if ended < begun {
			wall, ok, err := q.plan.prev(min(instant+q.then.offset, begun-1))
			if err != nil {
				return 0, false, err
			}
			if ok && wall >= ended {
				start = wall - q.then.offset
			}
		}
		wall, ok, err := q.plan.prev(instant + q.now.offset)
		if err != nil {
			return 0, false, err
		}
		if ok && wall >= max(ended, begun) {
			start = max(start, wall-q.now.offset)
		}
		if start > -forever {
			return start, true, nil
		}
		if wall, ok, err = q.plan.prev(ended - 1); !ok {
			return 0, false, err
		}
		instant = min(q.now.from-1, wall+far)
	}
}
