package daemon

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes/kinds"
	sign "github.com/andon-project/andon/probes/kinds/aws"
	"github.com/aws/aws-sdk-go-v2/aws"
)

// A World is what a daemon takes from where it runs.
type World struct {
	Log   *slog.Logger
	AWS   func(ctx context.Context, region, profile string) (aws.Config, error) // "" is the usual one
	Build exporters.BuildInfo

	// Writer tells which of the writers sends a request that was let in by a
	// Prometheus web configuration. Nil: nobody may write.
	Writer func(r *http.Request, webConfig string, writers []string) (string, error)

	WrapStore func(journal.Store) journal.Store // for tests that fail at a chosen record; may be nil
}

// Env is what the probes of one configuration share.
func (w World) Env(cfg *config.Config) kinds.Env {
	return kinds.NewEnv(kinds.Env{
		Dialer: &egress.Dialer{RefusePrivate: cfg.Egress.RefusePrivate, RefuseLoopback: cfg.Egress.RefuseLoopback},
		Clock:  time.Now,
		Signer: sign.Signers(w.AWS),
	})
}
