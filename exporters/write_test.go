package exporters

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
)

// commanded is a daemon that writes down what it is told.
type commanded struct {
	heard []string
	err   error
}

func (c *commanded) Order(_ context.Context, gate string, o gates.Order) (gates.Outlook, error) {
	c.heard = append(c.heard, strings.Join([]string{gate, o.State.String(), o.Actor, o.Reason, o.For.String()}, " "))
	return gates.Outlook{Order: &gates.Override{ID: "1", State: o.State, Actor: o.Actor, Reason: o.Reason, Expires: noon()}, Will: "andon opens",
		Blocks: []gates.Reason{{Code: "person", Text: "alice holds it"}}, Waiting: []gates.Execution{{ID: "e1"}}}, c.err
}

func (c *commanded) Withdraw(_ context.Context, gate string, o gates.Order) (gates.Outlook, error) {
	c.heard = append(c.heard, strings.Join([]string{gate, "clear", o.Actor, o.Reason}, " "))
	return gates.Outlook{Before: &gates.Override{ID: "1", Actor: "bob"}, Will: "by itself"}, c.err
}

func (c *commanded) Reload(_ context.Context, actor string) error {
	c.heard = append(c.heard, "reload "+actor)
	return c.err
}

// tell sends a request as mia, who may write.
func tell(t *testing.T, c *commanded, method, path, contentType, body string) *httptest.ResponseRecorder {
	t.Helper()
	s := world(nil, open())
	s.Commands, s.Writer = c, func(*http.Request) (string, error) { return "mia", nil }
	r := httptest.NewRequest(method, "http://localhost:9797"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	Handler(s).ServeHTTP(w, r)
	return w
}

const overridePath = "/api/v1/gates/production/override"

func TestOrders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, path, body string
		want               int
		heard              string // "": nothing was ordered
		says               string
	}{
		{"PUT", overridePath, `{"state":"open","reason":"the fix","for":"90m"}`, 200, "production open mia the fix 1h30m0s", `"will": "andon opens"`},
		{"PUT", overridePath, `{"state":"closed","reason":"stocktaking"}`, 200, "production closed mia stocktaking 0s", `"actor": "mia"`},
		{"DELETE", overridePath, `{"reason":"done"}`, 200, "production clear mia done", `"override": null`},
		{"POST", "/-/reload", ``, 200, "reload mia", `"reloaded": true`},
		{"POST", "/-/reload", `{}`, 400, "", "without a body"},
		{"GET", overridePath, ``, 405, "", "use PUT or DELETE"},
		{"HEAD", overridePath, ``, 405, "", ""},
		{"POST", overridePath, `{"state":"open","reason":"x"}`, 405, "", "use PUT or DELETE"},
		{"GET", "/-/reload", ``, 405, "", "use POST"},
		{"PUT", "/api/v1/gates/production", `{}`, 405, "", "only tells"},
		{"DELETE", "/api/v1/overrides", `{}`, 405, "", "only tells"},
		{"PUT", overridePath, `{"state":"open","reason":"x","actor":"alice"}`, 400, "", "leave actor out"},
		{"DELETE", overridePath, `{"reason":"x","state":"open"}`, 400, "", `unknown field \"state\"`},
		{"PUT", overridePath, `{"state":"open","reason":"x","force":true}`, 400, "", `unknown field \"force\"`},
		{"PUT", overridePath, `{"state":"open","reason":"x"} {}`, 400, "", "something follows"},
		{"PUT", overridePath, `{"state":"open","reason":"x"}}`, 400, "", "something follows"},
		{"PUT", overridePath, `{"state":"open","reason":"x"}]`, 400, "", "something follows"},
		{"PUT", overridePath, `{"state":"keep","reason":"x"}`, 400, "", "want open or closed"},
		{"PUT", overridePath, `{"state":"opened","reason":"x"}`, 400, "", "want open or closed"},
		{"PUT", overridePath, `{"state":"open","reason":"x","for":"1 day"}`, 400, "", "want one like 90m"},
		{"PUT", overridePath, `{"state":"open","reason":"x","for":"-1h"}`, 400, "", "want one like 90m"},
		{"PUT", overridePath, `[]`, 400, "", "not understood"},
		{"PUT", overridePath, `{"state":`, 400, "", "not understood"},
		{"PUT", overridePath, `{"state":"open","reason":"` + strings.Repeat("x", 5000) + `"}`, 413, "", "more than 4096 bytes"},
	} {
		var d commanded
		w := tell(t, &d, c.method, c.path, "application/json; charset=utf-8", c.body)
		if w.Code != c.want || strings.Join(d.heard, "; ") != c.heard || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s %.60s: %d %s, ordered %q; want %d %q, ordered %q", c.method, c.path, c.body, w.Code, w.Body, d.heard, c.want, c.says, c.heard)
		}
	}
}

// A form of somebody else's page is not JSON, whatever it looks like.
func TestOrdersAreJSON(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", "application/json+x"} {
		var d commanded
		if w := tell(t, &d, "PUT", overridePath, kind, `{"state":"open","reason":"x"}`); w.Code != 415 || len(d.heard) > 0 {
			t.Errorf("%q: %d, ordered %q", kind, w.Code, d.heard)
		}
	}
}

func TestWhoMayNotWrite(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Sources, *http.Request){
		"takes no orders": func(s *Sources, _ *http.Request) { s.Writer, s.Commands = nil, nil },
		"is not listed": func(s *Sources, _ *http.Request) {
			s.Writer = func(*http.Request) (string, error) { return "", errors.New("bob is not listed") }
		},
		"cross-origin":                 func(_ *Sources, r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"cross-origin request":         func(_ *Sources, r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"does not answer for the host": func(_ *Sources, r *http.Request) { r.Host = "evil.example" },
	} {
		var d commanded
		s := world(nil, open())
		s.Commands, s.Writer = &d, func(*http.Request) (string, error) { return "mia", nil }
		for method, path := range map[string]string{"PUT": overridePath, "DELETE": overridePath, "POST": "/-/reload"} {
			r := httptest.NewRequest(method, "http://localhost:9797"+path, strings.NewReader(`{"state":"open","reason":"x"}`))
			r.Header.Set("Content-Type", "application/json")
			change(&s, r)
			w := httptest.NewRecorder()
			Handler(s).ServeHTTP(w, r)
			if w.Code != 403 && w.Code != 421 || len(d.heard) > 0 || !strings.Contains(w.Body.String(), name) {
				t.Errorf("%s: %s %s: %d %s, ordered %q", name, method, path, w.Code, w.Body, d.heard)
			}
		}
	}
}

func TestRefusedOrders(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{"invalid": 400, "no-gate": 404, "no-order": 409, "observing": 409, "journal": 503, "busy": 503} {
		d := commanded{err: &gates.OrderError{Code: code, Text: "there is no gate like this"}}
		for method, body := range map[string]string{"PUT": `{"state":"open","reason":"x"}`, "DELETE": `{"reason":"x"}`} {
			w := tell(t, &d, method, overridePath, "application/json", body)
			if w.Code != want || !strings.Contains(w.Body.String(), "there is no gate") || (want == 503) != (w.Header().Get("Retry-After") != "") {
				t.Errorf("%s %s: %d %s, want %d", method, code, w.Code, w.Body, want)
			}
		}
	}
	d := commanded{err: errors.New("2:3: checks: unknown field")}
	if w := tell(t, &d, "POST", "/-/reload", "", ""); w.Code != 422 || !strings.Contains(w.Body.String(), "unknown field") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestOverridesAreListed(t *testing.T) {
	t.Parallel()
	if _, body, _ := get(t, world(nil, open()), "/api/v1/overrides"); !strings.Contains(body, `"overrides": []`) {
		t.Error(body)
	}
	ordered := with(open(), func(r *gates.Report) {
		r.Override = &gates.Override{ID: "9", Actor: "mia\x1b[2J", Reason: "<b>", Expires: noon().Add(time.Hour), Replaces: &gates.OrderRef{ID: "8", State: gates.Closed, Actor: "bob"}}
	})
	_, body, _ := get(t, world(nil, open(), ordered), "/api/v1/overrides")
	for _, want := range []string{`"gate": "production"`, `"state": "open"`, `"actor": "mia [2J"`, `"reason": "\u003cb\u003e"`, `"actor": "bob"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not told in %s", want, body)
		}
	}
}
