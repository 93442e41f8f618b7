package kinds

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"

	promconfig "github.com/prometheus/common/config"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// tokens is a source of OAuth2 access tokens (RFC 6749 section 4.4). It keeps
// one until it is about to expire, its secret changes or the target refuses it.
// The context of the run in need of one bounds the request for it.
type tokens struct {
	env    Env
	url    *url.URL
	way    *way
	config promconfig.OAuth2
	secret value

	turn  chan struct{} // holds one: whose turn it is to use what follows
	last  string        // the secret that client was made with
	fetch *clientcredentials.Config
	token *oauth2.Token
}

func newTokens(env Env, c *promconfig.OAuth2) *tokens {
	u, _ := url.Parse(c.TokenURL) // checked before
	connect := promconfig.DefaultHTTPClientConfig
	connect.TLSConfig, connect.ProxyConfig = c.TLSConfig, c.ProxyConfig
	s := &tokens{
		env: env, url: u, config: *c,
		way:    env.shared.way(env, &connect, false),
		secret: value{string(c.ClientSecret), c.ClientSecretFile, "client.oauth2.client_secret_file"},
		turn:   make(chan struct{}, 1),
	}
	s.turn <- struct{}{}
	return s
}

// add implements source.
func (s *tokens) add(ctx context.Context, h http.Header) error {
	secret, err := s.secret.read(ctx)
	if err != nil {
		return err
	}
	select {
	case <-s.turn:
		defer func() { s.turn <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.fetch == nil || secret != s.last {
		s.last, s.token = secret, nil
		s.fetch = &clientcredentials.Config{ClientID: s.config.ClientID, ClientSecret: secret, TokenURL: s.config.TokenURL,
			Scopes: s.config.Scopes, EndpointParams: url.Values{}}
		for name, value := range s.config.EndpointParams {
			s.fetch.EndpointParams.Set(name, value)
		}
	}
	if !s.token.Valid() {
		if s.token, err = s.request(ctx); err != nil {
			return err
		}
	}
	h.Set("Authorization", s.token.Type()+" "+s.token.AccessToken)
	return nil
}

// refused is told that the target did not take token.
func (s *tokens) refused(authorization string) {
	select {
	case <-s.turn:
		if s.token != nil && s.token.Type()+" "+s.token.AccessToken == authorization {
			s.token = nil
		}
		s.turn <- struct{}{}
	default: // somebody is getting another one
	}
}

// request asks for a token. What the endpoint answers may quote the secret, so
// nothing of it is repeated but the codes that the standard knows.
func (s *tokens) request(ctx context.Context) (*oauth2.Token, error) {
	var w stopwatch
	w.start(s.env.Clock)
	client := &http.Client{
		Transport:     &single{s.way, &w},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	traced := httptrace.WithClientTrace(context.WithValue(ctx, oauth2.HTTPClient, client), w.trace())
	token, err := s.fetch.Token(traced)
	if err == nil {
		return token, nil
	}
	if from, ok := errors.AsType[*url.Error](err); ok {
		err = explain(ctx, &w, from.Err) // its own text shows the URL
	} else if answer, ok := errors.AsType[*oauth2.RetrieveError](err); ok && answer.Response != nil {
		err = failed(reasonStatus, "status %d%s", answer.Response.StatusCode, oauthCode(answer.ErrorCode))
	} else {
		err = failed(reasonBody, "the answer holds no token")
	}
	if known, ok := errors.AsType[*failure](err); ok {
		return nil, &failure{known.reason, printable("no token from "+origin(s.url)+": "+known.text, longest), err}
	}
	return nil, err
}

// oauthCode is code as part of a sentence, if RFC 6749 section 5.2 has it.
func oauthCode(code string) string {
	if slices.Contains([]string{"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
		"unsupported_grant_type", "invalid_scope"}, code) {
		return ", " + code
	}
	return ""
}

// single is a RoundTripper with a connection of its own for each request. It
// dials no longer than the request's context lives, see run.connect.
type single struct {
	way   *way
	watch *stopwatch
}

func (s *single) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil { // the library tries a second style of asking
		return nil, err
	}
	ctx, _, err := s.way.detour(req.Context(), s.watch, req)
	if err != nil {
		return nil, err
	}
	t, err := s.way.transport(ctx, true)
	if err != nil {
		return nil, err
	}
	conn, err := t.NewClientConn(ctx, req.URL.Scheme, net.JoinHostPort(req.URL.Hostname(), req.URL.Port()))
	if err != nil {
		return nil, err
	}
	s.watch.enter(phaseProcessing, "asking for a token", "")
	resp, err := conn.RoundTrip(req)
	if err != nil {
		conn.Close()
		return nil, err
	}
	resp.Body = &last{resp.Body, conn}
	return resp, nil
}

// last is the body of the only answer of a connection.
type last struct {
	io.ReadCloser
	conn *http.ClientConn
}

func (l *last) Close() error {
	err := l.ReadCloser.Close()
	l.conn.Close()
	return err
}
