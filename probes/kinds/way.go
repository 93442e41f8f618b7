package kinds

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sync"

	promconfig "github.com/prometheus/common/config"
)

// A way is how connections are made: TLS, protocol, proxy. A file of its TLS
// settings that changes is used from the next connection on.
type way struct {
	env   Env
	key   wayKey
	proxy func(*http.Request) (*url.URL, error) // nil: straight to the target
	hello http.Header                           // for the proxy

	mu      sync.Mutex
	ca      string // what own and foreign were made with
	own     *http.Transport
	foreign *http.Transport // without the client's certificate and the name asked for
}

// A wayKey is the same for equal ways.
type wayKey struct {
	tls   promconfig.TLSConfig
	http2 bool
	reuse bool
	proxy string
}

func keyOf(c *promconfig.HTTPClientConfig, reuse bool) wayKey {
	key := wayKey{tls: c.TLSConfig, http2: c.EnableHTTP2, reuse: reuse}
	if p := &c.ProxyConfig; p.ProxyURL.URL != nil || p.ProxyFromEnvironment {
		key.proxy = fmt.Sprintf("%s %q %t %q", p.ProxyURL.URL, p.NoProxy, p.ProxyFromEnvironment, p.ProxyConnectHeader)
	}
	return key
}

func newWay(env Env, key wayKey, p *promconfig.ProxyConfig) *way {
	w := &way{env: env, key: key}
	if key.proxy != "" {
		w.proxy, w.hello = p.Proxy(), p.GetProxyConnectHeader()
	}
	return w
}

// transport is for connections to the check's own origin, or to a foreign one
// that it was redirected to. An error is inconclusive: a file cannot be used.
func (w *way) transport(ctx context.Context, own bool) (*http.Transport, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.load(ctx); err != nil {
		return nil, err
	}
	if own {
		return w.own, nil
	}
	return w.foreign, nil
}

func (w *way) load(ctx context.Context) error {
	cfg := w.key.tls
	if cfg.CAFile != "" {
		ca, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return unable("tls_config.ca_file: %v", err)
		}
		cfg.CA, cfg.CAFile = string(ca), ""
	}
	if w.own != nil && cfg.CA == w.ca {
		return nil
	}
	own, err := w.make(ctx, cfg)
	if err != nil {
		return err
	}
	foreign := own
	if anonymous := withoutIdentity(cfg); anonymous != cfg {
		if foreign, err = w.make(ctx, anonymous); err != nil {
			return err
		}
	}
	w.ca, w.own, w.foreign = cfg.CA, own, foreign
	return nil
}

func withoutIdentity(c promconfig.TLSConfig) promconfig.TLSConfig {
	c.Cert, c.CertFile, c.Key, c.KeyFile = "", "", "", ""
	c.ServerName = ""
	return c
}

func (w *way) make(ctx context.Context, cfg promconfig.TLSConfig) (*http.Transport, error) {
	c, err := promconfig.NewTLSConfigWithContext(ctx, &cfg)
	if err != nil {
		return nil, unable("tls_config: %v", err)
	}
	c.Time = w.env.Clock
	if c.RootCAs == nil {
		c.RootCAs = w.env.Roots
	}
	if read := c.GetClientCertificate; read != nil { // at each handshake
		c.GetClientCertificate = func(i *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			cert, err := read(i)
			if err != nil {
				return nil, unable("tls_config: %v", err)
			}
			return cert, nil
		}
	}
	t := &http.Transport{
		DialContext:            w.dial,
		DisableKeepAlives:      !w.key.reuse,
		ForceAttemptHTTP2:      w.key.http2, // a TLS configuration of ours would turn it off
		MaxResponseHeaderBytes: maxHeaderBytes,
		TLSClientConfig:        c,
	}
	if w.proxy != nil {
		w.throughProxy(t)
	}
	return t, nil
}
