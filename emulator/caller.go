package emulator

import (
	"net/http"
	"strings"
)

// caller tells who signed the request, from the access key that opens the
// credential of Signature Version 4: KEY/20261130/us-east-1/codepipeline/aws4_request
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
// It believes the header: signatures are not verified, since nobody gave the
// emulator a secret, and session tokens are not looked at.
func (s *Server) caller(r *http.Request) (Caller, *Error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return Caller{}, &Error{"MissingAuthenticationTokenException", "Missing Authentication Token", http.StatusForbidden}
	}
	_, credential, _ := strings.Cut(header, "Credential=")
	key, _, ok := strings.Cut(credential, "/")
	if !ok || key == "" || !strings.HasPrefix(header, "AWS4-") {
		return Caller{}, errorf("IncompleteSignatureException", "the Authorization header carries no access key: want AWS4-HMAC-SHA256 Credential=KEY/DAY/REGION/SERVICE/aws4_request, ...")
	}
	return s.Caller(key), nil
}

// scope is where a signature says that it is good.
type scope struct{ region, service string }

func signedFor(r *http.Request) scope {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	credential, _, _ = strings.Cut(credential, ",")
	if parts := strings.Split(credential, "/"); len(parts) == 5 {
		return scope{parts[2], parts[3]}
	}
	return scope{}
}

// Caller returns whom an access key stands for.
func (s *Server) Caller(accessKey string) Caller {
	if arn, ok := s.Actors[accessKey]; ok {
		return Caller{AccessKey: accessKey, ARN: arn}
	}
	return Caller{AccessKey: accessKey, ARN: "arn:aws:iam::" + s.Model.options.Account + ":user/" + accessKey}
}
