package calendar

import (
	"errors"

	"github.com/andon-project/andon/calendar/ical"
)

// A stride is how far a search goes at a time: longer and longer, because most windows
// have little to tell, and shorter where one has more than a question may cost.
type stride struct {
	step  int64
	tries int
}

const (
	firstStride    = 8 * daySeconds
	shortestStride = 60
	mostStrides    = 32 // ten years are 9 of those that only grow
)

// errShorter says to try again with the step that the stride has now.
var errShorter = errors.New("try a shorter step")

func newStride() stride { return stride{step: firstStride} }

// try calls f, and lengthens the step. It ends in [ical.ErrBudget] where f does and the
// step cannot be shorter, or when there have been too many.
func (s *stride) try(f func() error) error {
	if s.tries++; s.tries > mostStrides {
		return ical.ErrBudget
	}
	err := f()
	switch {
	case err == nil:
		s.step *= 2
	case errors.Is(err, ical.ErrBudget) && s.step/8 >= shortestStride:
		s.step /= 8
		return errShorter
	}
	return err
}
