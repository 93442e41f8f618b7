package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A website is how andon is asked: where, and by whom.
type website struct {
	listener net.Listener
	door     *door // nil: plain HTTP to everybody
	log      *slog.Logger
}

// url is where the pages are.
func (s website) url() string {
	if s.door != nil && s.door.tls != nil {
		return "https://" + s.listener.Addr().String() + "/"
	}
	return "http://" + s.listener.Addr().String() + "/"
}

// serve answers until ctx is done, and then lets requests end shortly.
func (s website) serve(ctx context.Context, h http.Handler) error {
	const grace = 2 * time.Second
	server := &http.Server{
		Handler:           s.door.admit(h),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      70 * time.Second, // a ?wait= may take 50 s
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(quietly(s.log).Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() {
		if s.door == nil || s.door.tls == nil {
			ended <- server.Serve(s.listener)
			return
		}
		server.TLSConfig = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return s.door.speaks(), nil }}
		ended <- server.ServeTLS(s.listener, "", "")
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("the HTTP server ended: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if server.Shutdown(last) != nil {
		server.Close()
	}
	<-ended
	return nil
}

// serve answers everybody on l, over plain HTTP, as website does.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	return website{listener: l, log: slog.Default()}.serve(ctx, h)
}

// quietly logs what strangers can cause.
func quietly(log *slog.Logger) *slog.Logger {
	return slog.New(&quietHandler{Handler: log.Handler(), said: map[string]time.Time{}})
}

// A quietHandler passes on what strangers can cause, such as a failed
// handshake, once a minute for each kind: they must not fill the log.
type quietHandler struct {
	slog.Handler
	mu   sync.Mutex
	said map[string]time.Time
}

// Handle is slog.Handler's. The kind of a message is its beginning: the rest
// names who caused it.
func (q *quietHandler) Handle(ctx context.Context, r slog.Record) error {
	const pause, most = time.Minute, 20
	if fromHealth(r.Message) {
		return nil
	}
	kind := r.Message[:min(len(r.Message), most)]
	q.mu.Lock()
	last, before := q.said[kind]
	said := before && r.Time.Sub(last) < pause
	if !said {
		q.said[kind] = r.Time
	}
	q.mu.Unlock()
	if said {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

// fromHealth tells whether a message is of how a health check on this machine
// begins where andon serves TLS: every few seconds, and it is no news.
func fromHealth(message string) bool {
	from, ours := strings.CutPrefix(message, "http: TLS handshake error from ")
	return ours && (strings.HasPrefix(from, "127.") || strings.HasPrefix(from, "[::1]")) &&
		(strings.HasSuffix(from, "client sent an HTTP request to an HTTPS server") || strings.HasSuffix(from, "client didn't provide a certificate"))
}

// writer tells which of the writers sends r. Errors are sentences for who asks.
func writer(r *http.Request, configFile string, names []string) (string, error) {
	if configFile == "" || len(names) == 0 {
		return "", errors.New("this andon takes no orders over HTTP: name a Prometheus web configuration file with basic_auth_users under web_config, and who of them may order under writers")
	}
	name, _ := r.Context().Value(userKey{}).(string)
	if name == "" { // the file has no users any more, and lets in everybody
		return "", errors.New("orders are for users: list them under basic_auth_users in the file of web_config")
	}
	if !slices.Contains(names, name) {
		return "", fmt.Errorf("%.60q may look, but not order: who may is listed under writers in andon's configuration", name)
	}
	return name, nil
}
