package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v3"
	"golang.org/x/crypto/bcrypt"
)

// A website is how andon is asked: where, and with which of Prometheus' web
// configuration files, "" for plain HTTP to everybody. The file is read again
// for every connection and request, so certificates and passwords may change.
type website struct {
	listener   net.Listener
	configFile string
	log        *slog.Logger
}

// valid says what is wrong with the file, without a word of what stands in it.
func (s website) valid() error {
	err := web.Validate(s.configFile)
	if err == nil {
		return nil
	}
	what := err.Error()
	switch {
	case strings.HasPrefix(what, "yaml:"):
		what = "it is not as Prometheus documents it" + strings.Join(regexp.MustCompile(`,? ?line \d+`).FindAllString(what, 3), ",")
	case strings.Contains(what, "bcrypt"):
		what = "a password under basic_auth_users is no bcrypt hash: make one with htpasswd -nBC 10 NAME"
	}
	return fmt.Errorf("the file of web_config, %s: %s", s.configFile, what)
}

// url is where the pages are.
func (s website) url() string {
	var file struct {
		TLS map[string]any `yaml:"tls_server_config"`
	}
	text, err := os.ReadFile(s.configFile)
	if s.configFile != "" && err == nil && yaml.Unmarshal(text, &file) == nil && len(file.TLS) > 0 {
		return "https://" + s.listener.Addr().String() + "/"
	}
	return "http://" + s.listener.Addr().String() + "/"
}

// serve answers until ctx is done, and then lets requests end shortly.
func (s website) serve(ctx context.Context, h http.Handler) error {
	const grace = 2 * time.Second
	quiet := &quietHandler{Handler: s.log.Handler(), said: map[string]time.Time{}}
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      70 * time.Second, // a ?wait= may take 50 s
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(quiet, slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() {
		ended <- web.Serve(s.listener, server, &web.FlagConfig{WebConfigFile: &s.configFile}, slog.New(quiet))
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

// A quietHandler passes on what strangers can cause, such as a failed
// handshake, once a minute for each kind: they must not fill the log.
type quietHandler struct {
	slog.Handler
	mu   sync.Mutex
	said map[string]time.Time
}

// Enabled is slog.Handler's. What the server says of itself we have said.
func (q *quietHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

// Handle is slog.Handler's. The kind of a message is its beginning: the rest
// names who caused it.
func (q *quietHandler) Handle(ctx context.Context, r slog.Record) error {
	const pause, most = time.Minute, 20
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

// writer tells which of the writers sends r. Who comes this far was let in by
// the server; but while the file names no users it lets in everybody, so the
// password is looked at once more. Errors are sentences for who asks.
func writer(r *http.Request, configFile string, names []string) (string, error) {
	if configFile == "" || len(names) == 0 {
		return "", errors.New("this andon takes no orders over HTTP: name a Prometheus web configuration file with basic_auth_users under web_config, and who of them may order under writers")
	}
	name, password, _ := r.BasicAuth()
	if !isUser(configFile, name, password) {
		return "", errors.New("orders are for users: send a name of those under basic_auth_users in the file of web_config, and its password")
	}
	if !slices.Contains(names, name) {
		return "", fmt.Errorf("%.60q may look, but not order: who may is listed under writers in andon's configuration", name)
	}
	return name, nil
}

func isUser(configFile, name, password string) bool {
	var file struct {
		Users map[string]string `yaml:"basic_auth_users"`
	}
	text, err := os.ReadFile(configFile)
	if err != nil || yaml.Unmarshal(text, &file) != nil || name == "" {
		return false
	}
	hash, ok := file.Users[name]
	return ok && bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil
}
