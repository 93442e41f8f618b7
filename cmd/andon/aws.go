package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
)

// awsConfig reads credentials, region and endpoints from where the AWS CLI
// takes them. What is missing shows at the first call, not here, because
// credentials may come and go.
func (p *program) awsConfig(ctx context.Context, region string) (aws.Config, error) {
	if p.aws != nil {
		return p.aws.Copy(), nil
	}
	var opts []func(*awsconfig.LoadOptions) error
	if region != "" {
		opts = append(opts, awsconfig.WithRegion(region))
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
