package daemon

import (
	"context"

	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/aws/aws-sdk-go-v2/aws"
)

// A place is one pipeline.
type place struct{ region, name string }

func placeOf(g gates.Gate) place { return place{g.Region, g.Pipeline} }

// Points finds where in AWS gates stand. Gates of one region share an account
// and its limiter, gates of one pipeline share its reads.
type Points struct {
	world World
	calls *codepipeline.Calls

	regions   map[string]aws.Config // by what the configuration calls them; "" is the environment's
	accounts  map[string]*codepipeline.Account
	pipelines map[place]*codepipeline.Pipeline
}

// NewPoints counts what is asked of AWS in calls.
func NewPoints(w World, calls *codepipeline.Calls) *Points {
	return &Points{world: w, calls: calls, regions: map[string]aws.Config{},
		accounts: map[string]*codepipeline.Account{}, pipelines: map[place]*codepipeline.Pipeline{}}
}

// Post puts g where it stands, with the region's real name. Nothing is asked
// of AWS.
func (ps *Points) Post(ctx context.Context, g gates.Gate) (gates.Post, error) {
	cfg, known := ps.regions[g.Region]
	if !known {
		var err error
		if cfg, err = ps.world.AWS(ctx, g.Region, ""); err != nil {
			return gates.Post{}, err
		}
		ps.regions[g.Region] = cfg
	}
	g.Region = cfg.Region
	if ps.accounts[g.Region] == nil {
		ps.accounts[g.Region] = codepipeline.NewAccount(cfg, ps.calls)
	}
	at := placeOf(g)
	if ps.pipelines[at] == nil {
		ps.pipelines[at] = ps.accounts[g.Region].Pipeline(g.Pipeline)
	}
	point := ps.pipelines[at].Transition(g.Stage)
	if g.Action != "" {
		point = ps.pipelines[at].Approval(g.Stage, g.Action)
	}
	return gates.Post{Gate: g, Point: point}, nil
}

// Config of a region's real name, where a gate was put.
func (ps *Points) Config(region string) aws.Config {
	for _, cfg := range ps.regions {
		if cfg.Region == region {
			return cfg
		}
	}
	return aws.Config{}
}

// GateOf is a configured gate as gates know it, in the region of its name there.
func GateOf(cfg *config.Config, g config.Gate) gates.Gate {
	return gates.Gate{Name: g.Name, Instance: cfg.Instance, Pipeline: g.CodePipeline.Pipeline, Stage: g.CodePipeline.Stage(), Action: g.CodePipeline.Action(),
		Region: g.CodePipeline.Region, Checks: g.Checks, May: g.May, MinHold: g.MinHold, Reopen: g.Reopen,
		PersonEnable: g.PersonEnable, OnBlind: g.OnBlind, Calendar: g.Calendar, Fits: g.Fits, OnBlack: g.OnBlack, OnUnhealthy: g.OnUnhealthy,
		RejectBefore: g.RejectBefore, Yield: g.Yield, Midway: g.Midway, Principals: cfg.Principals, Machines: cfg.Machines}
}
