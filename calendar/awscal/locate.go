package awscal

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/encoding/httpbinding"

	"github.com/andon-project/andon/calendar/sources"
)

// locateObject says where an object is asked for: at the endpoint that the
// environment names, else at AWS's in the region, the bucket being part of the host
// where a certificate allows that.
// docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
func locateObject(ctx context.Context, cfg aws.Config, bucket, key string) (*url.URL, error) {
	u, err := endpoint(ctx, cfg, "S3")
	if err != nil {
		return nil, err
	}
	path := "/" + bucket + "/" + key
	if u == nil {
		u = &url.URL{Scheme: "https", Host: objects(cfg.Region, wishes(ctx, cfg))}
		if !strings.Contains(bucket, ".") { // or no certificate would name it
			u.Host, path = bucket+"."+u.Host, "/"+key
		}
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + path
	u.RawPath = httpbinding.EscapePath(u.Path, false) // S3 signs what is sent, and reads + as a blank
	return u, nil
}

// locateSSM says where Systems Manager is asked.
func locateSSM(ctx context.Context, cfg aws.Config) (*url.URL, error) {
	u, err := endpoint(ctx, cfg, "SSM")
	if u == nil && err == nil {
		u = &url.URL{Scheme: "https", Host: systemsManager(cfg.Region, wishes(ctx, cfg))}
	}
	if u != nil && u.Path == "" {
		u.Path = "/"
	}
	return u, err
}

// endpoint is what AWS_ENDPOINT_URL_S3 (or _SSM), AWS_ENDPOINT_URL and their like in
// ~/.aws name, nil if nothing does.
// docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
func endpoint(ctx context.Context, cfg aws.Config, service string) (*url.URL, error) {
	type ignoring interface {
		GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
	}
	type naming interface {
		GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
	}
	if ignore, _ := told(cfg, func(s ignoring) (bool, bool, error) { return s.GetIgnoreConfiguredEndpoints(ctx) }); ignore {
		return nil, nil
	}
	name, found := told(cfg, func(s naming) (string, bool, error) { return s.GetServiceBaseEndpoint(ctx, service) })
	if !found {
		name = aws.ToString(cfg.BaseEndpoint)
	}
	if name == "" {
		return nil, nil
	}
	u, err := url.Parse(name)
	if err != nil || u.Host == "" {
		return nil, &sources.Failure{Code: sources.Refused, Text: "the endpoint of " + service + " that the environment names is no address",
			Do: "correct AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_" + service + " or endpoint_url: http://host:port"}
	}
	return u, nil
}

// told is what the first of the configuration's sources that knows says. A
// source that fails knows nothing: it was loaded before.
func told[Source, T any](cfg aws.Config, question func(Source) (T, bool, error)) (answer T, found bool) {
	for _, s := range cfg.ConfigSources {
		if source, ok := s.(Source); ok {
			if v, found, err := question(source); err == nil && found {
				return v, true
			}
		}
	}
	return answer, false
}

// A wish is what kind of endpoint the environment wants.
type wish struct{ fips, dualstack bool }

func wishes(ctx context.Context, cfg aws.Config) wish {
	type fips interface {
		GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error)
	}
	type dualstack interface {
		GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error)
	}
	f, _ := told(cfg, func(s fips) (aws.FIPSEndpointState, bool, error) { return s.GetUseFIPSEndpoint(ctx) })
	d, _ := told(cfg, func(s dualstack) (aws.DualStackEndpointState, bool, error) { return s.GetUseDualStackEndpoint(ctx) })
	return wish{f == aws.FIPSEndpointStateEnabled, d == aws.DualStackEndpointStateEnabled}
}

// objects is the host of S3 in a region.
// docs.aws.amazon.com/general/latest/gr/s3.html
func objects(region string, w wish) string {
	name := "s3"
	if w.fips {
		name += "-fips"
	}
	if w.dualstack {
		name += ".dualstack"
	}
	suffix, _ := domains(region)
	return name + "." + region + "." + suffix
}

// systemsManager is the host of Systems Manager in a region.
// docs.aws.amazon.com/general/latest/gr/ssm.html
func systemsManager(region string, w wish) string {
	suffix, dualstack := domains(region)
	name := "ssm"
	if w.fips && (w.dualstack || !strings.HasPrefix(region, "us-gov-")) { // there all are
		name += "-fips"
	}
	if w.dualstack {
		suffix = dualstack
	}
	return name + "." + region + "." + suffix
}

// domains are those of the partition that a region belongs to, the second for names
// with IPv6.
func domains(region string) (suffix, dualstack string) {
	for _, p := range [...]struct{ prefix, suffix, dualstack string }{
		{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"}, {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
		{"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"}, {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
		{"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"}, {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.suffix, p.dualstack
		}
	}
	return "amazonaws.com", "api.aws"
}
