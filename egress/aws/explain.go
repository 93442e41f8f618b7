package aws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A Call is what was asked, in the words that a person is told.
type Call struct {
	Service   string        // "CodePipeline"
	Operation string        // "GetPipelineState"
	Deadline  time.Duration // that it had
}

// A Trouble is what became of a call that failed.
type Trouble struct {
	// Code is throttled, denied, credentials, invalid, not-sent, cancelled, timeout,
	// unreachable, server, or other: only the service knows what its Name means.
	Code string
	Name string // the error's own, if AWS answered with one and a status below 500
	Text string // what happened
	Do   string // what to do about it; may be empty
	// Untouched: AWS has changed nothing. With a 5xx, HTML or no answer nobody knows.
	Untouched bool
}

// Sentence is Text and Do.
func (t Trouble) Sentence() string {
	if t.Do == "" {
		return t.Text
	}
	return t.Text + "; " + t.Do
}

// Explain turns what the SDK says into what happened, what it means and what to do.
func Explain(c Call, err error) Trouble {
	var api smithy.APIError
	var resp *awshttp.ResponseError
	var unsigned *credentialsError
	op := c.Operation
	errors.As(err, &resp)
	switch {
	case errors.Is(err, context.Canceled):
		return Trouble{Code: "cancelled", Untouched: errors.As(err, &unsigned), Text: op + ": andon is stopping"}
	case errors.As(err, &unsigned):
		return Trouble{Code: "credentials", Untouched: true,
			Text: fmt.Sprintf("%s could not be sent for want of credentials: %v", op, unsigned),
			Do:   "give andon a task role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"}
	case resp != nil && resp.HTTPStatusCode() >= http.StatusInternalServerError:
		return Trouble{Code: "server", Text: fmt.Sprintf("%s: AWS answered %d", op, resp.HTTPStatusCode()), Do: "andon tries again"}
	case errors.As(err, &api) && api.ErrorCode() != unnamed:
		code, do := common(api.ErrorCode())
		return Trouble{Code: code, Name: api.ErrorCode(), Untouched: true, Text: fmt.Sprintf("%s: %.80s: %.500s", op, api.ErrorCode(), api.ErrorMessage()), Do: do} // whoever answered may say much
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return Trouble{Code: "timeout", Text: fmt.Sprintf("%s: no answer within %v", op, c.Deadline), Do: "andon tries again"}
	case resp != nil && resp.HTTPStatusCode() >= http.StatusMultipleChoices:
		return Trouble{Code: "unreachable",
			Text: fmt.Sprintf("%s: the answer is %d, and not one of %s's: something before it answered, a proxy perhaps", op, resp.HTTPStatusCode(), c.Service),
			Do:   "let andon through to AWS"}
	case !wasSent(err):
		return Trouble{Code: "not-sent", Untouched: true, Text: fmt.Sprintf("%s could not be sent: %v", op, rootOf(err)), Do: "give andon a region (AWS_REGION)"}
	}
	return Trouble{Code: "unreachable", Text: fmt.Sprintf("%s: AWS cannot be reached: %v", op, rootOf(err)),
		Do: "look at routes, endpoints and AWS_ENDPOINT_URL; andon tries again"}
}

// unnamed is what the SDK calls an error whose answer bears no name of one: a
// redirect, or the JSON of somebody else.
const unnamed = "UnknownError"

// common are the errors that all services have.
// docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html#CommonErrors
func common(name string) (code, do string) {
	switch name {
	case "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "ConcurrentModificationException":
		return "throttled", "andon tries again, and slower"
	case "AccessDeniedException", "AccessDenied", "UnauthorizedOperation":
		return "denied", "allow it for andon's role"
	case "ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId",
		"InvalidSignatureException", "SignatureDoesNotMatch", "MissingAuthenticationTokenException":
		return "credentials", "renew andon's credentials, and look at this machine's clock"
	case "ValidationException", "SerializationException":
		return "invalid", ""
	}
	return "other", ""
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
