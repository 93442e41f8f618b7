package awscal_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/awscal"
	"github.com/andon-project/andon/calendar/sources"
)

// A recorder notes the first request and answers nothing.
type recorder struct{ got *http.Request }

func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	if r.got == nil {
		r.got = req
	}
	return nil, errors.New("noted")
}

// Where AWS is asked, and that the signature is what it expects, is compared with
// AWS's own clients, for which the program has no room.
func TestRequestsAreThoseOfTheSDK(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1"} {
		for _, bucket := range []string{"plans", "plans.example.com"} {
			for _, key := range []string{"x.ics", "2026/release days.ics", "a+b=c&d$e,f;g:h@i'(j)*k!~é%20?#.ics", "double//slash", "dot/./../x"} {
				sameObject(t, aws.Config{Region: region}, bucket, key)
			}
		}
		for fips := range 3 {
			for dualstack := range 3 {
				cfg := aws.Config{Region: region, ConfigSources: []any{awsconfig.EnvConfig{
					UseFIPSEndpoint: aws.FIPSEndpointState(fips), UseDualStackEndpoint: aws.DualStackEndpointState(dualstack)}}}
				sameObject(t, cfg, "plans", "x.ics")
				sameObject(t, cfg, "plans.example.com", "x.ics")
				sameDocument(t, cfg)
			}
		}
	}
	never, always := true, "http://127.0.0.1:9000"
	for _, cfg := range []aws.Config{
		{BaseEndpoint: &always},
		{BaseEndpoint: aws.String("http://127.0.0.1:9000/")},
		{BaseEndpoint: aws.String("http://127.0.0.1:9000/behind/a/path")},
		{BaseEndpoint: &always, ConfigSources: []any{configured("http://127.0.0.1:9001")}},
		{ConfigSources: []any{awsconfig.EnvConfig{IgnoreConfiguredEndpoints: &never}, configured("http://127.0.0.1:9001")}},
	} {
		cfg.Region = "us-west-2"
		sameObject(t, cfg, "plans", "x.ics")
		sameDocument(t, cfg)
	}
}

// configured is an endpoint of S3 alone, as AWS_ENDPOINT_URL_S3 names it.
type configured string

func (c configured) GetServiceBaseEndpoint(_ context.Context, service string) (string, bool, error) {
	return string(c), service == "S3", nil
}

func sameObject(t *testing.T, cfg aws.Config, bucket, key string) {
	t.Helper()
	const etag = `"abc"`
	theirs, ours := record(t, cfg, func(cfg aws.Config) {
		s3.NewFromConfig(cfg).GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key, IfNoneMatch: aws.String(etag)})
	}, calendar.Source{ICS: &calendar.ICS{S3: "s3://" + bucket + "/" + key}}, sources.Version{ETag: etag})
	if theirs == nil && ours == nil {
		t.Errorf("%s %s/%s: nothing was asked", cfg.Region, bucket, key)
		return
	}
	if theirs == nil {
		return // the SDK knows that there is no such place; andon learns it from the resolver
	}
	theirs.URL.RawQuery = "" // x-id=GetObject says to logs what the method says to S3
	same(t, theirs, ours)
	if ours.Header.Get("If-None-Match") != etag {
		t.Errorf("headers are %v", ours.Header)
	}
}

func sameDocument(t *testing.T, cfg aws.Config) {
	t.Helper()
	theirs, ours := record(t, cfg, func(cfg aws.Config) {
		ssm.NewFromConfig(cfg).GetDocument(t.Context(), &ssm.GetDocumentInput{Name: aws.String("freeze"), DocumentFormat: "TEXT"})
	}, calendar.Source{SSM: &calendar.SSM{Name: "freeze"}}, sources.Version{})
	if theirs == nil {
		return
	}
	same(t, theirs, ours)
	for _, name := range []string{"X-Amz-Target", "Content-Type"} {
		if ours.Header.Get(name) != theirs.Header.Get(name) {
			t.Errorf("%s is %q, of the SDK %q", name, ours.Header.Get(name), theirs.Header.Get(name))
		}
	}
}

// record returns what a client of the SDK and what andon would send.
func record(t *testing.T, cfg aws.Config, client func(aws.Config), source calendar.Source, last sources.Version) (theirs, ours *http.Request) {
	t.Helper()
	var them, us recorder
	cfg.Credentials = credentials.NewStaticCredentialsProvider("ANDON", secret, "session")
	cfg.HTTPClient, cfg.Retryer = &them, func() aws.Retryer { return aws.NopRetryer{} }
	client(cfg)
	cfg.HTTPClient = &us
	w := awscal.NewWorld(func(context.Context, string) (aws.Config, error) { return cfg, nil }, time.Now, nil)
	f, _ := w.Open(source)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the second try need not be waited for
	f.Fetch(ctx, last)
	return them.got, us.got
}

func same(t *testing.T, theirs, ours *http.Request) {
	t.Helper()
	if ours == nil {
		t.Errorf("andon asks nothing, the SDK %s", theirs.URL)
		return
	}
	if got, want := ours.URL.String(), theirs.URL.String(); got != want || ours.Method != theirs.Method {
		t.Errorf("andon asks %s %s, the SDK %s %s", ours.Method, got, theirs.Method, want)
	}
	if ours.Header.Get("X-Amz-Security-Token") != "session" {
		t.Errorf("headers are %v", ours.Header)
	}
	if err := verify(ours); err != nil {
		t.Errorf("%s: AWS would not take the signature: %v", ours.URL, err)
	}
}

// verify does what AWS does with a signed request.
// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func verify(r *http.Request) error {
	_, fields, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	said := map[string]string{}
	for field := range strings.SplitSeq(fields, ", ") {
		name, v, _ := strings.Cut(field, "=")
		said[name] = v
	}
	path, err := url.PathUnescape(r.URL.EscapedPath())
	if err != nil {
		return err
	}
	scope := strings.Split(said["Credential"], "/")
	payload, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(payload)
	canonical := r.Method + "\n" + uriEncode(path) + "\n" + r.URL.RawQuery + "\n"
	for name := range strings.SplitSeq(said["SignedHeaders"], ";") {
		v := r.Header.Get(name)
		switch name {
		case "host":
			v = r.Host
		case "content-length":
			v = fmt.Sprint(r.ContentLength)
		}
		canonical += name + ":" + v + "\n"
	}
	canonical += "\n" + said["SignedHeaders"] + "\n" + hex.EncodeToString(hash[:])
	sum := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{"AWS4-HMAC-SHA256", r.Header.Get("X-Amz-Date"), strings.Join(scope[1:], "/"), hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range append(scope[1:], text) {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	if got := hex.EncodeToString(key); got != said["Signature"] {
		return fmt.Errorf("it is %s, and has to be %s for\n%s", said["Signature"], got, canonical)
	}
	return nil
}

// uriEncode leaves letters, digits and -._~/ alone.
func uriEncode(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
