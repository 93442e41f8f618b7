package gates

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/probes"
)

var autumn = calendar.Cause{Window: "black-friday", Reason: "autumn campaign", Owner: "#ec",
	Start: friday.Add(-time.Hour), End: friday.Add(48 * time.Hour)}

// says is a gate's calendar, with these causes.
func says(word calendar.Word, causes ...calendar.Cause) func(*Evidence) {
	return func(e *Evidence) {
		e.Calendar, e.CalendarName = &calendar.State{Word: word, Causes: causes}, "blackdays"
		if word == calendar.Black {
			e.Opening = friday.Add(48*time.Hour + MaxSkew)
		}
	}
}

func TestAllReasonsAreTold(t *testing.T) {
	t.Parallel()
	d := Decide(Evidence{Checks: []CheckEvidence{said("shop", probes.Unhealthy, 0), said("api", probes.Healthy, 3), said("login", probes.Unhealthy, 0)}})
	if len(d.Reasons) != 2 || d.Reasons[0].Check != "shop" || d.Reasons[1].Check != "login" {
		t.Errorf("reasons %+v, want shop's and login's", d.Reasons)
	}
}

// What a calendar makes of a decision, beside production.
func TestDecideByCalendar(t *testing.T) {
	t.Parallel()
	black, clear, unreadable := says(calendar.Black, autumn), says(calendar.Clear), says(calendar.Unreadable)
	sick := func(e *Evidence) { e.Checks = []CheckEvidence{said("shop", probes.Unhealthy, 0)} }
	unasked := func(e *Evidence) { e.Checks = []CheckEvidence{said("shop", probes.Unknown, 0)} }
	unchecked := func(e *Evidence) { e.Checks = nil }
	starved := func(e *Evidence) { e.Checks[0].Starved = true }
	blind := func(e *Evidence) { e.Blind.Since = friday }
	held := func(h Hold) func(*Evidence) { return func(e *Evidence) { e.Hold = &h } }
	ours := held(Hold{Began: friday.Add(-time.Hour), Black: true})
	young := held(Hold{Began: friday, Failure: friday, Checks: []string{"shop"}})
	later := autumn
	later.Start = friday.Add(45 * time.Minute)
	other := calendar.Cause{Window: "holidays", Reason: "Labour Thanksgiving Day", Start: friday, End: friday.Add(24 * time.Hour)}
	for _, c := range []struct {
		name  string
		given []func(*Evidence)
		want  State
		codes string
	}{
		{"clear", g(clear), Opened, "healthy clear"},
		{"clear, without checks", g(clear, unchecked), Opened, "clear"},
		{"black", g(black), Closed, "blackday"},
		{"black, without checks", g(black, unchecked), Closed, "blackday"},
		{"black for two reasons", g(says(calendar.Black, autumn, other)), Closed, "blackday blackday"},
		{"black for none that is told", g(says(calendar.Black)), Closed, "blackday"},
		{"a release would not end in time", g(says(calendar.Black, later)), Closed, "too-late"},
		{"black, and black once more while it runs", g(says(calendar.Black, autumn, later)), Closed, "blackday too-late"},
		{"black and unhealthy: both are told", g(black, sick), Closed, "unhealthy blackday"},
		{"black needs no evidence", g(black, unasked), Closed, "blackday"},
		{"S6: black while starved", g(black, starved), Keep, "starved"},
		{"S6: black while blind is told, and not acted upon", g(black, blind), Keep, "blind blackday"},
		{"S6: black without checks while blind", g(black, unchecked, blind), Keep, "blind blackday"},
		{"S3: unreadable does not open", g(unreadable), Keep, "calendar-unreadable"},
		{"S3: unreadable without checks does not open", g(unreadable, unchecked), Keep, "calendar-unreadable"},
		{"not believed, and it says black: to close is safe", g(says(calendar.Unreadable, autumn)), Closed, "blackday calendar-unreadable"},
		{"unreadable and unhealthy", g(unreadable, sick), Closed, "unhealthy"},
		{"unreadable, and a hold of health", g(unreadable, young), Closed, "min-hold"},
		{"S3: unreadable, and a hold of the calendar", g(unreadable, ours), Keep, "calendar-unreadable"},
		{"clear, and a hold of the calendar: min_hold does not bind", g(clear, ours), Opened, "healthy clear"},
		{"clear, and a hold of the calendar without checks", g(clear, ours, unchecked), Opened, "clear"},
		{"clear, and a hold of the calendar: health counts", g(clear, ours, sick), Closed, "unhealthy"},
		{"clear, and a hold of the calendar: evidence counts", g(clear, ours, unasked), Keep, "unknown"},
		{"clear, a hold of the calendar, reopen: ask", g(clear, ours, func(e *Evidence) { e.Reopen = AskReopen }), Opened, "healthy clear"},
		{"clear, a hold of the calendar, several wait", g(clear, ours, func(e *Evidence) { e.Waiting = 2 }), Closed, "ask"},
		{"black, and a hold of health: both are told", g(black, young), Closed, "blackday min-hold"},
		{"S11: a thaw of many waits its turn", g(clear, ours, func(e *Evidence) { e.Wait = friday.Add(time.Hour) }), Keep, "velocity"},
		{"S7: an order to open passes it", g(black, func(e *Evidence) { e.Override = &Override{State: Opened, Expires: friday.Add(time.Hour)} }), Opened, "override"},
		{"an order to close tells of it", g(black, func(e *Evidence) { e.Override = &Override{State: Closed, Expires: friday.Add(time.Hour)} }), Closed, "override blackday"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := Evidence{Now: friday.Add(time.Minute), Checks: []CheckEvidence{said("shop", probes.Healthy, 10)}, MinHold: 10 * time.Minute}
			for _, change := range c.given {
				change(&e)
			}
			d := Decide(e)
			var codes []string
			for _, r := range d.Reasons {
				codes = append(codes, r.Code)
			}
			if got := strings.Join(codes, " "); d.State != c.want || got != c.codes {
				t.Errorf("%v because of %s, want %v because of %s", d.State, got, c.want, c.codes)
			}
		})
	}
}

func g(changes ...func(*Evidence)) []func(*Evidence) { return changes }

// What a manager reads, and until when.
func TestBlackDayInWords(t *testing.T) {
	t.Parallel()
	tokyo := time.FixedZone("JST", 9*60*60)
	cause := autumn
	cause.Start, cause.End = cause.Start.In(tokyo), cause.End.In(tokyo)
	e := Evidence{Now: friday}
	says(calendar.Black, cause)(&e)
	d := Decide(e)
	if want := "BlackDay: autumn campaign, until Mon 2026-11-30 03:00 JST (window black-friday of calendar blackdays, ask #ec)"; d.Reasons[0].Text != want {
		t.Errorf("%s\nwant %s", d.Reasons[0].Text, want)
	}
	if !d.Until.Equal(e.Opening) || !d.Since.Equal(cause.Start.Add(-MaxSkew)) || !d.Reasons[0].Since.Equal(cause.Start) || !d.Reasons[0].Until.Equal(cause.End) {
		t.Errorf("until %v, since %v: %+v", d.Until, d.Since, d.Reasons[0])
	}
	mark := Mark{"shop-prod", "production", "0123456789"}
	if got, want := CleanReason(mark, closeText(d, Seen{})), "(andon shop-prod production 0123456789) BlackDay autumn campaign until 20261129T1800Z - no release inside"; got != want {
		t.Errorf("in AWS: %s\nwant %s", got, want)
	}
	cause.Start = friday.Add(20 * time.Minute)
	e.Fits = 45 * time.Minute
	says(calendar.Black, cause)(&e)
	d = Decide(e)
	if want := "too late for a release, which may take 45m: BlackDay autumn campaign begins at Fri 2026-11-27 18:20 UTC and lasts until Mon 2026-11-30 03:00 JST (window black-friday of calendar blackdays, ask #ec)"; d.Reasons[0].Text != want {
		t.Errorf("%s\nwant %s", d.Reasons[0].Text, want)
	}
	if want := cause.Start.Add(-45*time.Minute - MaxSkew); !d.Since.Equal(want) {
		t.Errorf("since %v, want %v: who enables after that knows", d.Since, want)
	}
}

// Whose a hold is: the calendar's alone asks for nothing but its end.
func TestHoldOfACalendar(t *testing.T) {
	t.Parallel()
	gate := Gate{Name: "production"}
	inside := View{Fresh: true, Seen: Seen{Inside: []Execution{{ID: "1"}}}}
	after := func(h Hold) View { v := inside; v.Past = newMemory(); v.Past.Hold = &h; return v }
	sick := []CheckEvidence{said("shop", probes.Unhealthy, 0)}
	for _, c := range []struct {
		name          string
		checks        []CheckEvidence
		blind         bool
		v             View
		bare, suspect bool
	}{
		{"well", []CheckEvidence{said("shop", probes.Healthy, 10)}, false, inside, true, false},
		{"nothing known", []CheckEvidence{said("shop", probes.Unknown, 0)}, false, inside, true, false},
		{"no checks", nil, false, inside, true, false},
		{"sick as well", sick, false, inside, false, true},
		{"blind for long, on_blind: close", sick, true, inside, false, true},
		{"a machine lifted the calendar's hold", nil, false, after(Hold{Black: true}), true, false},
		{"a machine lifted production's hold", nil, false, after(Hold{Checks: []string{"api"}}), false, true},
		{"a machine lifted the calendar's hold, and it is sick by now", sick, false, after(Hold{Black: true}), false, true},
	} {
		e := Evidence{Now: friday, Checks: c.checks}
		says(calendar.Black, autumn)(&e)
		if c.blind {
			e.Blind.Since = friday
		}
		if h := gate.newHold("1", friday, e, c.v); h.bare() != c.bare || h.Suspect != c.suspect {
			t.Errorf("%s: %+v", c.name, h)
		}
	}
}

// S8: without its journal a gate that has nothing but a calendar can but have
// closed for that.
func TestAdoptionOfACalendarsHold(t *testing.T) {
	t.Parallel()
	v := View{Seen: Seen{Reason: "(andon shop blackday 0123456789) BlackDay", Inside: []Execution{{ID: "1"}}, ChangedAt: friday}, Past: newMemory()}
	if h := (Gate{Name: "blackday", Calendar: "blackdays"}).adopt(friday, v).Hold; !h.bare() || h.Suspect {
		t.Errorf("%+v", h)
	}
	if h := (Gate{Name: "blackday", Calendar: "blackdays", Checks: []string{"shop"}}).adopt(friday, v).Hold; h.bare() || !h.Suspect {
		t.Errorf("with checks it may have been for these: %+v", h)
	}
}

// A hold of the calendar can be lifted when that opens, and no sooner.
func TestEarliestEndOfABlackDay(t *testing.T) {
	t.Parallel()
	opening := friday.Add(48 * time.Hour)
	r := Report{Gate: Gate{May: []Verb{Close, Open}}, Holder: Ours, Hold: &Hold{Black: true, Began: friday}, Decision: Decision{State: Closed},
		Calendar: &calendar.State{Word: calendar.Black}, Opening: opening}
	if got, asks := r.Earliest(friday.Add(time.Hour)); !got.Equal(opening) || asks != "" {
		t.Errorf("%v %q, want %v", got, asks, opening)
	}
	r.Opening = time.Time{}
	if got, asks := r.Earliest(friday.Add(time.Hour)); !got.IsZero() || asks == "" {
		t.Errorf("%v %q, want to be told that nobody knows", got, asks)
	}
}

// The next opening is one in which a release may start by every clock within the skew: a
// hole that is too short for that is none.
func TestOpeningByEveryClock(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return friday.UTC().Add(d).Format("2006-01-02T15:04:05") }
	c, err := calendar.New(calendar.Settings{Name: "blackdays", Timezone: "UTC", Windows: []calendar.Window{
		{Name: "one", Selector: calendar.Selector{From: at(-time.Hour), To: at(time.Hour)}},
		{Name: "two", Selector: calendar.Selector{From: at(time.Hour + 50*time.Second), To: at(2 * time.Hour)}}}})
	if err != nil {
		t.Fatal(err)
	}
	e := Evidence{Now: friday}
	e.ask(Gate{Calendar: "blackdays"}, calendar.Snapshot{"blackdays": c.With(nil, friday)})
	if want := friday.Add(2*time.Hour + MaxSkew); !e.black() || !e.Opening.Equal(want) {
		t.Errorf("%v opens at %v, want %v", e.Calendar, e.Opening, want)
	}
}

// What a person is told to type has to be a command.
func TestUnreadableSaysWhatToDo(t *testing.T) {
	t.Parallel()
	e := Evidence{}
	says(calendar.Unreadable)(&e)
	if rs := e.unreadableReasons(); len(rs) != 1 || !strings.HasPrefix(rs[0].Do, "andon calendar show --calendar blackdays tells why") {
		t.Errorf("%+v", rs)
	}
}
