package aws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
	kindsaws "github.com/andon-project/andon/probes/kinds/aws"
)

const (
	keyID   = "AKIDEXAMPLE"
	secret  = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	session = "session-token-hunter2"
)

func machine(who aws.CredentialsProvider) kindsaws.Loader {
	return func(_ context.Context, region, _ string) (aws.Config, error) {
		return aws.Config{Region: region, Credentials: who}, nil
	}
}

func env(load kindsaws.Loader, clock func() time.Time) kinds.Env {
	return kinds.Env{Signer: kindsaws.Signers(load), Clock: clock}
}

func ask(t *testing.T, s kinds.HTTP, e kinds.Env) error {
	t.Helper()
	p, err := s.Probe(e)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Check(t.Context(), s.Targets()[0])
	return err
}

func TestSigns(t *testing.T) {
	t.Parallel()
	who := credentials.NewStaticCredentialsProvider(keyID, secret, session)
	for _, tc := range []struct {
		set  kinds.HTTP
		path string
		as   kinds.SigV4
	}{
		{kinds.HTTP{}, "/", kinds.SigV4{}},
		{kinds.HTTP{}, "", kinds.SigV4{}},
		{kinds.HTTP{}, "/prod/a%20b/ü/c:d@e?z=1&a=x%20y&a=b+c&empty=&%C3%BC=%2F", kinds.SigV4{}},
		{kinds.HTTP{Method: "POST", Body: `{"a": "ü"}`, Headers: map[string]string{"Content-Type": "application/json", "X-Two": "a  b "}}, "/x", kinds.SigV4{Service: "lambda"}},
		{kinds.HTTP{Method: "PUT", Body: strings.Repeat("x", 1<<16), Headers: map[string]string{"Host": "search.example.com"}}, "/index/_doc", kinds.SigV4{Service: "es"}},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			service := tc.as.Service
			if service == "" {
				service = "execute-api"
			}
			if problem := verify(r, body, "eu-central-1", service); problem != "" {
				t.Errorf("%s %s: %s", r.Method, tc.path, problem)
				w.WriteHeader(http.StatusForbidden)
			}
		}))
		tc.as.Region = "eu-central-1"
		tc.set.URL, tc.set.SigV4 = s.URL+tc.path, &tc.as
		if err := ask(t, tc.set, env(machine(who), time.Now)); err != nil {
			t.Errorf("%s: %v", tc.path, err)
		}
		s.Close()
	}
}

// Redirects are signed anew at the same origin, and not at all elsewhere.
func TestRedirectsAreSignedAtHomeOnly(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range r.Header {
			if strings.HasPrefix(name, "X-Amz") || name == "Authorization" || strings.Contains(fmt.Sprint(values), keyID) {
				t.Errorf("%s: %q goes elsewhere", name, values)
			}
		}
	}))
	defer elsewhere.Close()
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if problem := verify(r, nil, "eu-central-1", "execute-api"); problem != "" {
			t.Errorf("%s: %s", r.URL, problem)
		}
		to := map[string]string{"/": "/second?x=y", "/second": elsewhere.URL}[r.URL.Path]
		http.Redirect(w, r, to, http.StatusFound)
	}))
	defer home.Close()
	who := credentials.NewStaticCredentialsProvider(keyID, secret, session)
	if err := ask(t, kinds.HTTP{URL: home.URL + "/", SigV4: &kinds.SigV4{Region: "eu-central-1"}}, env(machine(who), time.Now)); err != nil {
		t.Error(err)
	}
}

// Having no credentials says nothing about the target, and is tried again.
func TestNoCredentials(t *testing.T) {
	t.Parallel()
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked++ }))
	defer s.Close()
	broken := errors.New("no EC2 IMDS role found")
	who := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, broken
	})
	failing := func(context.Context, string, string) (aws.Config, error) {
		return aws.Config{}, errors.New("profile nowhere does not exist")
	}
	for text, load := range map[string]kindsaws.Loader{
		"no credentials to sign for AWS with: andon's own: no EC2 IMDS role found":      machine(who),
		"no credentials to sign for AWS with: this machine has none; give andon a role": machine(nil),
		"no credentials to sign for AWS with: profile nowhere does not exist":           failing,
	} {
		err := ask(t, kinds.HTTP{URL: s.URL, SigV4: &kinds.SigV4{Region: "eu-central-1"}}, env(load, time.Now))
		if !errors.Is(err, probes.ErrInconclusive) || !strings.Contains(err.Error(), text) {
			t.Errorf("%v\nwant inconclusive: %s", err, text)
		}
	}
	broken = nil
	e := env(machine(who), time.Now)
	if err := ask(t, kinds.HTTP{URL: s.URL, SigV4: &kinds.SigV4{Region: "eu-central-1"}}, e); err != nil || asked != 1 {
		t.Errorf("mended: %v, asked %d times", err, asked)
	}
}

// AWS refuses what is signed at another time. If its clock differs from ours,
// that is our fault and not the target's.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		theirs time.Duration
		status int
		text   string // "" is a failure of the target
	}{
		{7 * time.Minute, 403, "status 403, and this machine's clock is 7m0s behind the server's: AWS refuses signatures more than 5m0s off; set the clock"},
		{-time.Hour, 403, "1h0m0s ahead of the server's"},
		{time.Minute, 403, ""},
		{time.Hour, 500, ""},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", now.Add(tc.theirs).Format(http.TimeFormat))
			w.WriteHeader(tc.status)
		}))
		who := credentials.NewStaticCredentialsProvider(keyID, secret, session)
		err := ask(t, kinds.HTTP{URL: s.URL, SigV4: &kinds.SigV4{Region: "eu-central-1"}}, env(machine(who), func() time.Time { return now }))
		if inconclusive := errors.Is(err, probes.ErrInconclusive); err == nil || inconclusive != (tc.text != "") || !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s, %d: %v", tc.theirs, tc.status, err)
		}
		s.Close()
	}
}

// A role is assumed with the machine's own credentials, once for many checks.
func TestAssumesRole(t *testing.T) {
	t.Parallel()
	var assumed atomic.Int32
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assumed.Add(1)
		if r.FormValue("Action") != "AssumeRole" || r.FormValue("RoleArn") != "arn:aws:iam::123456789012:role/canary" ||
			r.FormValue("RoleSessionName") != "andon" || !strings.Contains(r.Header.Get("Authorization"), "Credential=MACHINE/") {
			t.Errorf("%v %v", r.Form, r.Header)
		}
		fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
			<AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken>
			<Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
			keyID, secret, session, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	defer sts.Close()
	load := func(_ context.Context, region, profile string) (aws.Config, error) {
		if region != "eu-central-1" || profile != "canary" {
			t.Errorf("asked for %s and %s", region, profile)
		}
		return aws.Config{Region: region, BaseEndpoint: &sts.URL, Credentials: credentials.NewStaticCredentialsProvider("MACHINE", "a", "")}, nil
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if problem := verify(r, nil, "eu-central-1", "execute-api"); problem != "" {
			t.Error(problem)
		}
	}))
	defer s.Close()
	e := env(load, time.Now)
	for range 3 {
		set := kinds.HTTP{URL: s.URL, SigV4: &kinds.SigV4{Region: "eu-central-1", Profile: "canary", RoleARN: "arn:aws:iam::123456789012:role/canary"}}
		if err := ask(t, set, e); err != nil {
			t.Error(err)
		}
	}
	if n := assumed.Load(); n != 1 {
		t.Errorf("assumed %d times", n)
	}
}
