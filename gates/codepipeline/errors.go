package codepipeline

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// limitedError: we ourselves did not let the call go, or not in time.
type limitedError struct{ err error }

func (e *limitedError) Error() string {
	return e.err.Error()
}
func (e *limitedError) Unwrap() error { return e.err }

// credentialsError: there are no credentials to sign with, so nothing was sent.
// The SDK does not tell it from a request that failed on its way.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// signer is a provider whose failures can be told.
type signer struct{ aws.CredentialsProvider }

func (s signer) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := s.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return c, &credentialsError{err}
	}
	return c, nil
}

// failed turns what the SDK says into what happened, what it means and what to
// do, and counts it. Codes are throttled, denied, credentials, not-found,
// invalid, answered, limited, not-sent, cancelled, timeout, unreachable, server and other;
// a read may also be stale. An answer that names its error, below 500, means that
// AWS changed nothing; with a 5xx, HTML or no answer nobody knows.
func (a *Account) failed(operation string, err error) *gates.CallError {
	e := &gates.CallError{Code: "other", Operation: operation, Err: err}
	var api smithy.APIError
	var resp *awshttp.ResponseError
	var limited *limitedError
	var unsigned *credentialsError
	early := errors.As(err, &limited) || errors.As(err, &unsigned)
	switch {
	case errors.Is(err, context.Canceled):
		e.Code, e.Untouched = "cancelled", early
		e.Text = operation + ": andon is stopping"
	case unsigned != nil:
		e.Code, e.Untouched = "credentials", true
		e.Text = fmt.Sprintf("%s could not be sent for want of credentials: %v; give andon a task role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", operation, unsigned)
	case limited != nil:
		e.Code, e.Untouched = "limited", true
		e.Text = operation + " was not sent: " + limited.Error()
	case errors.As(err, &resp) && resp.HTTPStatusCode() >= http.StatusInternalServerError:
		e.Code = "server"
		e.Text = fmt.Sprintf("%s: AWS answered %d; andon tries again", operation, resp.HTTPStatusCode())
	case errors.As(err, &api) && api.ErrorCode() != unnamed:
		e.Code, e.Untouched = apiCode(api.ErrorCode()), true
		e.Text = fmt.Sprintf("%s: %s: %s%s", operation, api.ErrorCode(), api.ErrorMessage(), todo(e.Code))
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		e.Code = "timeout"
		e.Text = fmt.Sprintf("%s: no answer within %v; andon tries again", operation, callDeadline)
	case resp != nil && resp.HTTPStatusCode() >= http.StatusMultipleChoices:
		e.Code = "unreachable"
		e.Text = fmt.Sprintf("%s: the answer is %d, and not one of CodePipeline's: something before it answered, a proxy perhaps; let andon through to AWS", operation, resp.HTTPStatusCode())
	case !wasSent(err):
		e.Code, e.Untouched = "not-sent", true
		e.Text = fmt.Sprintf("%s could not be sent: %v; give andon a region (AWS_REGION)", operation, rootOf(err))
	default:
		e.Code = "unreachable"
		e.Text = fmt.Sprintf("%s: AWS cannot be reached: %v; look at routes, endpoints and AWS_ENDPOINT_URL; andon tries again", operation, rootOf(err))
	}
	a.calls.count(operation, countCode(e, err))
	return e
}

// unnamed is what the SDK calls an error whose answer bears no name of one: a
// redirect, or the JSON of somebody else.
const unnamed = "UnknownError"

func apiCode(name string) string {
	switch name {
	case "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "ConcurrentModificationException":
		return "throttled"
	case "PipelineNotFoundException", "StageNotFoundException", "ActionNotFoundException":
		return "not-found"
	case "ApprovalAlreadyCompletedException", "InvalidApprovalTokenException":
		return gates.CodeAnswered
	case "AccessDeniedException", "AccessDenied", "UnauthorizedOperation":
		return "denied"
	case "ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId",
		"InvalidSignatureException", "SignatureDoesNotMatch", "MissingAuthenticationTokenException":
		return "credentials"
	case "ValidationException", "SerializationException":
		return "invalid"
	}
	return "other"
}

func todo(code string) string {
	switch code {
	case "throttled":
		return "; andon tries again, and slower"
	case "not-found":
		return "; correct pipeline, transition and approval in the configuration, or create them"
	case gates.CodeAnswered:
		return "; somebody answered first, or nobody is asked any more: andon looks who"
	case "denied":
		return "; allow it for andon's role"
	case "credentials":
		return "; renew andon's credentials, and look at this machine's clock"
	}
	return ""
}

// countCode is the label `code`: the API's own name where there is one, since
// the set of those is bounded by the service model.
func countCode(e *gates.CallError, err error) string {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() != unnamed && e.Code != "server" && e.Code != "other" {
		return api.ErrorCode()
	}
	return e.Code
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// wasSent tells a request that failed on its way from one that was never made
// for want of credentials, a region or an endpoint.
func wasSent(err error) bool {
	var send *smithyhttp.RequestSendError
	var resp *smithyhttp.ResponseError
	return errors.As(err, &send) || errors.As(err, &resp)
}

// rootOf is the innermost error: the chain above it repeats the operation.
func rootOf(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
