package awscal

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/encoding/httpbinding"

	"github.com/andon-project/andon/calendar/sources"
)

// locate says where an object is asked for: at the endpoint that the environment
// names, else at AWS's in the region, the bucket being part of the host where a
// certificate allows that.
// docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
func locate(ctx context.Context, cfg aws.Config, bucket, key string) (*url.URL, error) {
	base := endpoint(ctx, cfg)
	path := "/" + key
	switch {
	case base != "":
		path = "/" + bucket + path // in path style: nothing is known of the host's other names
	case strings.Contains(bucket, "."):
		base = "https://" + host(ctx, cfg) // the certificate has no names with more dots
		path = "/" + bucket + path
	default:
		base = "https://" + bucket + "." + host(ctx, cfg)
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return nil, &sources.Failure{Code: sources.Refused, Text: "the endpoint of S3 that the environment names is no address",
			Do: "correct AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or endpoint_url: http://host:port"}
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + path
	u.RawPath = httpbinding.EscapePath(u.Path, false) // S3 signs what is sent, and reads + as a blank
	return u, nil
}

// endpoint is what AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and their like in ~/.aws
// name, "" if nothing does.
// docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
func endpoint(ctx context.Context, cfg aws.Config) string {
	for _, s := range cfg.ConfigSources {
		if p, ok := s.(interface {
			GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
		}); ok {
			if ignore, found, err := p.GetIgnoreConfiguredEndpoints(ctx); err == nil && found && ignore {
				return ""
			}
		}
	}
	for _, s := range cfg.ConfigSources {
		if p, ok := s.(interface {
			GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
		}); ok {
			if v, found, err := p.GetServiceBaseEndpoint(ctx, "S3"); err == nil && found {
				return v
			}
		}
	}
	return aws.ToString(cfg.BaseEndpoint)
}

// host is AWS's own in a region, by IPv6 and with FIPS cryptography if the
// environment wants that.
// docs.aws.amazon.com/general/latest/gr/s3.html
func host(ctx context.Context, cfg aws.Config) string {
	name := "s3"
	for _, s := range cfg.ConfigSources {
		if p, ok := s.(interface {
			GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error)
		}); ok {
			if v, found, err := p.GetUseFIPSEndpoint(ctx); err == nil && found {
				if v == aws.FIPSEndpointStateEnabled {
					name = "s3-fips"
				}
				break
			}
		}
	}
	for _, s := range cfg.ConfigSources {
		if p, ok := s.(interface {
			GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error)
		}); ok {
			if v, found, err := p.GetUseDualStackEndpoint(ctx); err == nil && found {
				if v == aws.DualStackEndpointStateEnabled {
					name += ".dualstack"
				}
				break
			}
		}
	}
	return fmt.Sprintf("%s.%s.%s", name, cfg.Region, suffix(cfg.Region))
}

// suffix is the domain of the partition that a region belongs to.
func suffix(region string) string {
	for _, p := range [...]struct{ prefix, suffix string }{
		{"cn-", "amazonaws.com.cn"}, {"eusc-", "amazonaws.eu"}, {"us-iso-", "c2s.ic.gov"},
		{"us-isob-", "sc2s.sgov.gov"}, {"eu-isoe-", "cloud.adc-e.uk"}, {"us-isof-", "csp.hci.ic.gov"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.suffix
		}
	}
	return "amazonaws.com"
}
