package demo

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/shop"
)

var _ http.Handler = Page{}

// evening is when the pages of these tests are read.
func evening() time.Time { return time.Date(2026, 11, 20, 19, 0, 0, 0, time.Local) }

// demoLine is a line that runs: the zero of these tests.
func demoLine() (View, gates.Report) {
	live := Release{ID: "11111111-0000-4000-8000-000000000000", Revision: "aaaaaaaa11", Summary: "Warmer light", Status: "Succeeded"}
	v := View{Name: "shop", Stages: []Stage{
		{Name: "Source", Last: &live},
		{Name: "Build", Transition: &Transition{Enabled: true}, Last: &live},
		{Name: "Production", Transition: &Transition{Enabled: true}, Last: &live},
	}}
	r := gates.Report{
		At:       evening(),
		Gate:     gates.Gate{Name: "production", Instance: "demo", Pipeline: "shop", Stage: "Production", Checks: []string{"storefront"}, May: []gates.Verb{gates.Close, gates.Open}, MinHold: 10 * time.Second, Reopen: gates.AutoReopen},
		Decision: gates.Decision{State: gates.Opened, Reasons: []gates.Reason{{Code: "healthy", Text: "storefront is healthy"}}},
		Checks:   []gates.CheckEvidence{{Name: "storefront", Verdict: probes.Healthy, Word: "healthy", Passes: 3, Up: 3}},
		Seen:     gates.Seen{Begun: evening(), Enabled: true},
		Fresh:    true, Enforced: true, Holder: gates.Nobody,
	}
	return v, r
}

// stopLine turns the line into one that andon has stopped.
func stopLine(v *View, r *gates.Report) {
	v.Stages[2].Transition = &Transition{Reason: "(andon demo production i1) storefront is unhealthy", ChangedBy: "arn:aws:iam::123456789012:user/andon", ChangedAt: evening()}
	v.Stages[2].Waiting = []Release{{ID: "22222222-0000-4000-8000-000000000000", Revision: "bbbbbbbb22"}}
	for _, revision := range []string{"cccccccc", "dddddddd", "eeeeeeee", "ffffffff", "99999999", "88888888", "77777777", "66666666"} {
		v.Stages[2].Overtaken = append(v.Stages[2].Overtaken, Release{Revision: revision})
	}
	r.Decision = gates.Decision{State: gates.Closed, Reasons: []gates.Reason{{Code: "unhealthy", Check: "storefront", Text: "storefront is unhealthy: got status 500", Since: evening()}}}
	r.Checks[0].Word = "unhealthy"
	r.Seen.Enabled, r.Seen.ChangedAt, r.Holder = false, evening(), gates.Ours
	r.Hold = &gates.Hold{Suspect: true}
}

func pageOf(v View, reports ...gates.Report) Page {
	fine := func(context.Context) error { return nil }
	return Page{
		Shop:     shop.New(),
		Pipeline: func(context.Context) (View, error) { return v, nil },
		Gates:    func() []gates.Report { return reports },
		Enable:   fine, Disable: fine, Fix: fine,
		Black: func() bool { return false }, BlackDay: func(bool) {},
		Links: Links{Shop: "http://127.0.0.1:1", Status: "http://127.0.0.1:2", AWS: "http://127.0.0.1:3"},
	}
}

func askDemo(p Page, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// mainOf leaves the style and the script out of a failure's message.
func mainOf(w *httptest.ResponseRecorder) string {
	_, after, _ := strings.Cut(w.Body.String(), "<main>")
	before, _, _ := strings.Cut(after, "</main>")
	return before
}

func TestDemoPageTellsWhatHappens(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*View, *gates.Report)
		has    []string
		hasNot []string
	}{
		{"running", func(*View, *gates.Report) {},
			[]string{"<h1>The line runs</h1>", "The barrier is open", "storefront is healthy", "aaaaaaaa", "Warmer light", "at least 10s here", "opens by itself", "--pipeline-name shop \\\n--stage-name Production \\\n--transition-type Inbound"},
			[]string{"The barrier is closed", "aaaaaaaa11", "passes in a row"}},
		{"stopped by andon", stopLine,
			[]string{"<h1>andon has stopped the line</h1>", "The barrier is closed", "got status 500", "since 19:00:00", "disabledReason <code>(andon demo production i1) storefront is unhealthy</code>",
				"user/andon", "bbbbbbbb", "<s><code>cccccccc</code></s>", "It superseded 8:", "and 2 older", "3 of 3 passes in a row", "what waits may carry the same fault"},
			[]string{"The barrier is open", "Nothing waits", "77777777"}},
		{"about to stop", func(v *View, r *gates.Report) {
			stopLine(v, r)
			v.Stages[2].Transition.Enabled, r.Seen.Enabled, r.Holder, r.Enforced = true, true, gates.Nobody, false
		}, []string{"<h1>Production is unwell, andon stops the line</h1>", "not yet as andon wants it"}, nil},
		{"a person's hold", func(v *View, r *gates.Report) {
			stopLine(v, r)
			r.Holder, r.Seen.ChangedBy = gates.Person, "arn:aws:iam::123456789012:user/alice"
		}, []string{"<h1>A person has stopped the line</h1>", "alice disabled the transition at 19:00:00. andon never lifts"}, nil},
		{"a person's enable", func(_ *View, r *gates.Report) {
			r.Override = &gates.Override{Actor: "alice", Expires: evening().Add(time.Hour)}
		}, []string{"<h1>A person has opened the line</h1>", "stands until 20:00:00"}, nil},
		{"another andon's hold", func(v *View, r *gates.Report) {
			stopLine(v, r)
			r.Holder = gates.Stranger
			r.Problems = []gates.Reason{{Text: "the transition is held by gate x", Do: "enable it by hand"}}
		}, []string{"not by this andon", "held by gate x: enable it by hand"}, nil},
		{"only watching", func(v *View, r *gates.Report) {
			stopLine(v, r)
			r.Holder, r.Gate.May = gates.Nobody, nil
		}, []string{"andon would stop the line, but it may only watch", "only watch</dd>"}, []string{"not yet as andon wants it"}},
		{"no evidence", func(_ *View, r *gates.Report) {
			r.Decision = gates.Decision{Reasons: []gates.Reason{{Text: "storefront has no fresh evidence", Do: "wait for it"}}}
		}, []string{"andon leaves it as it is", "<dd>as it is</dd>", "What you can do: wait for it."}, nil},
		{"not read yet", func(_ *View, r *gates.Report) { r.Holder, r.Seen, r.Fresh = gates.Unread, gates.Seen{}, false },
			[]string{"has not seen the transition yet", "not read yet"}, []string{"could not be read this time"}},
		{"read before", func(_ *View, r *gates.Report) { r.Fresh = false },
			[]string{"could not be read this time", "seen at 19:00:00"}, nil},
		{"a BlackDay", func(v *View, r *gates.Report) {
			v.Stages[1].Asks, v.Stages[1].Inside = true, []Release{{ID: "33333333-0000-4000-8000-000000000000", Revision: "12345678"}}
			r.Gate.Action, r.Gate.May = "BlackDay", []gates.Verb{gates.Approve, gates.Reject}
			r.Calendar = &calendar.State{Word: calendar.Black}
			r.Decision = gates.Decision{State: gates.Closed, Reasons: []gates.Reason{{Code: "blackday", Text: "BlackDay: autumn campaign"}}}
			r.Cases = []gates.Case{{Approval: gates.Approval{Execution: gates.Execution{ID: "33333333-0000"}, Since: evening()}}}
			r.Rulings = []gates.Ruling{{At: evening(), Summary: "(andon demo blackday i1) Rejected"}}
		}, []string{"<h1>It is a BlackDay: releases wait for approval</h1>", "asks for approval", "12345678", "BlackDay: autumn campaign", "Execution 33333333 asks for approval since 19:00:00", "19:00:00: (andon demo blackday i1) Rejected", "approve, reject"},
			[]string{"held by", "at least 10s here"}},
		{"a barrier of nobody's gate", func(v *View, r *gates.Report) { stopLine(v, r); r.Gate.Pipeline = "other" },
			[]string{"The barrier is closed"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v, r := demoLine()
			test.change(&v, &r)
			w := askDemo(pageOf(v, r), "GET", "/", "")
			for _, s := range test.has {
				if !strings.Contains(w.Body.String(), s) {
					t.Errorf("the page lacks %q:\n%s", s, mainOf(w))
				}
			}
			for _, s := range test.hasNot {
				if strings.Contains(w.Body.String(), s) {
					t.Errorf("the page has %q:\n%s", s, mainOf(w))
				}
			}
		})
	}
}

func TestDemoPageWithoutAnything(t *testing.T) {
	t.Parallel()
	p := pageOf(View{})
	p.Links = Links{}
	p.Pipeline = func(context.Context) (View, error) { return View{}, errors.New("503 from AWS") }
	w := askDemo(p, "GET", "/", "")
	for _, s := range []string{"andon is starting", "cannot be read just now: 503 from AWS", "The shop works."} {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), s) {
			t.Errorf("answered %d, and lacks %q:\n%s", w.Code, s, mainOf(w))
		}
	}
	if strings.Contains(w.Body.String(), `href="/`) || strings.Contains(w.Body.String(), "curl") {
		t.Errorf("it links to nowhere:\n%s", w.Body)
	}
}

func TestDemoButtons(t *testing.T) {
	t.Parallel()
	const cross = "cross-site"
	for _, test := range []struct {
		name, method, target, do, site string
		status                         int
		location                       string
		mode                           shop.Mode
		called                         string
	}{
		{"break", "POST", "/", "break", "same-origin", 303, "?", shop.Error, ""},
		{"slow", "POST", "/", "slow", "same-origin", 303, "?", shop.Slow, ""},
		{"mend", "POST", "/", "mend", "same-origin", 303, "?", shop.Works, ""},
		{"held still", "POST", "/?still=1", "break", "same-origin", 303, "?still=1", shop.Error, ""},
		{"by curl", "POST", "/", "break", "", 303, "?", shop.Error, ""},
		{"enable", "POST", "/", "enable", "same-origin", 303, "?", shop.Hang, "enable"},
		{"disable", "POST", "/", "disable", "same-origin", 303, "?", shop.Hang, "disable"},
		{"a BlackDay", "POST", "/", "blackday", "same-origin", 303, "?", shop.Hang, "black"},
		{"its end", "POST", "/", "workday", "same-origin", 303, "?", shop.Hang, "work"},
		{"a fix", "POST", "/", "fix", "same-origin", 303, "?", shop.Hang, "fix"},
		{"a BlackDay by curl", "POST", "/blackday", "", "", 303, ".?", shop.Hang, "black"},
		{"a fix by curl", "POST", "/fix", "", "", 303, ".?", shop.Hang, "fix"},
		{"a BlackDay from elsewhere", "POST", "/blackday", "", cross, 403, "", shop.Hang, ""},
		{"no such button", "POST", "/", "explode", "same-origin", 400, "", shop.Hang, ""},
		{"no button", "POST", "/", "", "same-origin", 400, "", shop.Hang, ""},
		{"in the query", "POST", "/?do=mend", "", "same-origin", 400, "", shop.Hang, ""},
		{"mend from elsewhere", "POST", "/", "mend", cross, 403, "", shop.Hang, ""},
		{"enable from elsewhere", "POST", "/", "enable", cross, 403, "", shop.Hang, ""},
		{"GET", "GET", "/?do=mend", "mend", "same-origin", 200, "", shop.Hang, ""},
		{"PUT", "PUT", "/", "mend", "same-origin", 405, "", shop.Hang, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, called := pageOf(demoLine()), ""
			p.Shop.Break(shop.Hang)
			p.Enable = func(context.Context) error { called += "enable"; return nil }
			p.Disable = func(context.Context) error { called += "disable"; return nil }
			p.Fix = func(context.Context) error { called += "fix"; return nil }
			p.BlackDay = func(on bool) { called += map[bool]string{true: "black", false: "work"}[on] }
			w := askDemo(p, test.method, test.target, "do="+test.do, "Sec-Fetch-Site", test.site)
			if w.Code != test.status || w.Header().Get("Location") != test.location {
				t.Errorf("answered %d to %q, want %d to %q", w.Code, w.Header().Get("Location"), test.status, test.location)
			}
			if mode := p.Shop.State().Mode; mode != test.mode || called != test.called {
				t.Errorf("the shop is in %v and %q was called, want %v and %q", mode, called, test.mode, test.called)
			}
		})
	}
}

func TestDemoButtonThatFailsSaysWhy(t *testing.T) {
	t.Parallel()
	p := pageOf(demoLine())
	p.Enable = func(context.Context) error { return errors.New("rate <exceeded>") }
	w := askDemo(p, "POST", "/", "do=enable")
	if w.Code != http.StatusBadGateway || !strings.Contains(w.Body.String(), `role="alert">the transition was not enabled: rate &lt;exceeded&gt;<`) {
		t.Errorf("answered %d:\n%s", w.Code, mainOf(w))
	}
}

// S12: bytes from outside never become HTML.
func TestDemoPageEscapesBytesFromOutside(t *testing.T) {
	t.Parallel()
	const evil = `<script>alert(1)</script>"'>`
	v, r := demoLine()
	stopLine(&v, &r)
	v.Name = evil
	v.Stages[2].Transition.Reason, v.Stages[2].Transition.ChangedBy = evil, evil
	v.Stages[2].Waiting[0] = Release{ID: evil, Revision: evil, Summary: evil, Status: evil}
	r.Decision.Reasons[0] = gates.Reason{Text: evil, Do: evil}
	r.Checks[0].Text, r.Checks[0].Word = evil, evil
	r.Seen.ChangedBy, r.Holder = evil, gates.Person
	r.Problems = []gates.Reason{{Text: evil}}
	p := pageOf(v, r)
	p.Shop.SetRevision(evil)
	w := askDemo(p, "GET", "/", "")
	if n := strings.Count(w.Body.String(), "<script"); n != 1 {
		t.Errorf("%d scripts on the page:\n%s", n, mainOf(w))
	}
	csp := w.Header().Get("Content-Security-Policy")
	_, after, _ := strings.Cut(csp, "'nonce-")
	nonce, _, _ := strings.Cut(after, "'")
	if !strings.HasPrefix(csp, "default-src 'none';") || strings.Contains(csp, "unsafe") || strings.Count(w.Body.String(), `nonce="`+nonce+`"`) != 2 {
		t.Errorf("the policy is %q", csp)
	}
	if again := askDemo(p, "GET", "/", "").Header().Get("Content-Security-Policy"); again == csp {
		t.Error("the nonce is used twice")
	}
}

func TestDemoPageUpdatesItselfUnlessHeldStill(t *testing.T) {
	t.Parallel()
	p := pageOf(demoLine())
	const refresh, script = `<noscript><meta http-equiv="refresh" content="2"></noscript>`, "<script"
	if body := askDemo(p, "GET", "/", "").Body.String(); !strings.Contains(body, refresh) || !strings.Contains(body, script) {
		t.Error("it does not update itself")
	}
	if body := askDemo(p, "GET", "/?still=1", "").Body.String(); strings.Contains(body, refresh) || strings.Contains(body, script) || !strings.Contains(body, `action="?still=1"`) {
		t.Error("held still, it updates itself, or forgets to be still")
	}
}
