package exporters

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andon-project/andon/gates"
)

// wayed is a daemon that writes down which executions it is to let through.
type wayed struct {
	heard []string
	err   error
}

func (c *wayed) say(verb, pipeline, region string, o gates.WayOrder) (gates.Way, error) {
	c.heard = append(c.heard, fmt.Sprint(verb, " ", pipeline, " ", region, " ", o.Execution, " ", o.Actor, " ", o.Reason, " ", o.For, " ", o.Blocker))
	w := gates.Way{Will: "andon lets it through", Gates: []string{"production"}, Blocks: []gates.Reason{{Code: "person", Text: "alice holds it"}}}
	w.Track.Riders = []gates.Rider{{Execution: gates.Execution{ID: "e1", Revision: "rev-2"}, Status: "Superseded"}}
	if verb == "allow" {
		w.Allow = &gates.Allow{ID: "1", Execution: o.Execution, Actor: o.Actor, Reason: o.Reason, Expires: noon()}
	}
	return w, c.err
}

func (c *wayed) Way(_ context.Context, p, r string, o gates.WayOrder) (gates.Way, error) {
	return c.say("look", p, r, o)
}

func (c *wayed) Allow(_ context.Context, p, r string, o gates.WayOrder) (gates.Way, error) {
	return c.say("allow", p, r, o)
}

func (c *wayed) Disallow(_ context.Context, p, r string, o gates.WayOrder) (gates.Way, error) {
	return c.say("end", p, r, o)
}

func tellWay(t *testing.T, c *wayed, method, query, body string) *httptest.ResponseRecorder {
	t.Helper()
	s := world(nil, open())
	s.Commands, s.Ways, s.Writer = &commanded{}, c, func(*http.Request) (string, error) { return "mia", nil }
	r := httptest.NewRequest(method, "http://localhost:9797/api/v1/pipelines/shop/executions/e2/allow"+query, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	Handler(s).ServeHTTP(w, r)
	return w
}

func TestWays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, query, body string
		want                int
		heard               string
		says                string
	}{
		{"PUT", "", `{"reason":"the fix","for":"90m","reject_blocker":true}`, 200, "allow shop  e2 mia the fix 1h30m0s true", `"actor": "mia"`},
		{"PUT", "?region=eu-west-1", `{"reason":"the fix"}`, 200, "allow shop eu-west-1 e2 mia the fix 0s false", `"will": "andon lets it through"`},
		{"GET", "?reject_blocker=true", ``, 200, "look shop  e2   0s true", `"allow": null`},
		{"DELETE", "", `{"reason":"done"}`, 200, "end shop  e2 mia done 0s false", `"status": "Superseded"`},
		{"POST", "", `{"reason":"x"}`, 405, "", "use GET or PUT or DELETE"},
		{"PUT", "", `{"reason":"x","actor":"alice"}`, 400, "", "leave actor out"},
		{"PUT", "", `{"reason":"x","for":"a while"}`, 400, "", "want one like 90m"},
		{"PUT", "", `{"reason":"x","execution":"e3"}`, 400, "", `unknown field \"execution\"`},
	} {
		d := &wayed{}
		w := tellWay(t, d, c.method, c.query, c.body)
		if got := strings.Join(d.heard, "|"); w.Code != c.want || got != c.heard || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s%s %s: %d, heard %q, said %s", c.method, c.query, c.body, w.Code, got, w.Body)
		}
	}
}

func TestRefusedWays(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{"invalid": 400, "no-pipeline": 404, "no-execution": 409, "no-order": 409, "observing": 409, "journal": 503, "busy": 503} {
		w := tellWay(t, &wayed{err: &gates.OrderError{Code: code, Text: "because"}}, "PUT", "", `{"reason":"x"}`)
		if w.Code != want || !strings.Contains(w.Body.String(), "because") {
			t.Errorf("%s: %d %s, want %d", code, w.Code, w.Body, want)
		}
	}
}

// An order is listed once, with the gates at which it counts.
func TestAllowsAreListed(t *testing.T) {
	t.Parallel()
	a := gates.Allow{ID: "1", Execution: "e2", Actor: "mia", Expires: noon(), Place: gates.Place{Pipeline: "shop"}}
	production, staging := open(), open()
	staging.Gate.Name = "staging"
	production.Allows, staging.Allows = []gates.Allow{a}, []gates.Allow{a}
	s := world(nil, production, staging)
	w := httptest.NewRecorder()
	Handler(s).ServeHTTP(w, httptest.NewRequest("GET", "http://localhost:9797/api/v1/overrides", nil))
	var v OverridesView
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || len(v.Allows) != 1 || len(v.Allows[0].Gates) != 2 || v.Allows[0].Pipeline != "shop" {
		t.Errorf("%v %s", err, w.Body)
	}
}

// The page tells of executions that are let through.
func TestAllowsOnThePage(t *testing.T) {
	t.Parallel()
	r := open()
	r.Allows = []gates.Allow{{ID: "1", Execution: "e2", Actor: "mia", Reason: "the <fix>", Expires: noon()}}
	s := world(nil, r)
	w := httptest.NewRecorder()
	Handler(s).ServeHTTP(w, httptest.NewRequest("GET", "http://localhost:9797/", nil))
	if !strings.Contains(w.Body.String(), "<strong>Let through:</strong> execution e2, by mia: the &lt;fix&gt;.") {
		t.Errorf("%s", w.Body)
	}
}
