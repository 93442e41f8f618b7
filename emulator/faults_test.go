package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// theater is a shop's pipeline behind the wire, in virtual time.
type theater struct {
	*testing.T
	*Server
	http  *http.Client
	alice *codepipeline.Client
}

func inTheater(t *testing.T, play func(theater)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		h := overPipe(t, s)
		if w := call(s, "CreatePipeline", []byte(shop)); w.Code != http.StatusOK {
			t.Fatal(w.Body)
		}
		play(theater{t, s, h, client(h, "http://pipe", "alice")})
		for _, err := range s.Violations() {
			t.Error(err)
		}
	})
}

func (th theater) inject(faults ...Fault) {
	th.Helper()
	if err := th.Inject(faults...); err != nil {
		th.Fatal(err)
	}
}

// disable stops releases before Production, within ten seconds.
func (th theater) disable(c *codepipeline.Client) error {
	ctx, cancel := context.WithTimeout(th.Context(), 10*time.Second)
	defer cancel()
	_, err := c.DisableStageTransition(ctx, &codepipeline.DisableStageTransitionInput{
		PipelineName: aws.String("shop"), StageName: aws.String("Production"),
		TransitionType: types.StageTransitionTypeInbound, Reason: aws.String("not today"),
	})
	return err
}

// enabled tells what a read shows of the transition into Production.
func (th theater) enabled() bool {
	th.Helper()
	out, err := th.alice.GetPipelineState(th.Context(), &codepipeline.GetPipelineStateInput{Name: aws.String("shop")})
	if err != nil {
		th.Fatal(err)
	}
	return out.StageStates[3].InboundTransitionState.Enabled
}

func TestFaultsBeforeAndAfter(t *testing.T) {
	for _, test := range []struct {
		name    string
		fault   Fault
		sees    func(error) bool
		applied bool
		status  int
	}{
		{"throttle", Fault{Kind: FaultThrottle}, code("ThrottlingException"), false, 400},
		{"json", Fault{Kind: FaultErrorJSON}, code("InternalFailure"), false, 500},
		{"json after", Fault{Kind: FaultErrorJSON, After: true}, code("InternalFailure"), true, 500},
		{"html", Fault{Kind: FaultErrorHTML}, notFromTheAPI, false, 503},
		{"html after", Fault{Kind: FaultErrorHTML, After: true}, notFromTheAPI, true, 503},
		{"hang", Fault{Kind: FaultHang}, timedOut, false, 0},
		{"hang after", Fault{Kind: FaultHang, After: true}, timedOut, true, 0},
		{"drop", Fault{Kind: FaultDrop}, cutOff, false, 0},
		{"drop after", Fault{Kind: FaultDrop, After: true}, cutOff, true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTheater(t, func(th theater) {
				test.fault.Operation, test.fault.Count = "DisableStageTransition", 1
				th.inject(test.fault)
				if err := th.disable(th.alice); err == nil || !test.sees(err) {
					th.Errorf("the client sees %v", err)
				}
				synctest.Wait()
				last := th.Calls()[1]
				if last.Applied != test.applied || last.Status != test.status || last.Fault != test.fault.Kind {
					th.Errorf("logged %+v", last)
				}
				if th.enabled() == test.applied {
					th.Errorf("applied: %t", !test.applied)
				}
				if err := th.disable(th.alice); err != nil {
					th.Errorf("the fault struck twice: %v", err)
				}
			})
		})
	}
}

func code(want string) func(error) bool {
	return func(err error) bool {
		var api smithy.APIError
		return errors.As(err, &api) && api.ErrorCode() == want
	}
}

// notFromTheAPI: HTML is an answer that the SDK cannot read.
func notFromTheAPI(err error) bool {
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	return !errors.As(err, &api) && errors.As(err, &response) && response.HTTPStatusCode() == http.StatusServiceUnavailable
}

func timedOut(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

func cutOff(err error) bool {
	var send *smithyhttp.RequestSendError
	return errors.As(err, &send) && !timedOut(err)
}

// Who hangs is let go when the faults are cleared, and is answered.
func TestClearingEndsAHang(t *testing.T) {
	for _, after := range []bool{false, true} {
		inTheaterNamed(t, map[bool]string{false: "before", true: "after"}[after], func(th theater) {
			th.inject(Fault{Kind: FaultHang, After: after})
			done := make(chan error)
			go func() { done <- th.disable(th.alice) }()
			synctest.Wait()
			if got := th.Calls()[1]; got.Operation != "DisableStageTransition" || got.Status != 0 {
				th.Errorf("while it hangs the log says %+v", got)
			}
			th.ClearFaults()
			if err := <-done; err != nil {
				th.Error(err)
			}
			if th.enabled() {
				th.Error("not applied")
			}
		})
	}
}

func inTheaterNamed(t *testing.T, name string, play func(theater)) {
	t.Run(name, func(t *testing.T) { inTheater(t, play) })
}

func TestWhomFaultsStrike(t *testing.T) {
	inTheater(t, func(th theater) {
		bob := client(th.http, "http://pipe", "bob")
		th.inject(
			Fault{Kind: FaultThrottle, Operation: "DisableStageTransition", AccessKey: "bob", Every: 3, Count: 2},
			Fault{Kind: FaultDrop, Operation: "StopPipelineExecution"},
		)
		for i := 1; i <= 12; i++ {
			if err := th.disable(th.alice); err != nil {
				th.Errorf("alice is struck at %d: %v", i, err)
			}
			if err := th.disable(bob); (err != nil) != (i == 3 || i == 6) {
				th.Errorf("bob at %d: %v", i, err)
			}
		}
		if f := th.Faults(); len(f) != 2 || f[0].Fired != 2 || f[1].Fired != 0 {
			th.Errorf("faults are %+v", f)
		}
	})
}

func TestStaleReads(t *testing.T) {
	inTheater(t, func(th theater) {
		for range 3 { // seconds 0, 1, 2: enabled
			th.enabled()
			time.Sleep(time.Second)
		}
		if err := th.disable(th.alice); err != nil { // at second 3
			th.Fatal(err)
		}
		time.Sleep(time.Second)
		if th.enabled() {
			th.Fatal("the disable was not applied")
		}
		for _, test := range []struct {
			by   time.Duration
			want bool
		}{{0, true}, {time.Second, false}, {4 * time.Second, true}, {time.Hour, true}} {
			time.Sleep(time.Second)
			th.inject(Fault{Kind: FaultStale, By: test.by, Count: 1})
			if got := th.enabled(); got != test.want {
				th.Errorf("a read stale by %s shows enabled: %t", test.by, got)
			}
		}
		th.inject(Fault{Kind: FaultStale})
		if err := th.disable(th.alice); err != nil || th.Faults()[4].Fired != 0 {
			th.Errorf("a stale fault struck a write: %v", err)
		}
		out, err := th.alice.GetPipeline(th.Context(), &codepipeline.GetPipelineInput{Name: aws.String("shop")})
		if err != nil || *out.Pipeline.Name != "shop" {
			th.Errorf("a first read has no past to answer from: %v", err)
		}
	})
}

// A stale read may show what has been deleted since.
func TestStaleReadsOfWhatIsGone(t *testing.T) {
	inTheater(t, func(th theater) {
		th.enabled()
		call(th.Server, "DeletePipeline", []byte(`{"name":"shop"}`))
		th.inject(Fault{Kind: FaultStale, By: time.Second, Count: 1})
		if !th.enabled() {
			th.Error("disabled")
		}
		if w := call(th.Server, "GetPipelineState", []byte(`{"name":"shop"}`)); w.Code != http.StatusBadRequest {
			th.Errorf("answered %d %s", w.Code, w.Body)
		}
	})
}

func TestWrongDates(t *testing.T) {
	inTheater(t, func(th theater) {
		th.inject(
			Fault{Kind: FaultDate, By: -3 * time.Hour},
			Fault{Kind: FaultThrottle, Count: 1},
		)
		for _, status := range []int{http.StatusBadRequest, http.StatusOK} {
			w := call(th.Server, "ListPipelines", nil)
			if want := time.Now().Add(-3 * time.Hour).UTC().Format(http.TimeFormat); w.Code != status || w.Header().Get("Date") != want {
				th.Errorf("answered %d at %s, want %d at %s", w.Code, w.Header().Get("Date"), status, want)
			}
		}
	})
}

func TestFaultsOverHTTP(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	do := func(method, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(method, "/_emulator/faults", strings.NewReader(body)))
		return w
	}
	w := do("POST", `[{"kind":"date","by":"-3h"},{"kind":"drop","after":true,"operation":"GetPipelineState","accessKey":"a","count":2,"every":3}]`)
	if w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	want := []Fault{
		{Kind: FaultDate, By: -3 * time.Hour},
		{Kind: FaultDrop, After: true, Operation: "GetPipelineState", AccessKey: "a", Count: 2, Every: 3},
	}
	var told []Fault
	if err := json.Unmarshal(do("GET", "").Body.Bytes(), &told); err != nil {
		t.Fatal(err)
	}
	for _, got := range [][]Fault{s.Faults(), told} {
		if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("faults are %+v", got)
		}
	}
	if do("DELETE", ""); len(s.Faults()) != 0 {
		t.Error("DELETE left faults")
	}
	for _, test := range []struct{ body, want string }{
		{`{"kind":"drop"}`, "the body is not a list of faults"},
		{`[{"kind":"explode"}]`, `fault kind \"explode\" is unknown: use one of [error-json`},
		{`[{"kind":"drop","when":"now"}]`, `unknown field \"when\"`},
		{`[{"kind":"date","by":"yesterday"}]`, `invalid duration`},
		{`[{"kind":"stale","by":"-1s"}]`, `an answer of the future is not known`},
		{`[{"kind":"throttle","after":true}]`, `cannot strike after`},
		{`[{"kind":"throttle","count":-1}]`, `must not be negative`},
		{`[{"kind":"throttle","operation":"getPipelineState"}]`, `operation \"getPipelineState\" is unknown`},
		{`[{"kind":"throttle"},{"kind":"drop","every":-1}]`, `must not be negative`},
	} {
		if w := do("POST", test.body); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s: answered %d %s", test.body, w.Code, w.Body)
		}
	}
	if f := s.Faults(); len(f) != 0 {
		t.Errorf("refused lists left %+v", f)
	}
}

func TestOtherSitesInjectNothing(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	r := httptest.NewRequest("POST", "/_emulator/faults", strings.NewReader(`[{"kind":"drop"}]`))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || len(s.Faults()) != 0 {
		t.Errorf("answered %d", w.Code)
	}
}

func TestThePastIsBounded(t *testing.T) {
	t.Parallel()
	var p past
	start := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	for i := range 3 * pastReads {
		for v := range 2 * pastVersions {
			p.add(string(rune('a'+i)), start.Add(time.Duration(v)*time.Second), []byte{byte(v)})
		}
	}
	if len(p.reads) != pastReads || len(p.order) != pastReads {
		t.Errorf("%d reads are remembered, %d in order", len(p.reads), len(p.order))
	}
	last := string(rune('a' + 3*pastReads - 1))
	if got := p.at(last, start); len(p.reads[last]) != pastVersions || got[0] != pastVersions {
		t.Errorf("%d versions are remembered, the oldest %v", len(p.reads[last]), got)
	}
	if p.at("a", start) != nil || p.previous("a") != nil {
		t.Error("the first read is still remembered")
	}
}
