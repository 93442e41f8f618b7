package aws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	egressaws "github.com/andon-project/andon/egress/aws"
)

// The SDK's own quota is used up after a hundred retries or so.
func TestRetriesDoNotRunDry(t *testing.T) {
	t.Parallel()
	r := egressaws.Tame(aws.Config{}, 1).Retryer()
	for n := range 1000 {
		if _, err := r.GetRetryToken(t.Context(), errors.New("unreachable")); err != nil {
			t.Fatalf("retry %d: %v", n, err)
		}
	}
	if n := r.MaxAttempts(); n != 2 {
		t.Errorf("%d attempts", n)
	}
}

type answers string

func (a answers) Do(*http.Request) (*http.Response, error) {
	return &http.Response{Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	for text, whole := range map[string]bool{"": true, "1234": true, "12345": false} {
		resp, err := egressaws.Bound(answers(text), 4).Do(&http.Request{})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if long := (*egressaws.TooLongError)(nil); errors.As(err, &long) == whole || whole && string(body) != text || len(body) > 4 {
			t.Errorf("%q: read %q, %v", text, body, err)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	call := egressaws.Call{Service: "S3", Operation: "GetObject", Deadline: 3 * time.Second}
	unsigned := egressaws.Tame(aws.Config{Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("no role found")
	})}, 1)
	_, none := unsigned.Credentials.Retrieve(t.Context())
	for code, test := range map[string]struct {
		err       error
		sentence  string
		untouched bool
	}{
		"credentials": {none, "GetObject could not be sent for want of credentials: no role found; give andon a task role", true},
		"cancelled":   {context.Canceled, "GetObject: andon is stopping", false},
		"timeout":     {context.DeadlineExceeded, "GetObject: no answer within 3s; andon tries again", false},
		"throttled":   {&smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}, "GetObject: ThrottlingException: Rate exceeded; andon tries again, and slower", true},
		"other":       {&smithy.GenericAPIError{Code: "Odd", Message: strings.Repeat("x", 9000)}, "GetObject: Odd: xxx", true},
		"not-sent":    {fmt.Errorf("resolve: %w", errors.New("no region")), "GetObject could not be sent: no region; give andon a region", true},
	} {
		got := egressaws.Explain(call, test.err)
		if got.Code != code || !strings.HasPrefix(got.Sentence(), test.sentence) || got.Untouched != test.untouched || len(got.Sentence()) > 700 {
			t.Errorf("%s: %+v", code, got)
		}
	}
}
