package codepipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// P1, S3: a calendar that was never read, or is stale, approves nothing.
func TestCalendarThatFails(t *testing.T) {
	releasing(t, func(r *release) {
		r.keep(calendar.Settings{Name: "blackdays", Timezone: "UTC", Windows: []calendar.Window{
			{Name: "feed", Selector: calendar.Selector{ICS: &calendar.ICS{URL: "https://calendars.example.com/x.ics"}}}}})
	}, func(t *testing.T, r *release) {
		r.start()
		id := r.ask("rev-1")
		time.Sleep(time.Minute)
		got := r.report()
		if r.status(id) != "InProgress" || got.Decision.State != gates.Keep || got.Decision.Reasons[0].Code != "calendar-unreadable" {
			t.Fatalf("never read, and the approval is %s; %s", r.status(id), r.says())
		}
		r.feed(t, time.Now().Add(-time.Second))
		time.Sleep(time.Minute)
		if r.status(id) != "InProgress" {
			t.Fatalf("stale, and the approval is %s", r.status(id))
		}
		r.feed(t, time.Now().Add(5*time.Minute))
		time.Sleep(time.Minute)
		if r.status(id) != "Succeeded" {
			t.Fatalf("read, and the approval is %s; %s", r.status(id), r.says())
		}
		time.Sleep(5 * time.Minute) // the feed fails meanwhile
		next := r.ask("rev-2")
		time.Sleep(time.Minute)
		if r.status(next) != "InProgress" {
			t.Errorf("stale again, and the approval is %s", r.status(next))
		}
		r.auditAnswers()
	})
}

// feed is what the calendar's source is known to say, believed until then.
func (r *release) feed(t *testing.T, stale time.Time) {
	events, err := ical.Parse(strings.NewReader("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"), ical.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.copies, r.now = map[calendar.Ref]calendar.Copy{{Calendar: "blackdays", Window: "feed"}: {Events: events, Read: time.Now(), Stale: stale}}, nil
}

// S3 at the edge: releases come every few seconds while a BlackDay draws near, with
// clocks that differ as much as is allowed. Whichever clock is right, nothing is
// approved inside, nor what takes longer than is left.
func TestEdgeOfABlackDay(t *testing.T) {
	for _, off := range []time.Duration{0, 28 * time.Second, -28 * time.Second} {
		for _, fits := range []time.Duration{0, 12 * time.Minute} {
			t.Run(fmt.Sprintf("clock off by %v, fits %v", off, fits), func(t *testing.T) {
				begins, lasts := 20*time.Minute, 2*time.Minute
				releasing(t, func(r *release) {
					r.mode = types.ExecutionModeParallel
					r.gate.Fits = fits
					r.black(blackout{begins, begins + lasts})
				}, func(t *testing.T, r *release) {
					r.goesWrong(emulator.Fault{Kind: emulator.FaultDate, By: off})
					r.start()
					last := storyBegins.Add(begins - fits)
					time.Sleep(time.Until(last.Add(-3 * time.Minute)))
					for range 20 {
						r.push("rev")
						time.Sleep(11 * time.Second)
					}
					answers := r.answers()
					if len(answers) < 10 {
						t.Errorf("%d were approved; %s", len(answers), r.says())
					}
					if late := answers[len(answers)-1].Add(gates.MaxSkew); late.After(last) || last.Sub(late) > 30*time.Second {
						t.Errorf("S3: the last was approved at %v, the BlackDay begins for it at %v", answers[len(answers)-1], last)
					}
					time.Sleep(time.Until(storyBegins.Add(begins + lasts + gates.MaxSkew)))
					if n := len(r.answers()); n != len(answers) {
						t.Errorf("S3: %d were approved inside the BlackDay", n-len(answers))
					}
					time.Sleep(time.Minute)
					if n := len(r.answers()); n == len(answers) {
						t.Errorf("L3: none is approved a minute after the BlackDay; %s", r.says())
					}
				})
			})
		}
	}
}

// answers is when AWS took an answer of andon's.
func (r *release) answers() (times []time.Time) {
	for _, c := range r.server.Calls() {
		if c.AccessKey == "ANDON" && c.Operation == "PutApprovalResult" && c.Applied {
			times = append(times, c.Time)
		}
	}
	return slices.Clip(times)
}

// A clock that is off by more lets nothing through.
func TestDoubtfulClock(t *testing.T) {
	releasing(t, func(r *release) { r.gate.OnBlack = gates.RejectReply }, func(t *testing.T, r *release) {
		r.goesWrong(emulator.Fault{Kind: emulator.FaultDate, By: 40 * time.Second})
		r.start()
		id := r.ask("rev-1")
		time.Sleep(time.Minute)
		r.black(blackout{0, day})
		time.Sleep(time.Minute)
		if got := r.report(); r.status(id) != "InProgress" || got.Problems[0].Code != "clock" {
			t.Errorf("it is %s; %s", r.status(id), r.says())
		}
	})
}
