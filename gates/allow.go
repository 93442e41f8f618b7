package gates

import (
	"slices"
	"time"
)

// An Allow is a person's order that lets one execution through: the way for a fix
// inside a BlackDay, or while production is unwell. It passes the calendar and
// production's health at every gate of its pipeline, and nothing else: no person's
// hold, no order to close, no gate that only observes.
type Allow struct {
	ID        string    `json:"id"` // the same in the journals of all gates of the pipeline
	Execution string    `json:"execution"`
	Actor     string    `json:"actor"`
	Reason    string    `json:"reason"`
	At        time.Time `json:"at"`
	Expires   time.Time `json:"expires"`
	Place     Place     `json:"place"`                    // of the gate in whose journal it stands
	Blocker   bool      `json:"reject_blocker,omitempty"` // a pending approval of another execution that locks its way is to be rejected

	Ended *AllowEnd `json:"-"` // a person ended it before its time
}

// AllowEnd is how an Allow ended before its time.
type AllowEnd struct {
	ID     string    `json:"id"`
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// live tells whether a is in force at now.
func (a Allow) live(now time.Time) bool { return a.Ended == nil && now.Before(a.Expires) }

// allowed is the order that lets execution through at now, nil if there is none.
func (m Memory) allowed(execution string, now time.Time) *Allow {
	for i, a := range m.Allows {
		if a.Execution == execution && a.live(now) {
			return &m.Allows[i]
		}
	}
	return nil
}

// liveAllows are the orders in force at now.
func (m Memory) liveAllows(now time.Time) []Allow {
	return slices.DeleteFunc(slices.Clone(m.Allows), func(a Allow) bool { return !a.live(now) })
}

// allow takes an order in, in place of one for the same execution. The list is a
// new one: the one before is still somebody's snapshot.
func (m *Memory) allow(a Allow) {
	m.at(a.Place)
	if slices.ContainsFunc(m.Allows, func(o Allow) bool { return o.ID == a.ID }) {
		return
	}
	list := slices.DeleteFunc(slices.Clone(m.Allows), func(o Allow) bool {
		return o.Execution == a.Execution || a.At.Sub(o.Expires) > openedFor
	})
	m.Allows = append(list, a)
}

func (m *Memory) allowEnded(e AllowEnd) {
	m.Allows = slices.Clone(m.Allows)
	for i := range m.Allows {
		if m.Allows[i].ID == e.ID {
			m.Allows[i].Ended = &e
		}
	}
}
