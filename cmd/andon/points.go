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

func placeOf(g config.Gate) place { return place{g.CodePipeline.Region, g.CodePipeline.Pipeline} }

// points finds where in AWS gates stand. Gates of one region share an account
// and its limiter, gates of one pipeline share its reads.
type points struct {
	awsConfig func(ctx context.Context, region string) (aws.Config, error)
	calls     *codepipeline.Calls

	configs   []aws.Config // one per region, in the order they were first asked for
	accounts  map[string]*codepipeline.Account
	pipelines map[place]*codepipeline.Pipeline
}

func (p *program) points(calls *codepipeline.Calls) *points {
	return &points{awsConfig: p.awsConfig, calls: calls,
		accounts: map[string]*codepipeline.Account{}, pipelines: map[place]*codepipeline.Pipeline{}}
}

// of is the point of g. Nothing is asked of AWS.
func (ps *points) of(ctx context.Context, g config.Gate) (gates.Point, error) {
	at := placeOf(g)
	if ps.accounts[at.region] == nil {
		cfg, err := ps.awsConfig(ctx, at.region)
		if err != nil {
			return nil, err
		}
		ps.configs = append(ps.configs, cfg)
		ps.accounts[at.region] = codepipeline.NewAccount(cfg, ps.calls)
	}
	if ps.pipelines[at] == nil {
		ps.pipelines[at] = ps.accounts[at.region].Pipeline(at.name)
	}
	return ps.pipelines[at].Transition(g.CodePipeline.Stage), nil
}
