package kinds

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"time"
)

// SigV4 says for which AWS service requests are signed, and as whom: with the
// credentials andon itself runs with, unless a profile or role is named.
type SigV4 struct {
	Region  string `koanf:"region"`
	Service string `koanf:"service"`  // default execute-api, which is API Gateway
	Profile string `koanf:"profile"`  // of ~/.aws
	RoleARN string `koanf:"role_arn"` // to assume
}

// A Signer signs requests for AWS.
type Signer interface {
	// Sign adds what AWS wants to see to r's header, which r alone has. at is
	// the machine's time. An error says that there are no credentials.
	Sign(ctx context.Context, r *http.Request, body string, at time.Time) error
}

// signed are the headers that signing sets.
var signed = [...]string{"X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"}

var (
	awsName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+$`)
)

func (s SigV4) complete() SigV4 {
	s.Service = cmp.Or(s.Service, "execute-api")
	return s
}

func (s SigV4) check(wrong *problems) {
	if !awsName.MatchString(s.Region) {
		wrong.add("sigv4.region", "is not a region; write the one of the service, such as eu-central-1")
	}
	if !awsName.MatchString(s.complete().Service) {
		wrong.add("sigv4.service", "is not a service's signing name; write one such as execute-api, lambda or es")
	}
	if s.RoleARN != "" && !roleARN.MatchString(s.RoleARN) {
		wrong.add("sigv4.role_arn", "is not the ARN of a role; write one such as arn:aws:iam::123456789012:role/canary")
	}
}

// maxSkew is how far from AWS's time a signature may be made
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html: five minutes).
const maxSkew = 5 * time.Minute

// skewed returns an inconclusive error if AWS refused the signature because
// this machine's clock is wrong.
func skewed(a *answer, now time.Time) error {
	if a.status != http.StatusForbidden && a.status != http.StatusUnauthorized && a.status != http.StatusBadRequest {
		return nil
	}
	theirs, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return nil
	}
	skew, word := now.Sub(theirs), "ahead of"
	if skew < 0 {
		skew, word = -skew, "behind"
	}
	if skew < maxSkew {
		return nil
	}
	return unable("status %d, and this machine's clock is %s %s the server's: AWS refuses signatures more than %s off; set the clock",
		a.status, skew.Round(time.Second), word, maxSkew)
}
