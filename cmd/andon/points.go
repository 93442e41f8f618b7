package main

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

// points finds where in AWS gates stand. Gates of one region share an account
// and its limiter, gates of one pipeline share its reads.
type points struct {
	awsConfig func(ctx context.Context, region string) (aws.Config, error)
	calls     *codepipeline.Calls

	regions   map[string]aws.Config // by what the configuration calls them; "" is the environment's
	accounts  map[string]*codepipeline.Account
	pipelines map[place]*codepipeline.Pipeline
}

func (p *program) points(calls *codepipeline.Calls) *points {
	return &points{awsConfig: p.awsConfig, calls: calls, regions: map[string]aws.Config{},
		accounts: map[string]*codepipeline.Account{}, pipelines: map[place]*codepipeline.Pipeline{}}
}

// post puts g where it stands, with the region's real name. Nothing is asked
// of AWS.
func (ps *points) post(ctx context.Context, g gates.Gate) (gates.Post, error) {
	cfg, known := ps.regions[g.Region]
	if !known {
		var err error
		if cfg, err = ps.awsConfig(ctx, g.Region); err != nil {
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
	return gates.Post{Gate: g, Point: ps.pipelines[at].Transition(g.Stage)}, nil
}

// config of a region's real name, where a gate was put.
func (ps *points) config(region string) aws.Config {
	for _, cfg := range ps.regions {
		if cfg.Region == region {
			return cfg
		}
	}
	return aws.Config{}
}

func gateOf(cfg *config.Config, g config.Gate) gates.Gate {
	return gates.Gate{Name: g.Name, Instance: cfg.Instance, Pipeline: g.CodePipeline.Pipeline, Stage: g.CodePipeline.Stage,
		Region: g.CodePipeline.Region, Checks: g.Checks, May: g.May, MinHold: g.MinHold, Reopen: g.Reopen,
		PersonEnable: g.PersonEnable, OnBlind: g.OnBlind, Principals: cfg.Principals, Machines: cfg.Machines}
}
