package gates

import (
	"context"
	"encoding/json"
	"time"

	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

const kindVerdict = "verdict" // changes of verdicts, in the instance's stream

// InstanceStream is where an instance keeps what is not a single gate's.
func InstanceStream(instance string) string {
	if instance == "" {
		instance = "-"
	}
	return "instance/" + instance
}

// Verdicts keeps in the journal which targets are unhealthy, so that a restart
// does not make them well, and when andon was blind. It records changes by
// comparing snapshots: one that could not be written is written at the next
// comparison.
type Verdicts struct {
	store  journal.Store
	stream string
	log    *journal.Log
	known  map[target]VerdictChange // unhealthy targets
	blind  bool
}

type target struct{ check, target string }

// A VerdictChange is one line of a verdict record.
type VerdictChange struct {
	Check   string    `json:"check"`
	Target  string    `json:"target"`
	Verdict string    `json:"verdict"`
	Since   time.Time `json:"since"`
	Why     string    `json:"why,omitempty"`
}

// A SightChange says that andon became blind, or sees again.
type SightChange struct {
	Blind     bool      `json:"blind"`
	Since     time.Time `json:"since,omitzero"`
	Witnesses []string  `json:"witnesses,omitempty"` // that fail
}

type verdictRecord struct {
	Changes []VerdictChange `json:"changes,omitempty"`
	Sight   *SightChange    `json:"sight,omitempty"`
}

// NewVerdicts reads nothing yet.
func NewVerdicts(s journal.Store, instance string) *Verdicts {
	return &Verdicts{store: s, stream: InstanceStream(instance), known: map[target]VerdictChange{}}
}

// Load reads what the journal says.
func (v *Verdicts) Load(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, journalDeadline)
	defer cancel()
	var records []journal.Record
	var err error
	if v.log == nil {
		v.log, records, err = journal.Open(ctx, v.store, v.stream)
	} else {
		records, err = v.log.CatchUp(ctx)
	}
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.Kind != kindVerdict {
			continue
		}
		var body verdictRecord
		if err := json.Unmarshal(r.Body, &body); err != nil {
			return err
		}
		v.learn(body)
	}
	return nil
}

// Prior is what was believed before this process.
func (v *Verdicts) Prior(check, name string) (probes.Verdict, time.Time) {
	if c, ok := v.known[target{check, name}]; ok {
		return probes.Unhealthy, c.Since
	}
	return probes.Unknown, time.Time{}
}

// Record writes what has changed since the last record, as one record.
func (v *Verdicts) Record(ctx context.Context, now time.Time, s probes.Snapshot) error {
	r := verdictRecord{v.compare(s), v.sight(now, s)}
	if len(r.Changes) == 0 && r.Sight == nil {
		return nil
	}
	if err := v.Load(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, journalDeadline)
	defer cancel()
	if _, err := v.log.Append(ctx, now, kindVerdict, r); err != nil {
		return err
	}
	v.learn(r)
	return nil
}

// sight is what has changed about andon's own sight, nil for nothing. A glimpse
// is no end of blindness: else what flickers would fill the journal.
func (v *Verdicts) sight(now time.Time, s probes.Snapshot) *SightChange {
	b := s.Blind(now)
	blind := b.Blind() || v.blind && b.Flickers()
	if blind == v.blind {
		return nil
	}
	return &SightChange{blind, b.Began(), names(b)}
}

func (v *Verdicts) compare(s probes.Snapshot) []VerdictChange {
	var changes []VerdictChange
	for _, c := range s {
		for _, t := range c.Targets {
			_, was := v.known[target{c.Name, t.Target.Name}]
			verdict := t.Status.Verdict()
			if is := verdict == probes.Unhealthy; is == was || verdict == probes.Unknown {
				continue
			}
			change := VerdictChange{Check: c.Name, Target: t.Target.Name, Verdict: verdict.String(), Since: t.Status.Since}
			if verdict == probes.Unhealthy {
				change.Why = t.Status.Why(t.Status.Last.End())
			}
			changes = append(changes, change)
		}
	}
	return changes
}

func (v *Verdicts) learn(r verdictRecord) {
	if r.Sight != nil {
		v.blind = r.Sight.Blind
	}
	for _, c := range r.Changes {
		if k := (target{c.Check, c.Target}); c.Verdict == probes.Unhealthy.String() {
			v.known[k] = c
		} else {
			delete(v.known, k)
		}
	}
}
