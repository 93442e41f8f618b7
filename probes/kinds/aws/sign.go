// Package aws signs the requests of checks for AWS, so that no other kind of
// check needs its SDK.
package aws

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/andon-project/andon/probes/kinds"
)

// A Loader reads the settings of this machine for a region, and for a profile
// of ~/.aws or "" for the one andon runs with.
type Loader func(ctx context.Context, region, profile string) (aws.Config, error)

// Signers returns what kinds.Env wants. Checks of equal settings share a
// signer, and so its credentials.
func Signers(load Loader) func(kinds.SigV4) kinds.Signer {
	var mu sync.Mutex
	all := map[kinds.SigV4]*signer{}
	return func(s kinds.SigV4) kinds.Signer {
		mu.Lock()
		defer mu.Unlock()
		if all[s] == nil {
			all[s] = &signer{settings: s, load: load, signing: v4.NewSigner(func(o *v4.SignerOptions) {
				o.DisableURIPathEscaping = s.Service == "s3" // S3 alone signs the path as it is sent
			})}
		}
		return all[s]
	}
}

type signer struct {
	settings kinds.SigV4
	load     Loader
	signing  *v4.Signer

	mu       sync.Mutex
	provider aws.CredentialsProvider
}

// Sign implements kinds.Signer.
func (s *signer) Sign(ctx context.Context, r *http.Request, body string, at time.Time) error {
	provider, err := s.credentials(ctx)
	if err != nil {
		return err
	}
	who, err := provider.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", s.whose(), err)
	}
	sum := sha256.Sum256([]byte(body))
	hash := hex.EncodeToString(sum[:])
	r.Header.Set("X-Amz-Content-Sha256", hash) // S3 and OpenSearch Serverless want to see it
	return s.signing.SignHTTP(ctx, who, r, hash, s.settings.Service, s.settings.Region, at)
}

// credentials are read from the machine at the first use and kept: the SDK
// renews them before they expire.
func (s *signer) credentials(ctx context.Context) (aws.CredentialsProvider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider != nil {
		return s.provider, nil
	}
	cfg, err := s.load(ctx, s.settings.Region, s.settings.Profile)
	switch {
	case err != nil:
		return nil, err
	case cfg.Credentials == nil:
		return nil, errors.New("this machine has none; give andon a role, or set AWS_ variables")
	}
	s.provider = cfg.Credentials
	if arn := s.settings.RoleARN; arn != "" {
		assumed := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), arn,
			func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = "andon" })
		s.provider = aws.NewCredentialsCache(assumed)
	}
	return s.provider, nil
}

func (s *signer) whose() string {
	switch {
	case s.settings.RoleARN != "":
		return s.settings.RoleARN
	case s.settings.Profile != "":
		return "profile " + s.settings.Profile
	}
	return "andon's own"
}
