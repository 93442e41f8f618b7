package emulator

import (
	"context"
	"errors"
	"net/http"
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
	for name, after := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			inTheater(t, func(th theater) {
				th.inject(Fault{Kind: FaultHang, After: after})
				done := make(chan error)
				go func() { done <- th.disable(th.alice) }()
				synctest.Wait()
				if got := th.Calls()[1]; got.Operation != "DisableStageTransition" || got.Status != 0 || got.Applied != after {
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
		})
	}
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
