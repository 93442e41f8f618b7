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

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/andon-project/andon/calendar/sources"
)

// An object is a file in S3.
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
	to, err := locateObject(ctx, cfg, bucket, key)
	if err != nil {
		return sources.Answer{}, err
	}
	var a sources.Answer
	err = twice(ctx, cfg, func(ctx context.Context) error {
		req := &http.Request{Method: http.MethodGet, URL: to, Header: http.Header{}}
		if last.ETag != "" {
			req.Header.Set("If-None-Match", last.ETag)
		}
		resp, err := o.world.send(ctx, cfg, "s3", req, nil)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		a, err = readObject(resp, cfg, last)
		return err
	})
	if moved := (*elsewhereError)(nil); errors.As(err, &moved) {
		o.world.count("GetObject", "redirected")
		return sources.Answer{}, &sources.Failure{Code: sources.Redirected, Text: "GetObject: " + moved.Error(),
			Do: fmt.Sprintf("write region: %s beside s3:", moved.region), Err: err}
	}
	if err != nil {
		return sources.Answer{}, o.world.failed(call{"S3", "GetObject", "s3:GetObject", "arn:aws:s3:::" + bucket + "/" + key}, err)
	}
	o.world.count("GetObject", "ok")
	return a, nil
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

func readObject(resp *http.Response, cfg aws.Config, last sources.Version) (sources.Answer, error) {
	switch {
	case resp.StatusCode == http.StatusNotModified && last.ETag != "":
		return sources.Answer{Same: true, Version: last}, nil
	case resp.StatusCode != http.StatusOK:
		return sources.Answer{}, refusedObject(resp, cfg.Region)
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

// An elsewhereError says that the bucket is in another region.
type elsewhereError struct{ region string }

func (e *elsewhereError) Error() string { return "the bucket is in region " + e.region }

func refusedObject(resp *http.Response, region string) error {
	if there := resp.Header.Get("X-Amz-Bucket-Region"); there != "" && there != region && len(there) < 40 {
		return &elsewhereError{there}
	}
	var said struct{ Code, Message string }
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if err == nil {
		err = xml.Unmarshal(body, &said)
	}
	if err != nil {
		said.Code = "" // HTML, for example
	}
	return refusal(resp, said.Code, said.Message)
}
