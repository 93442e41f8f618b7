package main

import (
	"time"

	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes/kinds"
	"github.com/andon-project/andon/probes/kinds/aws"
)

// probeEnv is what the probes of one configuration share.
func (p *program) probeEnv(cfg *config.Config) kinds.Env {
	return kinds.NewEnv(kinds.Env{
		Dialer: &egress.Dialer{RefusePrivate: cfg.Egress.RefusePrivate, RefuseLoopback: cfg.Egress.RefuseLoopback},
		Clock:  time.Now,
		Signer: aws.Signers(p.awsProfile),
	})
}
