package awscal_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/awscal"
	"github.com/andon-project/andon/calendar/sources"
	"github.com/andon-project/andon/emulator"
)

const shared = "arn:aws:ssm:us-east-1:999988887777:document/company"

func TestDocument(t *testing.T) {
	t.Parallel()
	a := open(t)
	noon := time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)
	a.clock = func() time.Time { return noon }
	text := fixture(t, "default-open")
	for _, name := range []string{"freeze", shared} {
		c := emulator.ChangeCalendar{Name: name, Content: text, Says: []emulator.Said{{Since: noon.Add(-4 * time.Hour), State: "CLOSED"}, {Since: noon.Add(time.Hour), State: "OPEN"}}}
		a.set(c)
		f := a.document(name)
		first, err := f.Fetch(t.Context(), sources.Version{})
		if err != nil || string(first.Body) != text || first.Same || *first.Says != (sources.Said{Open: false, At: noon, Next: noon.Add(time.Hour)}) {
			t.Fatalf("%s: %+v, says %+v: %v", name, first, first.Says, err)
		}
		c.Says = nil
		a.set(c)
		again, err := f.Fetch(t.Context(), first.Version)
		if err != nil || !again.Same || again.Body != nil || again.Version != first.Version || *again.Says != (sources.Said{Open: true, At: noon}) {
			t.Errorf("%s again: %+v, says %+v: %v", name, again, again.Says, err)
		}
		c.Content = fixture(t, "empty")
		a.set(c)
		if other, err := f.Fetch(t.Context(), first.Version); err != nil || other.Same || string(other.Body) != c.Content {
			t.Errorf("%s changed: %+v: %v", name, other, err)
		}
	}
	if a.counts["GetDocument ok"] != 6 || a.counts["GetCalendarState ok"] != 6 || len(a.counts) != 2 {
		t.Errorf("counted %v", a.counts)
	}
}

func TestDocumentFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		document string
		fault    emulator.Fault
		code     sources.Code
		words    []string
	}{
		"no such document":   {"frieze", emulator.Fault{}, sources.Missing, []string{"GetDocument: InvalidDocument", "correct the name (frieze)"}},
		"a runbook":          {"runbook", emulator.Fault{}, sources.NotCalendar, []string{`of type "Automation"`, "ChangeCalendar"}},
		"too large":          {"large", emulator.Fault{}, sources.TooLarge, []string{"larger than 10 MiB"}},
		"unsupported":        {"odd", emulator.Fault{}, sources.NotCalendar, []string{"GetCalendarState: UnsupportedCalendarException", "look at the document"}},
		"may not read":       {"freeze", emulator.Fault{Kind: emulator.FaultDenied, Operation: "GetDocument"}, sources.Denied, []string{"AccessDeniedException", "allow ssm:GetDocument on freeze", "andon iam"}},
		"may not ask":        {"freeze", emulator.Fault{Kind: emulator.FaultDenied, Operation: "GetCalendarState"}, sources.Denied, []string{"allow ssm:GetCalendarState on freeze"}},
		"throttled":          {"freeze", emulator.Fault{Kind: emulator.FaultThrottle}, sources.Status, []string{"ThrottlingException", "raise every"}},
		"a page":             {"freeze", emulator.Fault{Kind: emulator.FaultErrorHTML}, sources.Status, []string{"AWS answered 503"}},
		"broken":             {"freeze", emulator.Fault{Kind: emulator.FaultErrorJSON, Operation: "GetCalendarState"}, sources.Status, []string{"GetCalendarState: AWS answered 500"}},
		"cut off":            {"freeze", emulator.Fault{Kind: emulator.FaultDrop}, sources.Unreachable, []string{"AWS cannot be reached: connection reset by peer"}},
		"silent":             {"freeze", emulator.Fault{Kind: emulator.FaultHang}, sources.Timeout, []string{"GetDocument: no answer within 12s"}},
		"silent at the last": {"freeze", emulator.Fault{Kind: emulator.FaultHang, Operation: "GetCalendarState"}, sources.Timeout, []string{"GetCalendarState: no answer within 12s"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := open(t)
				a.set(emulator.ChangeCalendar{Name: "freeze", Content: fixture(t, "empty")})
				a.set(emulator.ChangeCalendar{Name: "large", Content: strings.Repeat("x", sources.MaxBody+1)})
				a.set(emulator.ChangeCalendar{Name: "runbook", Content: "{}", Type: "Automation"})
				a.set(emulator.ChangeCalendar{Name: "odd", Content: fixture(t, "empty"), Refuses: "UnsupportedCalendarException"})
				if test.fault.Kind != "" {
					a.inject(test.fault)
				}
				f := a.document(test.document)
				_, err := f.Fetch(t.Context(), sources.Version{})
				fails(t, err, test.code, test.words...)
				a.ClearFaults()
				if _, err := f.Fetch(t.Context(), sources.Version{}); err != nil && test.fault.Kind != "" {
					t.Errorf("when all is well again: %v", err)
				}
			})
		})
	}
}

// In a long outage the SDK's own quota of retries would run dry.
func TestASecondTryIsNeverRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := open(t)
		a.set(emulator.ChangeCalendar{Name: "freeze", Content: fixture(t, "empty")})
		a.inject(emulator.Fault{Kind: emulator.FaultErrorJSON, Count: 400})
		f := a.document("freeze")
		for range 200 {
			if _, err := f.Fetch(t.Context(), sources.Version{}); err == nil {
				t.Fatal("it was answered")
			}
		}
		if n := len(a.Calls()); n != 400 {
			t.Errorf("%d calls in 200 fetches, want two in each", n)
		}
	})
}

// Whoever stands in for AWS, nothing that makes no sense is taken for an answer.
func TestStatesThatSayNothing(t *testing.T) {
	t.Parallel()
	for _, state := range []string{`{}`, `{"State":"AJAR","AtTime":"2026-12-01T00:00:00Z"}`, `{"State":"OPEN"}`, `{"State":"OPEN","AtTime":"noon"}`,
		`{"State":"OPEN","AtTime":"2026-12-01T00:00:00Z","NextTransitionTime":"soon"}`} {
		a := open(t)
		a.cfg.HTTPClient = direct{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "GetDocument") {
				fmt.Fprint(w, `{"Content":"BEGIN:VCALENDAR","DocumentType":"ChangeCalendar"}`)
				return
			}
			fmt.Fprint(w, state)
		})}
		_, err := a.document("freeze").Fetch(t.Context(), sources.Version{})
		fails(t, err, sources.NotCalendar, "GetCalendarState answered")
	}
}

func TestTimesOfStates(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)
	for _, at := range []string{"2026-12-01T09:30:00Z", "2026-12-01T18:30:00+09:00", "2026-12-01T18:30:00+0900", "2026-12-01T09:30:00.000Z", "2026-12-01T09:30Z"} {
		a := open(t)
		a.cfg.HTTPClient = direct{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"Content":"BEGIN:VCALENDAR","DocumentType":"ChangeCalendar","State":"OPEN","AtTime":%q}`, at)
		})}
		answer, err := a.document("freeze").Fetch(t.Context(), sources.Version{})
		if err != nil || !answer.Says.At.Equal(want) {
			t.Errorf("%s: %+v, %v", at, answer.Says, err)
		}
	}
}

func TestAnswersThatDoNotEnd(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.cfg.HTTPClient = direct{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"DocumentType":"ChangeCalendar","Content":"`)
		for range 25 << 4 {
			w.Write(make([]byte, 1<<16))
		}
	})}
	_, err := a.document("freeze").Fetch(t.Context(), sources.Version{})
	fails(t, err, sources.TooLarge, "larger than 10 MiB")
	_, err = a.object("s3://plans/x.ics").Fetch(t.Context(), sources.Version{})
	fails(t, err, sources.TooLarge, "larger than 10 MiB")
}

func TestWithoutCredentialsOrRegion(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("no EC2 IMDS role found")
	})
	for _, f := range []sources.Fetcher{a.document("freeze"), a.object("s3://plans/x.ics")} {
		_, err := f.Fetch(t.Context(), sources.Version{})
		fails(t, err, sources.Denied, "for want of credentials: no EC2 IMDS role found", "task role")
	}
	for name, test := range map[string]struct {
		err  error
		code sources.Code
		say  string
	}{
		"no region":   {nil, sources.Refused, "write region:"},
		"no settings": {errors.New("the AWS settings of this machine cannot be read"), sources.Unknown, "cannot be read"},
	} {
		w := awscal.NewWorld(func(context.Context, string) (aws.Config, error) { return aws.Config{}, test.err }, time.Now, nil)
		for _, s := range []calendar.Source{{SSM: &calendar.SSM{Name: "freeze"}}, {ICS: &calendar.ICS{S3: "s3://plans/x.ics"}}} {
			f, _ := w.Open(s)
			_, err := f.Fetch(t.Context(), sources.Version{})
			if fails(t, err, test.code, test.say); t.Failed() {
				t.Log(name)
			}
		}
	}
}

func TestStopping(t *testing.T) {
	t.Parallel()
	a := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, f := range []sources.Fetcher{a.document("freeze"), a.object("s3://plans/x.ics")} {
		if _, err := f.Fetch(ctx, sources.Version{}); !errors.Is(err, context.Canceled) || errors.As(err, new(*sources.Failure)) {
			t.Errorf("got %v", err)
		}
	}
}
