package kinds

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	promconfig "github.com/prometheus/common/config"
)

// shared is what probes of one Env have in common: with thousands of checks it
// is most of what they need, in memory and in time to load.
type shared struct {
	mu       sync.Mutex
	ways     map[wayKey]*way
	headers  map[string]http.Header
	programs map[expression]compiled
}

// An expression is a text in the words of a kind of check.
type expression struct{ words, text string }

type compiled struct {
	expectation expectation
	problems    []string
}

// way is the way that equal settings have in common.
func (s *shared) way(env Env, c *promconfig.HTTPClientConfig, reuse bool) *way {
	key := keyOf(c, reuse)
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, ok := s.ways[key]; ok {
		return w
	}
	if s.ways == nil {
		s.ways = make(map[wayKey]*way)
	}
	w := newWay(env, key, &c.ProxyConfig)
	s.ways[key] = w
	return w
}

// header is one map for all equal headers, never written again.
func (s *shared) header(h http.Header) http.Header {
	var lines []string
	for name, values := range h {
		lines = append(lines, fmt.Sprintf("%q:%q", name, values))
	}
	slices.Sort(lines)
	key := strings.Join(lines, " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.headers[key]; ok {
		return known
	}
	if s.headers == nil {
		s.headers = make(map[string]http.Header)
	}
	s.headers[key] = h
	return h
}

// compile type-checks all expressions, each text once. Its error joins a
// FieldError for each mistake, `expect[N]` with line and column within the
// expression; of one that holds references it does not say what the mistake is,
// because that may be a part of a secret.
func (s *shared) compile(v vocabulary, texts []string, refs References) ([]expectation, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	env, err := v.environment()
	if err != nil {
		return nil, err
	}
	all := make([]expectation, 0, len(texts))
	var errs []error
	for i, text := range texts {
		c := s.compileOne(v, env, text)
		if c.expectation.shown = refs.Shown(text); c.expectation.shown != text && len(c.problems) > 0 {
			c.problems = []string{"is no condition with its references put in; where one stands for a text, quote it, as in " + strconv.Quote("${env:NAME}")}
		}
		for _, problem := range c.problems {
			errs = append(errs, &FieldError{fmt.Sprintf("expect[%d]", i), problem})
		}
		all = append(all, c.expectation)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return all, nil
}

func (s *shared) compileOne(v vocabulary, env *cel.Env, text string) compiled {
	key := expression{v.names, text}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.programs[key]; ok {
		return known
	}
	if s.programs == nil {
		s.programs = make(map[expression]compiled)
	}
	var c compiled
	c.expectation, c.problems = v.compileOne(env, text)
	s.programs[key] = c
	return c
}
