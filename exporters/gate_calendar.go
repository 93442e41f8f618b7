package exporters

import (
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/gates"
)

// GateCalendarView is what a gate's calendar said of all the time that a release takes
// which starts now.
type GateCalendarView struct {
	Name  string        `json:"name"`
	State calendar.Word `json:"state"`
	Next  *time.Time    `json:"next_change"`    // null: not known
	Fits  string        `json:"fits,omitempty"` // how long a release takes, in Go's syntax
}

func viewGateCalendar(r gates.Report) *GateCalendarView {
	if r.Gate.Calendar == "" {
		return nil
	}
	v := &GateCalendarView{Name: r.Gate.Calendar}
	if r.Calendar != nil {
		v.State, v.Next = r.Calendar.Word, known(r.Calendar.Next)
	}
	if r.Gate.Fits > 0 {
		v.Fits = r.Gate.Fits.String()
	}
	return v
}
