package kinds

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	promconfig "github.com/prometheus/common/config"

	"github.com/andon-project/andon/probes"
)

// A source knows a part of a request's header that may change between runs: a
// secret in a file, a token with an expiry. What never changes stands in the
// header of the probe and costs a run nothing.
type source interface {
	// add sets what it knows in h. Its error is a *failure, or inconclusive.
	add(ctx context.Context, h http.Header) error
}

// credentials puts into header what c says about the requests' header once and
// for all, and returns sources for the rest, which is in files.
func credentials(c *promconfig.HTTPClientConfig, header http.Header) (http.Header, []source) {
	var sources []source
	if b := c.BasicAuth; b != nil {
		s := &basicAuth{
			user:     value{string(b.Username), b.UsernameFile, "client.basic_auth.username_file"},
			password: value{string(b.Password), b.PasswordFile, "client.basic_auth.password_file"},
		}
		if b.UsernameFile == "" && b.PasswordFile == "" {
			header.Set("Authorization", s.encode(s.user.text, s.password.text))
		} else {
			sources = append(sources, s)
		}
	}
	if a := c.Authorization; a != nil {
		if a.CredentialsFile == "" {
			header.Set("Authorization", a.Type+" "+string(a.Credentials))
		} else {
			sources = append(sources, &headerFile{name: "Authorization", prefix: a.Type + " ",
				value: value{file: a.CredentialsFile, field: "client.authorization.credentials_file"}})
		}
	}
	if c.HTTPHeaders == nil {
		return header, sources
	}
	for name, h := range c.HTTPHeaders.Headers {
		for _, v := range h.Values {
			header.Add(name, v)
		}
		for _, v := range h.Secrets {
			header.Add(name, string(v))
		}
		for _, file := range h.Files {
			sources = append(sources, &headerFile{name: name, value: value{file: file, field: "client.http_headers." + name + ".files"}})
		}
	}
	return header, sources
}

// A value is a text, or a file that is read at each run, so that a secret that
// is changed there is used from the next run on.
type value struct {
	text  string
	file  string // wins
	field string // where the file is configured
}

func (v value) read(ctx context.Context) (string, error) {
	if v.file == "" {
		return v.text, nil
	}
	text, err := promconfig.NewFileSecret(v.file).Fetch(ctx)
	if err != nil {
		return "", unable("%s: %v", v.field, err)
	}
	if badHeader("X", text) != "" {
		return "", unable("%s: %s holds more than one line", v.field, v.file)
	}
	return text, nil
}

type basicAuth struct{ user, password value }

func (s *basicAuth) encode(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func (s *basicAuth) add(ctx context.Context, h http.Header) error {
	user, err := s.user.read(ctx)
	if err != nil {
		return err
	}
	password, err := s.password.read(ctx)
	if err == nil {
		h.Set("Authorization", s.encode(user, password))
	}
	return err
}

// A headerFile is a header with its value, or one of its values, in a file.
type headerFile struct {
	name   string
	prefix string
	value  value
}

func (s *headerFile) add(ctx context.Context, h http.Header) error {
	text, err := s.value.read(ctx)
	if err == nil {
		h.Add(s.name, s.prefix+text)
	}
	return err
}

// unable is an inconclusive result: something of our own is missing, and that
// says nothing about the target.
func unable(format string, args ...any) error {
	text := strings.TrimSuffix(fmt.Sprintf(format, args...), ": "+probes.ErrInconclusive.Error())
	return fmt.Errorf("%s: %w", printable(text, longest), probes.ErrInconclusive)
}
