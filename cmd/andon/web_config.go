package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/andon-project/andon/config"
	"github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v3"
	"golang.org/x/crypto/bcrypt"
)

// parseWeb reads what stands in file, a web configuration of Prometheus'
// exporter-toolkit. Its own reader opens whatever the file has become, and waits
// for ever for a pipe. An error is a sentence without a word of the text.
func parseWeb(file string, text []byte) (*web.Config, error) {
	c := &web.Config{TLSConfig: web.TLSConfig{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS13}, HTTPConfig: web.HTTPConfig{HTTP2: true}}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(c)
	switch {
	case errors.Is(err, io.EOF): // it is empty
	case err != nil && strings.HasPrefix(err.Error(), "yaml:"):
		return nil, errors.New("it is not as Prometheus documents it" + strings.Join(regexp.MustCompile(`,? ?line \d+`).FindAllString(err.Error(), 3), ","))
	case err != nil:
		return nil, err
	}
	for _, hash := range c.Users {
		if _, err := bcrypt.Cost([]byte(hash)); err != nil {
			return nil, errors.New("a password under basic_auth_users is no bcrypt hash: make one with htpasswd -nBC 10 NAME")
		}
	}
	if c.RateLimiterConfig.Interval != 0 && c.RateLimiterConfig.Burst < 1 {
		return nil, errors.New("rate_limit without a burst lets nobody in: give it one of 1 at least")
	}
	c.TLSConfig.SetDirectory(filepath.Dir(file))
	return c, webHeaders(c.HTTPConfig.Header)
}

// webHeaders says what is wrong with the headers of a web configuration. These
// are all that it may set.
func webHeaders(headers map[string]string) error {
	const whatever = ""
	may := map[string][]string{
		"Strict-Transport-Security": {whatever},
		"X-Content-Type-Options":    {"nosniff"},
		"X-Frame-Options":           {"deny", "sameorigin"},
		"X-XSS-Protection":          {whatever},
		"Content-Security-Policy":   {whatever},
	}
	for name, value := range headers {
		values, ok := may[name]
		switch {
		case !ok:
			return fmt.Errorf("it cannot set the header %.40q under http_server_config", name)
		case values[0] != whatever && !slices.Contains(values, value):
			return fmt.Errorf("the header %s under http_server_config: want %s", name, strings.Join(values, " or "))
		}
	}
	return nil
}

// serverTLS reads the certificates that all names: nil where it asks for no TLS.
func serverTLS(all *web.Config) (*tls.Config, error) {
	const most = 1 << 20 // bytes
	c := all.TLSConfig
	if !c.IsEnabled() {
		return nil, nil
	}
	for _, f := range []struct {
		key        string
		path, text *string
	}{
		{"cert_file", &c.TLSCertPath, &c.TLSCert},
		{"key_file", &c.TLSKeyPath, (*string)(&c.TLSKey)},
		{"client_ca_file", &c.ClientCAs, &c.ClientCAsText},
	} {
		if *f.path == "" {
			continue
		}
		text, err := config.ReadFile(*f.path, most)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", f.key, *f.path, err)
		}
		*f.path, *f.text = "", string(text)
	}
	made, err := web.ConfigToTLSConfig(&c)
	if err != nil {
		return nil, fmt.Errorf("tls_server_config: %w", err)
	}
	if made.NextProtos = []string{"http/1.1"}; all.HTTPConfig.HTTP2 {
		made.NextProtos = []string{"h2", "http/1.1"}
	}
	return made, nil
}
