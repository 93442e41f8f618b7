package exporters

import (
	"net/http"
	"slices"
	"time"

	"github.com/andon-project/andon/probes"
)

// ChecksView is the body of /api/v1/checks.
type ChecksView struct {
	Checks []CheckView `json:"checks"` // in the order of the configuration, the witnesses last
	Blind  *BlindView  `json:"blind"`  // null while andon sees, and has for long enough
}

// CheckView is one check: the body of /api/v1/checks/{name}. Settings are
// durations in Go's syntax, as in the configuration; what was measured is in
// seconds.
type CheckView struct {
	Name    string     `json:"name"`
	Kind    string     `json:"kind"`
	Every   string     `json:"every"`
	Cron    string     `json:"cron,omitempty"` // the timetable and its time zone, where it runs by one
	Timeout string     `json:"timeout"`
	Policy  PolicyView `json:"policy"`
	Witness bool       `json:"witness,omitempty"` // it tells whether andon sees, and nothing of production
	Network string     `json:"network,omitempty"` // of a witness

	Verdict string    `json:"verdict"` // healthy, unhealthy, unknown: of the worst target
	Since   time.Time `json:"since,omitzero"`
	Why     string    `json:"why,omitempty"` // a sentence, unless it is healthy

	Targets      []TargetView `json:"targets"` // the worst first, at most 1000, in a list of checks 20
	TargetsTotal int          `json:"targets_total"`
}

// PolicyView says when a verdict changes.
type PolicyView struct {
	Down  int    `json:"down"` // this many failures …
	Of    int    `json:"of"`   // … among the last this many are unhealthy
	Up    int    `json:"up"`   // passes in a row that make it healthy again
	Stale string `json:"stale"`
}

// TargetView is one target of a check. Counts are since start.
type TargetView struct {
	Name     string    `json:"name"`
	Verdict  string    `json:"verdict"`
	Since    time.Time `json:"since,omitzero"`
	Why      string    `json:"why,omitempty"`
	Passes   int       `json:"passes"`           // in a row, up to now
	Failing  time.Time `json:"failing,omitzero"` // start of the first of the failures in a row
	Last     *RunView  `json:"last"`             // null before the first run
	Runs     uint64    `json:"runs"`
	Failures uint64    `json:"failures"`
	Missed   uint64    `json:"missed"` // starts that came due while a run went on
}

// RunView is one run against one target. What was not measured is left out.
type RunView struct {
	At         time.Time   `json:"at"`
	Outcome    string      `json:"outcome"`          // pass, fail, inconclusive
	Reason     string      `json:"reason,omitempty"` // class of the failure: connect, dns, tls, timeout, …
	Error      string      `json:"error,omitempty"`
	Duration   float64     `json:"duration_seconds"`
	Late       float64     `json:"late_seconds"` // after its scheduled start
	Phases     []PhaseView `json:"phases"`
	StatusCode int         `json:"status_code,omitempty"` // HTTP
	Version    string      `json:"http_version,omitempty"`
	Bytes      int64       `json:"bytes"`
	Remote     string      `json:"remote,omitempty"` // the address really connected to
	Redirects  int         `json:"redirects"`
	Reused     bool        `json:"connection_reused,omitempty"`
	CertExpiry time.Time   `json:"certificate_expiry,omitzero"` // the earliest of the chain
}

// PhaseView is a part of a run. Repeated ones (redirects) are added up.
type PhaseView struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

func (s Sources) listChecks(w http.ResponseWriter, _ *http.Request) {
	checks := s.Checks()
	view := ChecksView{Checks: make([]CheckView, len(checks))}
	for i, c := range checks {
		view.Checks[i] = viewCheck(c, s.Clock(), fewTargets)
	}
	view.Blind = viewBlind(checks.Blind(s.Clock()))
	writeJSON(w, http.StatusOK, view)
}

func (s Sources) showCheck(w http.ResponseWriter, r *http.Request) {
	name, checks := r.PathValue("name"), s.Checks()
	if c, ok := checks.Check(name); ok {
		writeJSON(w, http.StatusOK, viewCheck(c, s.Clock(), maxTargets))
		return
	}
	names := make([]string, len(checks))
	for i, c := range checks {
		names[i] = c.Name
	}
	writeError(w, http.StatusNotFound, noSuch("check", name, names))
}

func viewCheck(c probes.CheckState, now time.Time, most int) CheckView {
	verdict := c.At(now)
	v := CheckView{Name: c.Name, Kind: c.Kind, Every: c.Every.String(), Cron: clip(c.Cron), Timeout: c.Timeout.String(),
		Witness: c.Witness, Network: clip(c.Network), Verdict: verdict.String(), Targets: []TargetView{}, TargetsTotal: len(c.Targets)}
	worst, ok := c.Worst(now)
	if !ok {
		v.Why = "it has no targets"
		return v
	}
	p := worst.Status.Policy()
	v.Policy = PolicyView{p.Down, p.Of, p.Up, p.Stale.String()}
	v.Since = since(worst.Status, now)
	v.Why = clip(worst.Status.Why(now))
	if v.Why != "" && len(c.Targets) > 1 {
		v.Why = clip(worst.Target.Name + ": " + v.Why)
	}
	for _, t := range worstFirst(c.Targets, now, most) {
		v.Targets = append(v.Targets, viewTarget(t, now))
	}
	return v
}

// worstFirst keeps the order among targets of one verdict.
func worstFirst(targets []probes.TargetState, now time.Time, most int) []probes.TargetState {
	var by [3][]probes.TargetState
	for _, t := range targets {
		v := t.Status.At(now)
		by[v] = append(by[v], t)
	}
	all := slices.Concat(by[probes.Unhealthy], by[probes.Unknown], by[probes.Healthy])
	return all[:min(len(all), most)]
}

func viewTarget(t probes.TargetState, now time.Time) TargetView {
	s := t.Status
	v := TargetView{Name: clip(t.Target.Name), Verdict: s.At(now).String(), Since: since(s, now), Why: clip(s.Why(now)),
		Passes: s.PassesSince(time.Time{}), Failing: s.Failing.UTC(), Runs: s.Runs, Failures: s.Failures, Missed: t.Missed}
	if r := s.Last; !r.Start.IsZero() {
		run := ViewRun(r)
		v.Last = &run
	}
	return v
}

// ViewRun shows one run.
func ViewRun(r probes.Result) RunView {
	f := r.Facts
	v := RunView{At: r.Start.UTC(), Outcome: r.Outcome().String(), Reason: probes.Reason(r.Err),
		Duration: r.Duration.Seconds(), Late: r.Late.Seconds(), Phases: []PhaseView{},
		StatusCode: f.StatusCode, Version: clip(f.Version), Bytes: f.Bytes, Remote: clip(f.Remote),
		Redirects: f.Redirects, Reused: f.Reused, CertExpiry: f.CertExpiry.UTC()}
	if r.Err != nil {
		v.Error = clip(r.Err.Error())
	}
	for _, p := range phases(f) {
		v.Phases = append(v.Phases, PhaseView{p.Name, p.Duration.Seconds()})
	}
	return v
}

// phases adds up those of one name, in the order of their first.
func phases(f probes.Facts) []probes.Phase {
	if !repeats(f.Phases) {
		return f.Phases
	}
	var sums []probes.Phase
	for _, p := range f.Phases {
		i := slices.IndexFunc(sums, func(s probes.Phase) bool { return s.Name == p.Name })
		if i < 0 {
			sums = append(sums, p)
			continue
		}
		sums[i].Duration += p.Duration
	}
	return sums
}

func repeats(ps []probes.Phase) bool {
	for i, p := range ps {
		if slices.ContainsFunc(ps[:i], func(before probes.Phase) bool { return before.Name == p.Name }) {
			return true
		}
	}
	return false
}

// since is when the verdict at now began. Evidence that went stale leaves none.
func since(s probes.Status, now time.Time) time.Time {
	if s.At(now) == probes.Unknown {
		return time.Time{}
	}
	return s.Since.UTC()
}
