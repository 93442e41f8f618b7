package emulator

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
)

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
