package awscal

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/andon-project/andon/calendar/sources"
)

// An object is a file in S3, asked for by a GET that the SDK signs. Where it is asked,
// and how its key is written, is the same as of the SDK's own client: a test compares
// the two.
// docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
type object struct {
	world           *World
	address, region string // s3://bucket/key
}

// Fetch implements sources.Fetcher.
func (o object) Fetch(ctx context.Context, last sources.Version) (sources.Answer, error) {
	bucket, key, err := o.split()
	if err != nil {
		return sources.Answer{}, err
	}
	cfg, err := o.world.config(ctx, o.region)
	if err != nil {
		return sources.Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	a, err := o.try(ctx, cfg, bucket, key, last)
	if retryer := cfg.Retryer(); err != nil && retryer.IsErrorRetryable(err) && rest(ctx, retryer, err) {
		a, err = o.try(ctx, cfg, bucket, key, last)
	}
	if moved := (*elsewhereError)(nil); errors.As(err, &moved) {
		o.world.count("GetObject", "redirected")
		return sources.Answer{}, &sources.Failure{Code: sources.Redirected, Text: "GetObject: " + moved.Error(),
			Do: fmt.Sprintf("write region: %s beside s3:", moved.region), Err: err}
	}
	if f := (*sources.Failure)(nil); errors.As(err, &f) {
		o.world.count("GetObject", string(f.Code))
		return sources.Answer{}, f
	}
	if err != nil {
		return sources.Answer{}, o.world.failed(call{"S3", "GetObject", "s3:GetObject", "arn:aws:s3:::" + bucket + "/" + key}, err)
	}
	o.world.count("GetObject", "ok")
	return a, nil
}

// rest waits before a second try, as long as the SDK would.
func rest(ctx context.Context, r aws.Retryer, err error) bool {
	delay, failed := r.RetryDelay(1, err)
	if failed != nil {
		return false
	}
	select {
	case <-time.After(delay):
		return true
	case <-ctx.Done():
		return false
	}
}

// split reads s3://bucket/key. Names of buckets become names of hosts.
// docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
func (o object) split() (bucket, key string, _ error) {
	rest, ok := strings.CutPrefix(o.address, "s3://")
	bucket, key, found := strings.Cut(rest, "/")
	if !ok || !found || key == "" || !regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`).MatchString(bucket) {
		return "", "", &sources.Failure{Code: sources.Refused, Text: "its address is none of an object in S3", Do: "write s3://bucket/key"}
	}
	return bucket, key, nil
}

// try asks once.
func (o object) try(ctx context.Context, cfg aws.Config, bucket, key string, last sources.Version) (sources.Answer, error) {
	req, err := o.request(ctx, cfg, bucket, key, last)
	if err != nil {
		return sources.Answer{}, err
	}
	resp, err := cfg.HTTPClient.Do(req)
	if err != nil {
		return sources.Answer{}, &smithyhttp.RequestSendError{Err: err}
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && last.ETag != "":
		return sources.Answer{Same: true, Version: last}, nil
	case resp.StatusCode != http.StatusOK:
		return sources.Answer{}, refusal(resp, cfg.Region)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, sources.MaxBody+1))
	if err != nil {
		return sources.Answer{}, &smithyhttp.RequestSendError{Err: err}
	}
	if len(body) > sources.MaxBody {
		return sources.Answer{}, tooLarge()
	}
	return sources.Answer{Body: body, Version: sources.Version{ETag: resp.Header.Get("ETag")}}, nil
}

// request makes the signed request.
func (o object) request(ctx context.Context, cfg aws.Config, bucket, key string, last sources.Version) (*http.Request, error) {
	to, err := locate(ctx, cfg, bucket, key)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "", nil)
	if err != nil {
		return nil, err
	}
	req.URL, req.Host = to, to.Host
	if last.ETag != "" {
		req.Header.Set("If-None-Match", last.ETag)
	}
	req.Header.Set("X-Amz-Content-Sha256", emptyHash) // S3 demands it
	if cfg.Credentials == nil {
		return nil, &sources.Failure{Code: sources.Denied, Text: "andon has no AWS credentials", Do: "give andon a task role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"}
	}
	who, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	signer := v4.NewSigner(func(s *v4.SignerOptions) { s.DisableURIPathEscaping = true }) // S3 alone signs the path as it is sent
	return req, signer.SignHTTP(ctx, who, req, emptyHash, "s3", cfg.Region, o.world.clock())
}

// emptyHash is the SHA-256 of no body.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// An elsewhereError says that the bucket is in another region.
type elsewhereError struct{ region string }

func (e *elsewhereError) Error() string { return "the bucket is in region " + e.region }

// refusal makes of an answer what the SDK would have made of it.
func refusal(resp *http.Response, region string) error {
	if there := resp.Header.Get("X-Amz-Bucket-Region"); there != "" && there != region && len(there) < 40 {
		return &elsewhereError{there}
	}
	var said struct{ Code, Message string }
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err == nil {
		err = xml.Unmarshal(body, &said)
	}
	api := &smithy.GenericAPIError{Code: said.Code, Message: said.Message}
	if err != nil || said.Code == "" {
		api.Code = "UnknownError" // as the SDK says where nobody named one: HTML, for example
	}
	return &awshttp.ResponseError{RequestID: resp.Header.Get("X-Amz-Request-Id"),
		ResponseError: &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: resp}, Err: api}}
}
