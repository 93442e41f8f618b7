package gates

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// AllowFor is how long an execution is let through where nothing is said.
const AllowFor = 4 * time.Hour

// A Tracker tells of the executions of a pipeline.
type Tracker interface {
	// Track looks for one by its id. Errors are *CallError.
	Track(ctx context.Context, execution string) (Track, error)
}

// A Track is what AWS tells of an execution and of its way.
type Track struct {
	Execution Execution
	Status    string    // as AWS calls it: InProgress, Superseded, …; "" where AWS knows no such execution
	Riders    []Rider   // older than it and newer than what is in production, newest first: it carries their changes too
	Partial   bool      // there may be more of them: the list did not reach back to what is in production
	Stops     []Barrier // what stands in any execution's way now
}

// A Rider is an execution whose changes another one carries.
type Rider struct {
	Execution
	Status  string `json:"status"`
	Summary string `json:"summary,omitempty"` // of its source revision, as the source tells it
}

// A Barrier is a disabled transition, or a pending approval.
type Barrier struct {
	Stage     string
	Action    string // of an approval; "" is the transition into Stage
	Execution string // that waits at the approval
	By        string
	Reason    string
	Since     time.Time
}

// ended tells why nothing of t's execution will go through any gate, "" if it may.
func (t Track) ended() string {
	switch t.Status {
	case "InProgress", "Stopping":
		return ""
	case "":
		return "CodePipeline knows no such execution of this pipeline; look at its id (aws codepipeline list-pipeline-executions)"
	case "Superseded":
		return "it was superseded: a newer execution took its place, and carries its changes; allow that one"
	}
	return "it has ended: CodePipeline says " + t.Status + "; start or retry a release, and allow that one"
}

// A WayOrder is what a person says to let one execution through, or to end that.
type WayOrder struct {
	Execution string
	Actor     string
	Reason    string
	For       time.Duration // 0 is AllowFor
	Blocker   bool          // reject a pending approval of another execution that locks its way
}

func (o WayOrder) valid() error {
	if o.For < MinOrderFor || o.For > MaxOrderFor {
		return invalid("an execution is let through for 1m to 168h (7 days), not %v", o.For)
	}
	return o.said()
}

func (o WayOrder) said() error {
	if o.Execution == "" || len(o.Execution) > 100 || strings.ContainsFunc(o.Execution, unprintable) {
		return invalid("name the execution by its id")
	}
	return Order{Actor: o.Actor, Reason: o.Reason}.said()
}

// A Way is what will come of an order to let one execution through.
type Way struct {
	Allow  *Allow   // in force now; nil when one was ended
	Before *Allow   // what it replaced, or what was ended
	Gates  []string // at which it counts
	Will   string   // a sentence: what andon does now
	Blocks []Reason // what stands in the way
	Track  Track
}

// Allow lets one execution through at every gate of the line that may act. It is
// durable at all of them before Allow returns, or at none. Errors are *OrderError.
func (l *Line) Allow(ctx context.Context, o WayOrder, t Tracker, clock func() time.Time) (Way, error) {
	if o.For == 0 {
		o.For = AllowFor
	}
	if err := o.valid(); err != nil {
		return Way{}, err
	}
	track, terr, err := follow(ctx, t, o.Execution)
	if err != nil {
		return Way{}, err
	}
	members, done, err := l.acting(ctx)
	if err != nil {
		return Way{}, err
	}
	defer done()
	ctx = context.WithoutCancel(ctx) // who gave it may hang up: what is written has to count
	for _, m := range members {
		m.notes.catchUp(ctx)
	}
	now := clock().Round(0).UTC()
	w := Way{Track: track, Before: clone(members[0].notes.past.allowed(o.Execution, now))}
	a := Allow{ID: members[0].notes.nextID(now), Execution: o.Execution, Actor: o.Actor, Reason: o.Reason, At: now, Expires: now.Add(o.For), Blocker: o.Blocker}
	for i, m := range members {
		a.Place = m.gate.Place()
		if err := m.put(ctx, now, kindAllow, a); err != nil {
			for _, other := range members[:i] {
				other.notes.note(ctx, now, kindAllowEnd, AllowEnd{ID: a.ID, Actor: "andon", Reason: "it could not be written at every gate", At: now})
			}
			return Way{}, err
		}
	}
	w.Allow = &a
	w.lookAhead(ctx, l, members, a, clock)
	w.doubt(terr)
	return w, nil
}

// Way says what would come of letting an execution through, and orders nothing.
// Only Execution and Blocker of o count.
func (l *Line) Way(ctx context.Context, o WayOrder, t Tracker, clock func() time.Time) (Way, error) {
	o.Actor, o.Reason = "nobody", "a look"
	if err := o.said(); err != nil {
		return Way{}, err
	}
	track, terr, err := follow(ctx, t, o.Execution)
	if err != nil {
		return Way{}, err
	}
	members, done, err := l.acting(ctx)
	if err != nil {
		return Way{}, err
	}
	defer done()
	w := Way{Track: track, Before: clone(members[0].notes.past.allowed(o.Execution, clock()))}
	w.lookAhead(ctx, l, members, Allow{Execution: o.Execution, Blocker: o.Blocker}, clock)
	w.doubt(terr)
	return w, nil
}

// follow looks for an execution and refuses what will go through no gate. That AWS
// could not be asked is told apart, and refuses nothing.
func follow(ctx context.Context, t Tracker, execution string) (track Track, unseen, refused error) {
	track, unseen = t.Track(ctx, execution)
	if why := track.ended(); unseen == nil && why != "" {
		return track, nil, &OrderError{Code: "no-execution", Text: fmt.Sprintf("execution %.60s cannot be let through: %s", execution, why)}
	}
	return track, unseen, nil
}

func (w *Way) doubt(unseen error) {
	if unseen != nil {
		w.Blocks = append(w.Blocks, Reason{Code: callCode(unseen), Text: "what rides along could not be looked up: " + unseen.Error()})
	}
}

// Disallow ends an order to let an execution through before its time. Only
// Execution, Actor and Reason of o count.
func (l *Line) Disallow(ctx context.Context, o WayOrder, clock func() time.Time) (Way, error) {
	if err := o.said(); err != nil {
		return Way{}, err
	}
	members, done, err := l.acting(ctx)
	if err != nil {
		return Way{}, err
	}
	defer done()
	ctx = context.WithoutCancel(ctx)
	var w Way
	now := clock().Round(0).UTC()
	for _, m := range members {
		m.notes.catchUp(ctx)
		a := m.notes.past.allowed(o.Execution, now)
		if a == nil {
			continue
		}
		w.Before = clone(a)
		if err := m.put(ctx, now, kindAllowEnd, AllowEnd{ID: a.ID, Actor: o.Actor, Reason: o.Reason, At: now}); err != nil {
			return Way{}, err
		}
	}
	if w.Before == nil {
		return Way{}, &OrderError{Code: "no-order", Text: fmt.Sprintf("execution %.60s is not let through, so there is nothing to end", o.Execution)}
	}
	w.lookAhead(ctx, l, members, Allow{}, clock)
	return w, nil
}
