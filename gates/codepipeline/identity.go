package codepipeline

import (
	"context"

	egressaws "github.com/andon-project/andon/egress/aws"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// WhoAmI asks STS for the ARN we act under. It needs no permission, but an
// endpoint that can be reached; lastChangedBy tells it too, after our first
// write.
// docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func WhoAmI(ctx context.Context, cfg aws.Config, calls *Calls) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	cfg.HTTPClient = egressaws.Bound(cfg.HTTPClient, maxAnswer)
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		calls.Count("GetCallerIdentity", "failed")
		return "", err
	}
	calls.Count("GetCallerIdentity", "ok")
	return aws.ToString(out.Arn), nil
}
