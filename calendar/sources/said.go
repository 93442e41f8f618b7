package sources

import (
	"fmt"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

// What AWS says may differ by so much from what the document says: clocks differ, and
// its transitions come in whole minutes.
const tolerance = time.Minute

// doubt compares what an authority says of a moment with what the document says. Nil:
// they agree. Somebody is wrong otherwise, and nobody here can tell who.
func doubt(r *reading, said *Said, window string) (*calendar.Problem, error) {
	if r == nil || said == nil {
		return nil, nil
	}
	open, state, err := r.at(said.At)
	if err != nil {
		return nil, err
	}
	before, _, err := r.at(said.At.Add(-tolerance))
	if err != nil {
		return nil, err
	}
	problem := func(format string, args ...any) *calendar.Problem {
		return &calendar.Problem{Window: window, Code: string(Disagrees), Text: fmt.Sprintf(format, args...), Since: said.At,
			Do: "compare the document with aws ssm get-calendar-state; until they agree the calendar is unreadable"}
	}
	switch next := state.Until; {
	case before != open || !next.IsZero() && next.Before(said.At.Add(tolerance)):
		return nil, nil // so near to a change either word is right
	case open != said.Open:
		return problem("of %s AWS says %s, and the document says %s", stamp(said.At), word(said.Open), word(open)), nil
	case said.Next.IsZero(): // it need not say
		return nil, nil
	case state.AtLeast && !said.Next.Before(next): // the document is not followed further
		return nil, nil
	case next.Sub(said.Next).Abs() > tolerance:
		return problem("AWS says that it is %s until %s, and the document says until %s", word(open), stamp(said.Next), stampOrNever(next)), nil
	}
	return nil, nil
}

// at is what a document says of a moment.
func (r *reading) at(t time.Time) (open bool, _ ical.State, err error) {
	state, err := r.events.At(t, nil)
	if err != nil {
		return false, ical.State{}, tooDear(err)
	}
	within := len(state.Causes) > 0
	return within == r.opens(), state, nil
}

func word(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}

func stampOrNever(t time.Time) string {
	if t.IsZero() {
		return "further notice"
	}
	return stamp(t)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
