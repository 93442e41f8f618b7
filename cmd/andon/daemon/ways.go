package daemon

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
)

// Ways are how a person lets one execution through: exporters.Ways.
func (d *Daemon) Ways() exporters.Ways { return commands{d} }

// Way says what would come of letting an execution through.
func (c commands) Way(ctx context.Context, pipeline, region string, o gates.WayOrder) (gates.Way, error) {
	l, t, err := c.line(pipeline, region)
	if err != nil {
		return gates.Way{}, err
	}
	return l.Way(ctx, o, t, time.Now)
}

// Allow lets one execution through a pipeline.
func (c commands) Allow(ctx context.Context, pipeline, region string, o gates.WayOrder) (gates.Way, error) {
	l, t, err := c.line(pipeline, region)
	if err != nil {
		return gates.Way{}, err
	}
	return l.Allow(ctx, o, t, time.Now)
}

// Disallow ends that before its time.
func (c commands) Disallow(ctx context.Context, pipeline, region string, o gates.WayOrder) (gates.Way, error) {
	l, _, err := c.line(pipeline, region)
	if err != nil {
		return gates.Way{}, err
	}
	return l.Disallow(ctx, o, time.Now)
}

// line finds a pipeline by its name, and by its region where that is said.
func (c commands) line(pipeline, region string) (*gates.Line, gates.Tracker, error) {
	s := c.setup.Load()
	var found, names []string
	var at place
	for p := range s.lines {
		names = append(names, p.name)
		if p.name == pipeline && (region == "" || p.region == region) {
			found, at = append(found, p.region), p
		}
	}
	slices.Sort(names)
	slices.Sort(found)
	switch len(found) {
	case 1:
		c.changing.Lock()
		defer c.changing.Unlock()
		return s.lines[at], c.points.pipelines[at], nil
	case 0:
		where := ""
		if region != "" {
			where = " in " + region
		}
		return nil, nil, &gates.OrderError{Code: "no-pipeline", Text: fmt.Sprintf("no gate stands at a pipeline %.100q%s; gates stand at: %s", pipeline, where, strings.Join(slices.Compact(names), ", "))}
	}
	return nil, nil, &gates.OrderError{Code: "invalid", Text: fmt.Sprintf("gates stand at pipelines named %s in %s: say which with region", pipeline, strings.Join(found, " and "))}
}
