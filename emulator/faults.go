package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of faults. Those that can strike after the request was applied
// do so when Fault.After says so.
const (
	FaultThrottle  FaultKind = "throttle"   // 400 ThrottlingException
	FaultDenied    FaultKind = "denied"     // 400 AccessDeniedException
	FaultErrorJSON FaultKind = "error-json" // 500 InternalFailure; can strike after
	FaultErrorHTML FaultKind = "error-html" // 503 with a page, as a load balancer answers; can strike after
	FaultHang      FaultKind = "hang"       // no answer until the client leaves or the faults are cleared; can strike after
	FaultDrop      FaultKind = "drop"       // the connection closes without an answer; can strike after
	FaultStale     FaultKind = "stale"      // a read gets an answer of the past: see Fault.By
	FaultDate      FaultKind = "date"       // the Date header is off by Fault.By; the call goes on otherwise
)

// A Fault is one thing that goes wrong with the calls it matches, of which
// the zero values of Operation and AccessKey match every one.
type Fault struct {
	Kind      FaultKind `json:"kind"`
	Operation string    `json:"operation,omitempty"` // e.g. GetPipelineState; "" and "*" are all
	AccessKey string    `json:"accessKey,omitempty"` // whose calls; "" is everybody's
	After     bool      `json:"after,omitempty"`     // strike when the request has been applied
	// By is how far the Date is off (negative is the past), or how old a stale
	// answer has to be. A stale answer By 0 is the last that differs from now.
	By    time.Duration `json:"-"`
	Count int           `json:"count,omitempty"` // strike so often; 0 is until cleared
	Every int           `json:"every,omitempty"` // strike at every Nth match; 0 and 1 are each
	Fired int           `json:"fired,omitempty"` // how often it has struck; Inject sets it to 0
}

// faultWire is Fault with By as people write durations: "-3h", "90s".
type faultWire struct {
	*faultFields
	By string `json:"by,omitempty"`
}

type faultFields Fault

// MarshalJSON writes By as "1m30s".
func (f Fault) MarshalJSON() ([]byte, error) {
	w := faultWire{faultFields: (*faultFields)(&f)}
	if f.By != 0 {
		w.By = f.By.String()
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads By as time.ParseDuration does.
func (f *Fault) UnmarshalJSON(b []byte) error {
	w := faultWire{faultFields: (*faultFields)(f)}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil || w.By == "" {
		return err
	}
	by, err := time.ParseDuration(w.By)
	f.By = by
	return err
}

func (f Fault) validate() error {
	late := []FaultKind{FaultErrorJSON, FaultErrorHTML, FaultHang, FaultDrop}
	kinds := append(late, FaultThrottle, FaultDenied, FaultStale, FaultDate)
	switch {
	case !slices.Contains(kinds, f.Kind):
		return fmt.Errorf("fault kind %q is unknown: use one of %v", f.Kind, kinds)
	case f.After && !slices.Contains(late, f.Kind):
		return fmt.Errorf("fault %s cannot strike after the request was applied: drop \"after\", or use one of %v", f.Kind, late)
	case f.Count < 0 || f.Every < 0:
		return fmt.Errorf("fault %s: count %d and every %d must not be negative", f.Kind, f.Count, f.Every)
	case f.Kind == FaultStale && f.By < 0:
		return fmt.Errorf("fault stale by %s: an answer of the future is not known; use a positive duration", f.By)
	}
	return nil
}

// faultPoints are the faults in force.
type faultPoints struct {
	mu    sync.Mutex
	armed []*armedFault
}

type armedFault struct {
	Fault
	matched int
	cleared chan struct{} // closed when the fault is cleared: whoever hangs goes on
}

// strike is what the faults do to one call. The zero value is nothing.
type strike struct {
	fault   Fault // the one that strikes; its Kind is empty if none does
	cleared <-chan struct{}
	date    time.Duration
}

func (p *faultPoints) arm(faults []Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range faults {
		f.Fired = 0
		p.armed = append(p.armed, &armedFault{Fault: f, cleared: make(chan struct{})})
	}
}

func (p *faultPoints) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.armed {
		close(f.cleared)
	}
	p.armed = nil
}

func (p *faultPoints) list() []Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]Fault, 0, len(p.armed))
	for _, f := range p.armed {
		all = append(all, f.Fault)
	}
	return all
}

// next decides what happens to a call. The first fault that strikes wins,
// except that a wrong Date comes on top of whatever else strikes.
func (p *faultPoints) next(operation string, c Caller) strike {
	p.mu.Lock()
	defer p.mu.Unlock()
	var s strike
	for _, f := range p.armed {
		if f.Kind != FaultDate && s.fault.Kind != "" || !f.strikes(operation, c) {
			continue
		}
		if f.Kind == FaultDate {
			s.date += f.By
			continue
		}
		s.fault, s.cleared = f.Fault, f.cleared
	}
	return s
}

// strikes counts a matching call, and tells whether this one is hit.
func (f *armedFault) strikes(operation string, c Caller) bool {
	matches := (f.Operation == "" || f.Operation == "*" || f.Operation == operation) &&
		(f.AccessKey == "" || f.AccessKey == c.AccessKey) &&
		(f.Kind != FaultStale || isRead(operation))
	if !matches || f.Count > 0 && f.Fired >= f.Count {
		return false
	}
	f.matched++
	if f.matched%max(f.Every, 1) != 0 {
		return false
	}
	f.Fired++
	return true
}

// instead is what the client gets instead of an answer. It is false if the
// call shall go on: because nothing strikes, or after a hang was cleared.
func (s strike) instead(ctx context.Context, d dialect) (reply, bool) {
	switch s.fault.Kind {
	case FaultThrottle:
		return d.refuse(errorf("ThrottlingException", "Rate exceeded")), true
	case FaultDenied:
		return d.refuse(errorf("AccessDeniedException", "User is not authorized to perform this action because no identity-based policy allows it")), true
	case FaultErrorJSON:
		return d.refuse(&Error{Code: "InternalFailure", Message: "injected", Status: http.StatusInternalServerError}), true
	case FaultErrorHTML:
		const page = "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>\n"
		return reply{status: http.StatusServiceUnavailable, contentType: "text/html", body: []byte(page)}, true
	case FaultDrop:
		return reply{dropped: true}, true
	case FaultHang:
		select {
		case <-ctx.Done():
			return reply{dropped: true}, true
		case <-s.cleared:
		}
	}
	return reply{}, false
}

func isRead(operation string) bool {
	return strings.HasPrefix(operation, "Get") || strings.HasPrefix(operation, "List")
}
