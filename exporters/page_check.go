package exporters

import (
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/probes"
)

// checkRow is a check as its worst target shows it.
type checkRow struct {
	Name, Kind, When string
	Network          string // of a witness
	Targets          int
	Mood             string // open, closed or unknown
	Verdict, Why     string
	Progress         string // of one that is not healthy
	Policy           string
	Since, Last      moment
	Bar              *bar
}

// A bar draws the last run: how much of the time it was given it took, and in
// which phases.
type bar struct {
	Took    string // in words
	Title   string
	Overall float64 // width
	Parts   []part
}

// part is one phase; X and Width are in units of the drawing.
type part struct {
	Name     string // one of the known phases, or other
	X, Width float64
}

const barWidth = 120

func drawCheck(c probes.CheckState, now time.Time) checkRow {
	verdict := c.At(now)
	row := checkRow{Name: c.Name, Kind: c.Kind, When: when(c), Targets: len(c.Targets), Verdict: verdict.String(),
		Mood: [...]string{probes.Unknown: moodUnknown, probes.Healthy: moodOpen, probes.Unhealthy: moodClosed}[verdict]}
	if c.Witness {
		row.Network = clip(c.Network)
	}
	worst, ok := c.Worst(now)
	if !ok {
		row.Why = "it has no targets"
		return row
	}
	s := worst.Status
	p := s.Policy()
	row.Policy = fmt.Sprintf("unhealthy after %s, healthy after %s in a row", among(p.Down, p.Of), numberOf(p.Up, "pass", "passes"))
	if n := s.PassesSince(time.Time{}); verdict == probes.Unhealthy && n > 0 {
		row.Progress = fmt.Sprintf("%d of %s in a row", n, numberOf(p.Up, "pass", "passes"))
	}
	row.Since = moment{since(s, now), now}
	if row.Why = clip(s.Why(now)); row.Why != "" && row.Targets > 1 {
		row.Why = clip(worst.Target.Name + ": " + row.Why)
	}
	if !s.Last.Start.IsZero() {
		row.Last = moment{s.Last.End(), now}
		row.Bar = drawBar(s.Last, c.Timeout)
	}
	return row
}

// when says how often a check runs, in words.
func when(c probes.CheckState) string {
	switch {
	case c.Cron != "":
		return "at " + clip(c.Cron)
	case c.Every < time.Second:
		return "every " + c.Every.String()
	}
	return "every " + span(c.Every)
}

// among says how many failures make a check unhealthy.
func among(down, of int) string {
	if down == of {
		return numberOf(down, "failure", "failures") + " in a row"
	}
	return fmt.Sprintf("%d failures among %d runs", down, of)
}

func numberOf(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

func drawBar(r probes.Result, timeout time.Duration) *bar {
	whole := max(timeout, r.Duration, 1)
	scale := func(d time.Duration) float64 { return barWidth * float64(max(d, 0)) / float64(whole) }
	b := &bar{Took: took(r.Duration), Overall: min(scale(r.Duration), barWidth)}
	words := []string{fmt.Sprintf("%s of %v", b.Took, timeout)}
	x := 0.0
	for _, p := range phases(r.Facts) {
		width := min(scale(p.Duration), barWidth-x)
		b.Parts = append(b.Parts, part{phaseClass(p.Name), x, width})
		x += width
		words = append(words, clip(p.Name)+" "+took(p.Duration))
	}
	b.Title = strings.Join(words, ", ")
	return b
}

func phaseClass(name string) string {
	switch name {
	case "resolve", "connect", "tls", "processing", "transfer":
		return name
	}
	return "other"
}
