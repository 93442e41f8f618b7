package kinds

import (
	"crypto/tls"
	"crypto/x509"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	promconfig "github.com/prometheus/common/config"
)

// checkClient judges how to connect and who to be; own is the parsed url, or nil.
func (s HTTP) checkClient(own *url.URL) (wrong problems) {
	var c promconfig.HTTPClientConfig
	if s.Client != nil {
		c = *s.Client
		if err := s.ownValidate(); err != nil {
			wrong.add("client", "%s", printable(err.Error(), longest))
			return wrong
		}
		checkAuth(&c, &wrong)
		checkTLS("client.tls_config", &c.TLSConfig, &wrong)
		checkProxy("client.", &c.ProxyConfig, &wrong)
		s.checkHTTPHeaders(&wrong)
	}
	if s.SigV4 != nil {
		s.SigV4.check(&wrong)
		for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
			if slices.Contains(signed[:], http.CanonicalHeaderKey(name)) {
				wrong.add("headers."+name, "is set by sigv4; remove it")
			}
		}
	}
	s.checkOneIdentity(own, &c, &wrong)
	return wrong
}

// ownValidate is Prometheus' Validate, which writes to what it judges.
func (s HTTP) ownValidate() error {
	c := *s.Client
	if c.Authorization != nil {
		a := *c.Authorization
		c.Authorization = &a
	}
	return c.Validate()
}

// checkOneIdentity refuses two answers to who the request comes from.
func (s HTTP) checkOneIdentity(own *url.URL, c *promconfig.HTTPClientConfig, wrong *problems) {
	var all []string
	_, header := s.header()["Authorization"]
	for _, way := range []struct {
		given bool
		field string
	}{
		{own != nil && own.User != nil, "url"}, // its user
		{header, "headers.Authorization"},
		{c.BasicAuth != nil, "client.basic_auth"},
		{c.Authorization != nil || c.BearerToken != "" || c.BearerTokenFile != "", "client.authorization"},
		{c.OAuth2 != nil, "client.oauth2"},
		{s.SigV4 != nil, "sigv4"},
	} {
		if way.given {
			all = append(all, way.field)
		}
	}
	if len(all) > 1 {
		wrong.add(all[1], "who the request comes from is said already, by %s; keep one of the two", strings.Replace(all[0], "url", "the user in the url", 1))
	}
}

func checkAuth(c *promconfig.HTTPClientConfig, wrong *problems) {
	noSecretManager := func(path, ref string) {
		if ref != "" {
			wrong.add(path, "andon asks no secret manager; write a …_file, or ${file:…} in place of the value")
		}
	}
	if b := c.BasicAuth; b != nil {
		noSecretManager("client.basic_auth.username_ref", b.UsernameRef)
		noSecretManager("client.basic_auth.password_ref", b.PasswordRef)
		if *b == (promconfig.BasicAuth{}) {
			wrong.add("client.basic_auth", "has no username; write username or username_file, and password or password_file")
		}
	}
	if a := c.Authorization; a != nil {
		noSecretManager("client.authorization.credentials_ref", a.CredentialsRef)
		if a.Credentials == "" && a.CredentialsFile == "" && a.CredentialsRef == "" {
			wrong.add("client.authorization", "has no credentials; write credentials or credentials_file")
		}
	}
	if o := c.OAuth2; o != nil {
		noSecretManager("client.oauth2.client_secret_ref", o.ClientSecretRef)
		if o.GrantType != "" && o.GrantType != "client_credentials" {
			wrong.add("client.oauth2.grant_type", "andon knows client_credentials only; remove it")
		}
		if _, problem := parseURL(o.TokenURL); problem != "" {
			wrong.add("client.oauth2.token_url", "%s", problem)
		}
		checkTLS("client.oauth2.tls_config", &o.TLSConfig, wrong)
		checkProxy("client.oauth2.", &o.ProxyConfig, wrong)
	}
}

func checkTLS(path string, c *promconfig.TLSConfig, wrong *problems) {
	switch {
	case c.CARef != "" || c.CertRef != "" || c.KeyRef != "":
		wrong.add(path, "andon asks no secret manager; write ca_file, cert_file and key_file")
		return
	case c.ServerName != "" && (!ascii(c.ServerName) || strings.ContainsAny(c.ServerName, ":/")):
		wrong.add(path+".server_name", "is not a host name; write the name alone, without scheme and port")
	case c.MinVersion != 0 && c.MaxVersion != 0 && c.MinVersion > c.MaxVersion:
		wrong.add(path+".min_version", "is later than max_version; write an earlier one")
	}
	if err := c.Validate(); err != nil {
		wrong.add(path, "%s", printable(err.Error(), longest))
		return
	}
	if c.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(c.CA)) {
		wrong.add(path+".ca", "holds no certificate in PEM form")
	}
	if c.Cert != "" && c.Key != "" {
		if _, err := tls.X509KeyPair([]byte(c.Cert), []byte(c.Key)); err != nil {
			wrong.add(path+".cert", "and key are no pair in PEM form (%s)", printable(err.Error(), 100))
		}
	}
}

func checkProxy(path string, c *promconfig.ProxyConfig, wrong *problems) {
	if err := c.Validate(); err != nil {
		wrong.add(strings.TrimSuffix(path, "."), "%s", printable(err.Error(), longest))
	}
	u := c.ProxyURL.URL
	if u == nil {
		return
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		wrong.add(path+"proxy_url", "does not begin with http://, https://, socks5:// or socks5h://")
		return
	}
	if u.Hostname() == "" || !ascii(u.Host) {
		wrong.add(path+"proxy_url", "names no host; write one such as http://proxy.example.com:3128")
	} else if u.Port() != "" && badPort(u.Port()) != "" {
		wrong.add(path+"proxy_url", "%s", badPort(u.Port()))
	}
}

// checkHTTPHeaders judges client.http_headers, beside headers.
func (s HTTP) checkHTTPHeaders(wrong *problems) {
	if s.Client.HTTPHeaders == nil {
		return
	}
	own := s.header()
	for _, name := range slices.Sorted(maps.Keys(s.Client.HTTPHeaders.Headers)) {
		h := s.Client.HTTPHeaders.Headers[name]
		var problem string
		if _, twice := own[http.CanonicalHeaderKey(name)]; twice {
			problem = "is given in headers as well; remove one"
		}
		values := slices.Clone(h.Values)
		for _, secret := range h.Secrets {
			values = append(values, string(secret))
		}
		for _, value := range append(values, "") {
			if problem == "" {
				problem = badHeader(name, value)
			}
		}
		if problem != "" {
			wrong.add("client.http_headers."+printable(name, 40), "%s", problem)
		}
	}
}
