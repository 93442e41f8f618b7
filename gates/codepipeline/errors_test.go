package codepipeline_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// P2: errors as the real client gives them. What matters is whether AWS can
// have changed anything, and what a person reads.
func TestErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		setup     func(w *world, cfg *aws.Config)
		code      string
		untouched bool
		text      []string
	}{
		{"throttled", fault(emulator.FaultThrottle, false), "throttled", true, []string{"Rate exceeded", "tries again, and slower"}},
		{"5xx JSON", fault(emulator.FaultErrorJSON, false), "server", false, []string{"AWS answered 500", "tries again"}},
		{"5xx JSON after applying", fault(emulator.FaultErrorJSON, true), "server", false, []string{"AWS answered 500"}},
		{"5xx HTML", fault(emulator.FaultErrorHTML, false), "server", false, []string{"AWS answered 503"}},
		{"5xx HTML after applying", fault(emulator.FaultErrorHTML, true), "server", false, []string{"AWS answered 503"}},
		{"hangs", fault(emulator.FaultHang, false), "timeout", false, []string{"no answer within 4s"}},
		{"hangs after applying", fault(emulator.FaultHang, true), "timeout", false, []string{"no answer within 4s"}},
		{"drops", fault(emulator.FaultDrop, false), "unreachable", false, []string{"cannot be reached", "AWS_ENDPOINT_URL"}},
		{"drops after applying", fault(emulator.FaultDrop, true), "unreachable", false, []string{"cannot be reached"}},
		{"denied", answers(http.StatusBadRequest, "application/x-amz-json-1.1", `{"__type":"AccessDeniedException","Message":"User: arn:x is not authorized"}`),
			"denied", true, []string{"is not authorized", "allow it for andon's role"}},
		{"expired", answers(http.StatusBadRequest, "application/x-amz-json-1.1", `{"__type":"ExpiredTokenException","message":"The security token is expired"}`),
			"credentials", true, []string{"renew andon's credentials"}},
		{"clock", answers(http.StatusBadRequest, "application/x-amz-json-1.1", `{"__type":"InvalidSignatureException","message":"Signature expired"}`),
			"credentials", true, []string{"this machine's clock"}},
		{"invalid", answers(http.StatusBadRequest, "application/x-amz-json-1.1", `{"__type":"ValidationException","message":"1 validation error"}`),
			"invalid", true, []string{"1 validation error"}},
		{"unheard of", answers(http.StatusBadRequest, "application/x-amz-json-1.1", `{"__type":"TeapotException","message":"short and stout"}`),
			"other", true, []string{"TeapotException", "short and stout"}},
		{"a proxy's 403 in HTML", answers(http.StatusForbidden, "text/html", "<html><body>blocked by policy</body></html>"),
			"unreachable", false, []string{"403", "proxy"}},
		{"a proxy's 403 in JSON", answers(http.StatusForbidden, "application/json", `{"error":"blocked by policy"}`),
			"unreachable", false, []string{"403", "proxy"}},
		{"a redirect to a portal", answers(http.StatusFound, "text/html", "<html><body>sign in</body></html>"),
			"unreachable", false, []string{"302", "proxy"}},
		{"connection refused", func(w *world, _ *aws.Config) { w.pipe.Close() }, "unreachable", false, []string{"connection refused"}},
		{"no such host", func(_ *world, cfg *aws.Config) {
			cfg.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "codepipeline.eu-x-1.amazonaws.com", IsNotFound: true}
			}}}
		}, "unreachable", false, []string{"no such host"}},
		{"not signed", func(_ *world, cfg *aws.Config) { cfg.Credentials = nil }, "credentials", true, []string{"Missing Authentication Token"}},
		{"credentials fail", func(_ *world, cfg *aws.Config) {
			cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{}, errors.New("no EC2 IMDS role found")
			})
		}, "credentials", true, []string{"no EC2 IMDS role found", "a task role", "AWS_ACCESS_KEY_ID"}},
		{"credentials out of reach", func(_ *world, cfg *aws.Config) {
			cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{}, &smithyhttp.RequestSendError{Err: errors.New("dial tcp 169.254.170.2:80: connection refused")}
			})
		}, "credentials", true, []string{"a task role"}},
		{"no region", func(_ *world, cfg *aws.Config) { cfg.Region, cfg.BaseEndpoint = "", nil }, "not-sent", true, []string{"AWS_REGION"}},
	} {
		for _, a := range []gates.Action{{Verb: gates.Close, Reason: "down"}, {Verb: gates.Open}, {}} {
			t.Run(strings.TrimSpace(c.name+" "+string(a.Verb)), func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					err := attempt(t, w, w.point(func(cfg *aws.Config) { c.setup(w, cfg) }), a)
					expectCallError(t, err, c.code, c.untouched, append(c.text, operationNames[a.Verb])...)
				})
			})
		}
	}
}

var operationNames = map[gates.Verb]string{gates.Close: "DisableStageTransition", gates.Open: "EnableStageTransition", "": "GetPipelineState"}

// attempt does a, or reads where it is no action.
func attempt(t *testing.T, w *world, p gates.Point, a gates.Action) error {
	if a.Verb != "" {
		before := w.called(operationNames[a.Verb])
		err := p.Do(t.Context(), a)
		if n := w.called(operationNames[a.Verb]) - before; n > 1 {
			t.Errorf("a write was sent %d times", n)
		}
		return err
	}
	_, err := p.Read(t.Context(), time.Now())
	return err
}

func expectCallError(t *testing.T, err error, code string, untouched bool, text ...string) {
	t.Helper()
	var c *gates.CallError
	if !errors.As(err, &c) {
		t.Fatalf("%v (%T), want a CallError", err, err)
	}
	if c.Code != code || c.Untouched != untouched {
		t.Errorf("code %q untouched %v, want %q %v: %v", c.Code, c.Untouched, code, untouched, err)
	}
	for _, want := range text {
		if !strings.Contains(c.Error(), want) {
			t.Errorf("%q lacks %q", c.Error(), want)
		}
	}
}

func fault(kind emulator.FaultKind, after bool) func(*world, *aws.Config) {
	return func(w *world, _ *aws.Config) { w.inject(emulator.Fault{Kind: kind, After: after}) }
}

// answers lets everything be answered alike, as something between us and AWS
// would.
func answers(status int, contentType, body string) func(*world, *aws.Config) {
	return func(_ *world, cfg *aws.Config) {
		cfg.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Request: r,
				Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
		})}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Who stops while a write is under way does not know what became of it.
func TestStoppedInACall(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.inject(emulator.Fault{Kind: emulator.FaultHang})
		for _, verb := range []gates.Verb{gates.Close, gates.Open} {
			ctx, stop := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, stop)
			err := w.point(nil).Do(ctx, gates.Action{Verb: verb, Reason: "down"})
			expectCallError(t, err, "cancelled", false, "andon is stopping")
		}
	})
}

// A page of somebody else's with 200 is no pipeline without stages.
func TestAPageIsNoAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for _, body := range []string{"", "{}", `{"pipelineName":"another","stageStates":[]}`} {
			p := w.point(func(cfg *aws.Config) { answers(http.StatusOK, "application/json", body)(w, cfg) })
			_, err := p.Read(t.Context(), time.Now())
			expectCallError(t, err, "other", true, "not one of CodePipeline", "AWS_ENDPOINT_URL")
		}
	})
}

// What is wrong with the configuration rather than with the wire.
func TestErrorsOfPlace(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		account := codepipeline.NewAccount(w.config("ANDON"), &w.calls)
		for _, c := range []struct {
			pipeline, stage, code string
			text                  []string
		}{
			{"shop-typo", stageName, "not-found", []string{"shop-typo", "correct pipeline, transition and approval in the configuration"}},
			{pipelineName, "Prod", "not-found", []string{`no stage "Prod"`, "it has: Source, Build, Production"}},
			{pipelineName, "Source", "not-found", []string{"the first stage has none"}},
		} {
			_, err := account.Pipeline(c.pipeline).Transition(c.stage).Read(t.Context(), time.Now())
			expectCallError(t, err, c.code, true, c.text...)
		}
		err := account.Pipeline(pipelineName).Transition("Prod").Do(t.Context(), gates.Action{Verb: gates.Close, Reason: "down"})
		expectCallError(t, err, "not-found", true, "Prod")
		err = account.Pipeline(pipelineName).Transition(stageName).Do(t.Context(), gates.Action{Verb: "approve"})
		expectCallError(t, err, "invalid", true, "cannot approve")
		stopped, stop := context.WithCancel(t.Context())
		stop()
		_, err = account.Pipeline(pipelineName).Transition(stageName).Read(stopped, time.Now())
		expectCallError(t, err, "cancelled", true, "andon is stopping")
		if n := w.calls.Counts()[codepipeline.Call{Operation: "GetPipelineState", Code: "not-understood"}]; n != 2 {
			t.Errorf("%d answers were counted as not understood, want 2", n)
		}
	})
}

// What answers in AWS's place may send for ever: it costs a little memory, and
// whether a write was applied is not known.
func TestAnswerWithoutAnEnd(t *testing.T) {
	t.Parallel()
	for _, a := range []gates.Action{{Verb: gates.Close, Reason: "down"}, {Verb: gates.Open}, {}} {
		t.Run("to "+operationNames[a.Verb], func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				var last *endless
				err := attempt(t, w, w.point(func(cfg *aws.Config) {
					cfg.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
						last = new(endless)
						return &http.Response{StatusCode: http.StatusOK, Request: r, ContentLength: -1,
							Body: io.NopCloser(io.MultiReader(strings.NewReader(`{"pipelineName":"`), last))}, nil
					})}
				}), a)
				expectCallError(t, err, "unreachable", false, "longer than 16 MiB", "AWS_ENDPOINT_URL")
				if last.read > 17<<20 {
					t.Errorf("%d bytes were read of an answer", last.read)
				}
			})
		})
	}
}

// endless is one long word. It ends in time for the machine that tests.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 64<<20 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'x'
	}
	e.read += len(p)
	return len(p), nil
}
