package codepipeline_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/andon-project/andon/gates"
)

// A door stands before the emulator. It knows what each caller was really
// shown, stale answers too, and has every write audited before it is let in.
type door struct {
	next  http.Handler
	audit func(write)             // called at the arrival of a write
	heard func(write, stageShown) // called when it has ended, with what came of it

	mu    sync.Mutex
	shown map[string]map[string]shown // by access key and stage
	last  string                      // answer to a read, and what it says
	says  map[string]stageShown
}

// shown is what the last read told its caller of a stage.
type shown struct {
	stageShown
	begun time.Time
	skew  time.Duration // of the Date header
	blind int           // reads since then that were not answered, or from before it
}

// outdated: an answer from before the last one, which is not to be believed
// for a minute.
func (s shown) outdated(next stageShown, begun time.Time) bool {
	changed := next.InboundTransitionState.LastChangedAt
	return changed != 0 && changed < s.InboundTransitionState.LastChangedAt && begun.Sub(s.begun) < time.Minute
}

type stageShown struct {
	StageName              string
	InboundTransitionState struct {
		Enabled                       bool
		LastChangedBy, DisabledReason string
		LastChangedAt                 float64
	}
	LatestExecution   struct{ PipelineExecutionID, Status string }
	InboundExecutions []struct{ PipelineExecutionID string }
	ActionStates      []actionShown
}

type actionShown struct {
	ActionName      string
	LatestExecution struct {
		LastStatusChange                          float64
		ActionExecutionID, Token, Status, Summary string
	}
}

// suspect tells whether a release is inside the stage, or left it less than an
// hour before now.
func (s stageShown) suspect(now time.Time) bool {
	for _, a := range s.ActionStates {
		left := time.Unix(int64(a.LatestExecution.LastStatusChange), 0)
		if s.LatestExecution.Status != "" && now.Sub(left) < 59*time.Minute {
			return true
		}
	}
	return s.LatestExecution.Status == "InProgress"
}

// ours tells whether the transition shows the hold of an andon gate.
func (s stageShown) ours(instance, gate string) (gates.Mark, bool) {
	t := s.InboundTransitionState
	mark, ok := gates.ParseMark(t.DisabledReason)
	return mark, ok && !t.Enabled && mark.Instance == instance && mark.Gate == gate &&
		strings.HasPrefix(t.LastChangedBy, "arn:aws:sts::123456789012:assumed-role/andon/")
}

// A write is a request to disable or enable a transition, or to answer an approval.
type write struct {
	key, operation, pipeline, stage, reason string
	action, token, status                   string // of an answer to an approval, and reason is its summary
	time                                    time.Time
	shown                                   shown      // what its caller was shown last; zero: nothing
	truth                                   stageShown // how things really are at its arrival
}

func newDoor(next http.Handler) *door {
	return &door{next: next, shown: map[string]map[string]shown{}}
}

// forget makes the caller a new process, that has been shown nothing.
func (d *door) forget(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.shown, key)
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(credential, "/")
	switch operation {
	case "GetPipelineState":
		d.read(w, r, key)
	case "GetPipelineExecution", "ListPipelineExecutions", "GetPipeline", "ListActionExecutions", "CreatePipeline", "UpdatePipeline", "StopPipelineExecution":
		d.next.ServeHTTP(w, r)
	default:
		var in struct {
			PipelineName, StageName, Reason, ActionName, Token string
			Result                                             struct{ Status, Summary string }
		}
		json.Unmarshal(body, &in)
		c := write{key: key, operation: operation, pipeline: in.PipelineName, stage: in.StageName, reason: in.Reason + in.Result.Summary,
			action: in.ActionName, token: in.Token, status: in.Result.Status, time: time.Now()}
		c.truth = d.look()[in.StageName]
		d.mu.Lock()
		c.shown = d.shown[key][in.StageName]
		d.mu.Unlock()
		d.audit(c)
		defer func() { d.heard(c, d.look()[in.StageName]) }()
		d.next.ServeHTTP(w, r)
	}
}

// read lets a read through and remembers what it told, unless its caller never
// got the answer: then the emulator panics as net/http wants it.
func (d *door) read(w http.ResponseWriter, r *http.Request, key string) {
	begun := time.Now()
	d.mu.Lock()
	for stage, last := range d.shown[key] {
		last.blind++
		d.shown[key][stage] = last
	}
	d.mu.Unlock()
	rec := httptest.NewRecorder()
	d.next.ServeHTTP(rec, r)
	if rec.Code == http.StatusOK && r.Context().Err() == nil {
		date, _ := http.ParseTime(rec.Header().Get("Date"))
		d.tell(key, begun, date.Sub(time.Now().Truncate(time.Second)), rec.Body.String())
	}
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(rec.Code)
	w.Write(rec.Body.Bytes())
}

func (d *door) tell(key string, begun time.Time, skew time.Duration, answer string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last != answer {
		d.last, d.says = answer, stagesOf([]byte(answer))
	}
	if d.shown[key] == nil {
		d.shown[key] = map[string]shown{}
	}
	for name, s := range d.says {
		if d.shown[key][name].outdated(s, begun) {
			return
		}
	}
	for name, s := range d.says {
		d.shown[key][name] = shown{stageShown: s, begun: begun, skew: skew}
	}
}

// told tells whether the caller was shown last that the mark holds the stage.
func (d *door) told(key, stage string, mark gates.Mark) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	got, ours := d.shown[key][stage].ours(mark.Instance, mark.Gate)
	return ours && got == mark
}

// look sees how things are, past all faults.
func (d *door) look() map[string]stageShown {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"name":"`+pipelineName+`"}`))
	r.Header.Set("X-Amz-Target", "CodePipeline_20150709.GetPipelineState")
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AUDITOR/20261130/us-east-1/codepipeline/aws4_request")
	rec := httptest.NewRecorder()
	d.next.ServeHTTP(rec, r)
	return stagesOf(rec.Body.Bytes())
}

func stagesOf(body []byte) map[string]stageShown {
	var out struct{ StageStates []stageShown }
	json.Unmarshal(body, &out)
	stages := map[string]stageShown{}
	for _, s := range out.StageStates {
		stages[s.StageName] = s
	}
	return stages
}
