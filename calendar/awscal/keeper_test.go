package awscal_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
	"github.com/andon-project/andon/emulator"
)

// An office is an account whose calendars are kept, in virtual time.
type office struct {
	*account
	keeper *sources.Keeper
}

// inOffice begins at an instant, with one calendar of one window.
func inOffice(t *testing.T, at string, w calendar.Window, play func(office)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		shift := time.Until(begin)
		a := open(t)
		a.clock = func() time.Time { return time.Now().Add(shift) }
		w.Name = "freeze"
		c, err := calendar.New(calendar.Settings{Name: "company", Timezone: "Asia/Tokyo", Windows: []calendar.Window{w}})
		if err != nil {
			t.Fatal(err)
		}
		world := a.world()
		k := sources.NewKeeper(sources.Settings{Clock: a.clock, Open: func(_ context.Context, s calendar.Source) (sources.Fetcher, error) {
			f, _ := world.Open(s)
			return f, nil
		}})
		k.Replace([]*calendar.Calendar{c})
		play(office{a, k})
	})
}

func changeCalendar() calendar.Window {
	return calendar.Window{Selector: calendar.Selector{SSM: &calendar.SSM{Name: "freeze", Every: time.Minute, StaleAfter: time.Hour}}}
}

// says puts the document in place, and what AWS says from now on.
func (o office) says(document, state string, next time.Duration) {
	o.Helper()
	c := emulator.ChangeCalendar{Name: "freeze", Content: fixture(o.T, document), Says: []emulator.Said{{Since: o.clock(), State: state}}}
	if next > 0 {
		other := map[string]string{"OPEN": "CLOSED", "CLOSED": "OPEN"}[state]
		c.Says = append(c.Says, emulator.Said{Since: o.clock().Add(next), State: other})
	}
	o.set(c)
}

// sees reads the source, and expects a word with its cause, or with its problem if
// there is one.
func (o office) sees(word calendar.Word, because string) {
	o.Helper()
	o.keeper.Once(o.Context())
	now := o.clock()
	state := o.keeper.Snapshot().Over("company", now, now, now.Add(time.Second))
	said := ""
	for _, c := range state.Causes {
		said += c.Reason + "; "
	}
	for _, p := range state.Problems {
		said += p.Code + ": " + p.Text + "; "
	}
	if state.Word != word || !strings.Contains(said, because) || because == "" && said != "" || !strings.Contains(because, ":") && len(state.Problems) > 0 {
		o.Errorf("at %s it is %s (%s), want %s (%s)", now.Format(time.RFC3339), state.Word, said, word, because)
	}
}

// What AWS is documented to say of these documents, written by hand.
func TestChangeCalendarsAgree(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		at, document, state string
		next                time.Duration
		word                calendar.Word
		because             string
	}{
		"before payroll":        {"2026-11-12T07:00:00Z", "default-open", "OPEN", time.Hour, calendar.Clear, ""},
		"payroll, every week":   {"2026-11-12T09:00:00Z", "default-open", "CLOSED", 3 * time.Hour, calendar.Black, "Payroll"},
		"its end":               {"2026-11-12T12:00:00Z", "default-open", "OPEN", 6*24*time.Hour + 20*time.Hour, calendar.Clear, ""},
		"the end of the year":   {"2026-12-30T23:00:00Z", "default-open", "CLOSED", 88 * time.Hour, calendar.Black, "Year's end"},
		"release hours":         {"2026-11-23T10:00:00Z", "default-closed", "OPEN", 4 * time.Hour, calendar.Clear, ""},
		"after release hours":   {"2026-11-23T14:00:00Z", "default-closed", "CLOSED", 19 * time.Hour, calendar.Black, ""},
		"no release on Fridays": {"2026-11-27T10:00:00Z", "default-closed", "CLOSED", 2*24*time.Hour + 23*time.Hour, calendar.Black, ""},
		"nothing in it":         {"2026-11-27T10:00:00Z", "empty", "OPEN", 0, calendar.Clear, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inOffice(t, test.at, changeCalendar(), func(o office) {
				o.says(test.document, test.state, test.next)
				if test.word == calendar.Black && test.because == "" {
					test.because = "freeze" // there is no event to name: all is closed but the events
				}
				o.sees(test.word, test.because)
			})
		})
	}
}

// TestDisagreement: whichever of the two says that releases may go, none may while
// AWS and the document disagree. That is told, and over when they agree again.
func TestDisagreement(t *testing.T) {
	t.Parallel()
	payroll, before := "2026-11-12T09:00:00Z", "2026-11-12T07:00:00Z"
	for name, test := range map[string]struct {
		at, state string
		next      time.Duration
		right     string
		rightNext time.Duration
		agreed    calendar.Word
	}{
		"AWS says open":          {payroll, "OPEN", 0, "CLOSED", 3 * time.Hour, calendar.Black},
		"AWS says closed":        {before, "CLOSED", time.Hour, "OPEN", time.Hour, calendar.Clear},
		"AWS says another end":   {payroll, "CLOSED", time.Hour, "CLOSED", 3 * time.Hour, calendar.Black},
		"AWS says another start": {before, "OPEN", 5 * time.Hour, "OPEN", time.Hour, calendar.Clear},
	} {
		t.Run(name, func(t *testing.T) {
			inOffice(t, test.at, changeCalendar(), func(o office) {
				o.says("default-open", test.state, test.next)
				o.sees(calendar.Unreadable, "disagrees: ")
				if s := o.keeper.States(); len(s) != 1 || s[0].Doubt == nil || s[0].Doubt.Code != "disagrees" || s[0].Failed != nil {
					t.Errorf("the source is %+v", s)
				}
				o.says("default-open", test.right, test.rightNext)
				o.sees(test.agreed, map[calendar.Word]string{calendar.Black: "Payroll"}[test.agreed])
				if s := o.keeper.States()[0]; s.Doubt != nil {
					t.Errorf("in doubt still: %+v", s.Doubt)
				}
			})
		})
	}
}

// TestStateCannotBeAsked: the last good copy counts, with its problem told, and is
// believed as long as stale_after says.
func TestStateCannotBeAsked(t *testing.T) {
	inOffice(t, "2026-11-12T07:00:00Z", changeCalendar(), func(o office) {
		o.sees(calendar.Unreadable, "missing: GetDocument: InvalidDocument")
		o.says("default-open", "OPEN", time.Hour)
		o.sees(calendar.Clear, "")
		o.inject(emulator.Fault{Kind: emulator.FaultDenied, Operation: "GetCalendarState"})
		time.Sleep(50 * time.Minute)
		o.keeper.Once(o.Context())
		if s := o.keeper.States()[0]; s.Failed == nil || s.Failed.Code != "denied" || !strings.Contains(s.Failed.Do, "ssm:GetCalendarState on freeze") {
			o.Errorf("the source is %+v", s.Failed)
		}
		time.Sleep(7 * time.Hour) // payroll is over: the document says that releases may go
		o.sees(calendar.Unreadable, "denied: GetCalendarState")
		o.ClearFaults()
		time.Sleep(6*24*time.Hour + 18*time.Hour)
		o.says("default-open", "CLOSED", 190*time.Minute)
		o.sees(calendar.Black, "Payroll")
	})
}

// TestCalendarInS3 is read like any file; what is not changed is not read again.
func TestCalendarInS3(t *testing.T) {
	w := calendar.Window{Selector: calendar.Selector{ICS: &calendar.ICS{S3: "s3://plans/freeze.ics", Every: time.Minute, StaleAfter: time.Hour}}}
	inOffice(t, "2026-11-12T09:00:00Z", w, func(o office) {
		o.sees(calendar.Unreadable, "missing: GetObject: NoSuchKey")
		o.put(emulator.Object{Bucket: "plans", Key: "freeze.ics", Body: []byte(fixture(o.T, "default-open"))})
		o.sees(calendar.Black, "Payroll")
		time.Sleep(4 * time.Hour)
		o.sees(calendar.Clear, "")
		calls := o.Calls()
		if last := calls[len(calls)-1]; last.Status != 304 {
			o.Errorf("it was asked as %+v", last)
		}
		o.put(emulator.Object{Bucket: "plans", Key: "freeze.ics", Body: []byte("<!DOCTYPE html><title>Sign in</title>")})
		time.Sleep(time.Minute)
		o.keeper.Once(o.Context())
		if s := o.keeper.States()[0]; s.Failed == nil || s.Failed.Code != "not-calendar" || s.Events != 2 {
			o.Errorf("a page replaced the calendar: %+v", s)
		}
	})
}
