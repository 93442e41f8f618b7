package awscal

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/andon-project/andon/calendar/sources"
)

// maxRefusal bounds what is read of an error.
const maxRefusal = 64 << 10

// callSSM asks Systems Manager, in AWS JSON 1.1.
func (w *World) callSSM(ctx context.Context, region, operation, name string, in, out any) error {
	cfg, err := w.config(ctx, region)
	if err != nil {
		return err
	}
	to, err := locateSSM(ctx, cfg)
	if err != nil {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode %s: %w", operation, err)
	}
	err = twice(ctx, cfg, func(ctx context.Context) error {
		req := &http.Request{Method: http.MethodPost, URL: to, Header: http.Header{
			"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {"AmazonSSM." + operation}}}
		resp, err := w.send(ctx, cfg, "ssm", req, body)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		return readJSON(resp, out)
	})
	if err != nil {
		return w.failed(call{"Systems Manager", operation, "ssm:" + operation, name}, err)
	}
	w.count(operation, "ok")
	return nil
}

func readJSON(resp *http.Response, out any) error {
	if resp.StatusCode == http.StatusOK {
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return &smithyhttp.RequestSendError{Err: err}
		}
		if json.Unmarshal(body, out) != nil {
			return nonsense("Systems Manager's answer is no JSON of its own")
		}
		return nil
	}
	var said struct {
		Type    string `json:"__type"`
		Message string // in any case: services differ
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if err == nil {
		err = json.Unmarshal(body, &said)
	}
	if err != nil {
		said.Type = "" // HTML, for example
	}
	return refusal(resp, said.Type[strings.LastIndex(said.Type, "#")+1:], said.Message)
}

// refusal makes of an answer what the SDK makes of it, so that it is understood as
// that is. An error that nobody named is UnknownError there.
func refusal(resp *http.Response, code, message string) error {
	return &awshttp.ResponseError{RequestID: resp.Header.Get("X-Amz-Request-Id"), ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: resp}, Err: &smithy.GenericAPIError{Code: cmp.Or(code, "UnknownError"), Message: message}}}
}

// twice tries, and tries once more where the SDK would, after as long a rest.
func twice(ctx context.Context, cfg aws.Config, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	err := try(ctx)
	r := cfg.Retryer()
	if err == nil || !r.IsErrorRetryable(err) {
		return err
	}
	delay, failed := r.RetryDelay(1, err)
	if failed != nil {
		return err
	}
	select {
	case <-time.After(delay):
		return try(ctx)
	case <-ctx.Done():
		return err
	}
}

// send signs and sends a request. What AWS answers is no error here.
func (w *World) send(ctx context.Context, cfg aws.Config, service string, r *http.Request, body []byte) (*http.Response, error) {
	if cfg.Credentials == nil {
		return nil, &sources.Failure{Code: sources.Denied, Text: "andon has no AWS credentials", Do: "give andon a task role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"}
	}
	who, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	r = r.WithContext(ctx)
	r.Host, r.Body, r.ContentLength = r.URL.Host, io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if len(body) == 0 {
		r.Body = http.NoBody
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	if service == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", hash) // S3 demands it
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" }) // S3 alone signs the path as it is sent
	if err := signer.SignHTTP(ctx, who, r, hash, service, cfg.Region, w.clock()); err != nil {
		return nil, err
	}
	resp, err := cfg.HTTPClient.Do(r)
	if err != nil {
		return nil, &smithyhttp.RequestSendError{Err: err}
	}
	return resp, nil
}
