package awscal_test

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

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

// Where an object is asked for, and that the signature is what S3 expects, is
// compared with AWS's own client, for which the program has no room.
func TestRequestsAreThoseOfTheSDK(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1"} {
		for _, bucket := range []string{"plans", "plans.example.com"} {
			for _, key := range []string{"x.ics", "2026/release days.ics", "a+b=c&d$e,f;g:h@i'(j)*k!~é%20?#.ics", "double//slash", "dot/./../x"} {
				sameAsTheSDK(t, aws.Config{Region: region}, bucket, key)
			}
		}
	}
	for _, env := range []awsconfig.EnvConfig{
		{UseFIPSEndpoint: aws.FIPSEndpointStateEnabled},
		{UseDualStackEndpoint: aws.DualStackEndpointStateEnabled},
		{UseFIPSEndpoint: aws.FIPSEndpointStateEnabled, UseDualStackEndpoint: aws.DualStackEndpointStateEnabled},
		{UseFIPSEndpoint: aws.FIPSEndpointStateDisabled},
	} {
		sameAsTheSDK(t, aws.Config{Region: "us-west-2", ConfigSources: []any{env}}, "plans", "x.ics")
		sameAsTheSDK(t, aws.Config{Region: "us-west-2", ConfigSources: []any{env}}, "plans.example.com", "x.ics")
	}
	for _, endpoint := range []string{"http://127.0.0.1:9000", "http://127.0.0.1:9000/", "http://127.0.0.1:9000/behind/a/path"} {
		sameAsTheSDK(t, aws.Config{Region: "us-west-2", BaseEndpoint: &endpoint}, "plans", "x.ics")
	}
	sameAsTheSDK(t, aws.Config{Region: "us-west-2", BaseEndpoint: aws.String("http://all:1"),
		ConfigSources: []any{configured("http://127.0.0.1:9001")}}, "plans", "x.ics")
	never := true
	sameAsTheSDK(t, aws.Config{Region: "us-west-2", ConfigSources: []any{awsconfig.EnvConfig{IgnoreConfiguredEndpoints: &never}, configured("http://127.0.0.1:9001")}}, "plans", "x.ics")
}

// configured is an endpoint of S3 alone, as AWS_ENDPOINT_URL_S3 names it.
type configured string

func (c configured) GetServiceBaseEndpoint(_ context.Context, service string) (string, bool, error) {
	return string(c), service == "S3", nil
}

func sameAsTheSDK(t *testing.T, cfg aws.Config, bucket, key string) {
	t.Helper()
	const etag = `"abc"`
	var theirs, ours recorder
	cfg.Credentials = credentials.NewStaticCredentialsProvider("ANDON", secret, "session")
	cfg.HTTPClient, cfg.Retryer = &theirs, func() aws.Retryer { return aws.NopRetryer{} }
	s3.NewFromConfig(cfg).GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key, IfNoneMatch: aws.String(etag)})

	mine := cfg.Copy()
	mine.HTTPClient = &ours
	w := awscal.NewWorld(func(context.Context, string) (aws.Config, error) { return mine, nil }, time.Now, nil)
	f, _ := w.Open(calendar.Source{ICS: &calendar.ICS{S3: "s3://" + bucket + "/" + key}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the second try need not be waited for
	f.Fetch(ctx, sources.Version{ETag: etag})

	if theirs.got == nil || ours.got == nil {
		t.Fatalf("%s %s/%s: the SDK sent %v, andon %v", cfg.Region, bucket, key, theirs.got, ours.got)
	}
	want := *theirs.got.URL
	want.RawQuery = "" // x-id=GetObject says to logs what the method says to S3
	if got := ours.got.URL.String(); got != want.String() {
		t.Errorf("%s %s/%s: andon asks %s, the SDK %s", cfg.Region, bucket, key, got, want.String())
	}
	if ours.got.Header.Get("If-None-Match") != etag || ours.got.Header.Get("X-Amz-Content-Sha256") != theirs.got.Header.Get("X-Amz-Content-Sha256") || ours.got.Header.Get("X-Amz-Security-Token") != "session" {
		t.Errorf("headers are %v", ours.got.Header)
	}
	for who, r := range map[string]*http.Request{"the SDK": theirs.got, "andon": ours.got} {
		if err := verify(r); err != nil {
			t.Errorf("%s %s/%s: S3 would not take the signature of %s: %v", cfg.Region, bucket, key, who, err)
		}
	}
}

// verify does what S3 does with a signed request.
// docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
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
	canonical := "GET\n" + uriEncode(path) + "\n" + r.URL.RawQuery + "\n"
	for name := range strings.SplitSeq(said["SignedHeaders"], ";") {
		v := r.Header.Get(name)
		if name == "host" {
			v = cmp.Or(r.Host, r.URL.Host)
		}
		canonical += name + ":" + v + "\n"
	}
	canonical += "\n" + said["SignedHeaders"] + "\n" + r.Header.Get("X-Amz-Content-Sha256")
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
