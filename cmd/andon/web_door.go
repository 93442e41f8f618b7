package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/exporters"
	"github.com/prometheus/exporter-toolkit/web"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/time/rate"
)

// A door lets in whom a web configuration lets in. The file is read again for
// every connection and request, so certificates and users may change; while it
// cannot be used nobody is let in. nil lets everybody in.
type door struct {
	file string
	log  *slog.Logger

	mu      sync.Mutex // guards what follows
	sum     [sha256.Size]byte
	config  *web.Config // of the file with this sum
	limiter *rate.Limiter
	known   map[[sha256.Size]byte]bool // users with their passwords
	tls     *tls.Config                // the last that could be made; nil: plain HTTP
	unfit   error                      // why the one before could not be replaced

	guessing sync.Mutex // one password after the other: looking at one takes long
}

// newDoor is nil for no file. Errors say what is wrong with the file, without a
// word of what stands in it.
func newDoor(file string, log *slog.Logger) (*door, error) {
	if file == "" {
		return nil, nil
	}
	d := &door{file: file, log: log, known: map[[sha256.Size]byte]bool{}}
	c, _, err := d.read()
	if err != nil {
		return nil, err
	}
	if d.tls, err = serverTLS(c); err != nil {
		return nil, d.about(err)
	}
	return d, nil
}

func (d *door) about(err error) error {
	return fmt.Errorf("the file of web_config, %s: %w", d.file, err)
}

// read returns what stands in the file now.
func (d *door) read() (*web.Config, *rate.Limiter, error) {
	text, err := config.ReadFile(d.file, config.MaxWebConfig)
	if err != nil {
		return nil, nil, d.about(err)
	}
	sum := sha256.Sum256(text)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.config != nil && d.sum == sum {
		return d.config, d.limiter, nil
	}
	c, err := parseWeb(d.file, text)
	if err != nil {
		return nil, nil, d.about(err)
	}
	// Whoever writes a file empties it first: that opens nothing.
	if d.config != nil && len(d.config.Users) > 0 && len(bytes.TrimSpace(text)) == 0 {
		return nil, nil, d.about(errors.New("it is empty, and had basic_auth_users: put them back, or write {} if everybody may read"))
	}
	if limit := c.RateLimiterConfig; d.config == nil || d.config.RateLimiterConfig != limit {
		d.limiter = nil
		if limit.Interval != 0 {
			d.limiter = rate.NewLimiter(rate.Every(limit.Interval), limit.Burst)
		}
	}
	clear(d.known)
	d.config, d.sum = c, sum
	return c, d.limiter, nil
}

// speaks is how the next connection is spoken to. When that cannot be made any
// more the last is used: who is let in says what is wrong.
func (d *door) speaks() *tls.Config {
	c, _, err := d.read()
	var made *tls.Config
	if err == nil {
		if made, err = serverTLS(c); err != nil {
			err = d.about(err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unfit = err
	if made != nil {
		d.tls = made
	}
	return d.tls
}

// now is what stands in the file, if it and the certificates can be used.
func (d *door) now() (*web.Config, *rate.Limiter, error) {
	c, limiter, err := d.read()
	if err != nil {
		return nil, nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return c, limiter, d.unfit
}

// A userKey is where a request's context has the name of who was let in.
type userKey struct{}

// admit lets in who may come in. /-/healthy is for everybody, however often: it
// tells a living andon from a dead one, and who restarts the dead must not be
// misled by a limit, a password or a broken file.
func (d *door) admit(next http.Handler) http.Handler {
	if d == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/-/healthy" {
			next.ServeHTTP(w, r)
			return
		}
		c, limiter, err := d.now()
		switch {
		case err != nil:
			d.log.Error("andon lets nobody in: the web configuration cannot be used", "error", err)
			exporters.Refuse(w, http.StatusServiceUnavailable, "andon "+lockedOut)
			return
		case limiter != nil && !limiter.Allow():
			wait := int(max(time.Second, c.RateLimiterConfig.Interval+time.Second-1) / time.Second)
			w.Header().Set("Retry-After", strconv.Itoa(wait))
			exporters.Refuse(w, http.StatusTooManyRequests, fmt.Sprintf("andon is asked more often than the rate_limit of its web configuration allows: ask again in %d s", wait))
			return
		}
		for name, value := range c.HTTPConfig.Header {
			w.Header().Set(name, value)
		}
		if len(c.Users) > 0 {
			name, password, given := r.BasicAuth()
			if !given || !d.knows(c, name, password) {
				w.Header().Set("WWW-Authenticate", challenge)
				exporters.Refuse(w, http.StatusUnauthorized, whoAreYou(given))
				return
			}
			r = r.WithContext(context.WithValue(r.Context(), userKey{}, name))
		}
		next.ServeHTTP(w, r)
	})
}

// lockedOut says that nobody is let in; what the files are called is no concern
// of who asks.
const lockedOut = "lets nobody in, because its web configuration cannot be used: its log says what is wrong"

// challenge asks for a name and a password (RFC 7617, section 2).
const challenge = `Basic realm="andon", charset="UTF-8"`

func whoAreYou(given bool) string {
	if given {
		return "andon does not know this user with this password: they are under basic_auth_users in its web configuration"
	}
	return "andon answers its users only: send the name and password of one, like curl --user NAME, or andon with --user NAME"
}

// knows tells whether this is a user with their password. It takes as long for a
// name that nobody has.
func (d *door) knows(c *web.Config, name, password string) bool {
	hash, exists := c.Users[name]
	if !exists {
		for _, hash = range c.Users {
			break
		}
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{strconv.Quote(name), string(hash), password}, "\n")))
	if d.isKnown(sum) {
		return true
	}
	d.guessing.Lock()
	defer d.guessing.Unlock()
	if d.isKnown(sum) { // since we wait
		return true
	}
	if bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) != nil || !exists {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known[sum] = true
	return true
}

func (d *door) isKnown(sum [sha256.Size]byte) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known[sum]
}
