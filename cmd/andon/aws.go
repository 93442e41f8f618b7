package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// awsConfig reads credentials, region and endpoints from where the AWS CLI
// takes them, for a profile of ~/.aws or "" for the usual one. What is missing
// shows at the first call, not here, because credentials may come and go.
func (p *program) awsConfig(ctx context.Context, region, profile string) (aws.Config, error) {
	if p.aws != nil {
		return p.aws.Copy(), nil
	}
	// The SDK's own remarks are lines of another form than our log's, and what
	// matters of them comes back as an error.
	opts := []func(*awsconfig.LoadOptions) error{awsconfig.WithLogger(logging.Nop{})}
	if region != "" {
		opts = append(opts, awsconfig.WithRegion(region))
	}
	if profile != "" {
		opts = append(opts, awsconfig.WithSharedConfigProfile(profile))
	}
	if p.transport != nil {
		opts = append(opts, awsconfig.WithHTTPClient(&http.Client{Transport: p.transport}))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, opts...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("the AWS settings of this machine (AWS_ variables, ~/.aws) cannot be read: %w", err)
	}
	return cfg, nil
}
