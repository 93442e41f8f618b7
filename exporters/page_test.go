package exporters

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// text is what a reader sees of a page: no tags, single blanks.
func text(t *testing.T, s Sources) string {
	t.Helper()
	status, body, header := get(t, s, "/")
	if status != 200 || header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %s", status, header.Get("Content-Type"))
	}
	bare := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")
	bare = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(bare)
	return strings.Join(strings.Fields(bare), " ")
}

func TestPageTellsWhy(t *testing.T) {
	t.Parallel()
	keep := with(open(), func(r *gates.Report) {
		r.Decision = gates.Decision{Reasons: []gates.Reason{{Code: "unknown", Text: "storefront has no fresh evidence"}}}
		r.Problems = []gates.Reason{{Code: "denied", Text: "GetPipelineState: denied", Do: "add the permission"}}
	})
	ordered := with(open(), func(r *gates.Report) {
		r.Override = &gates.Override{Actor: "mia", Reason: "the fix is in", Expires: noon().Add(20 * time.Minute)}
		r.Own.State = gates.Closed
	})
	stopped := with(closed(), func(r *gates.Report) {
		r.Override = &gates.Override{State: gates.Closed, Actor: "mia", Reason: "stocktaking", At: ago(time.Minute), Expires: noon().Add(20 * time.Minute)}
		r.Own.State = gates.Opened
	})
	ended := with(open(), func(r *gates.Report) {
		r.Ended = &gates.OrderEnd{Why: "alice enabled the transition in AWS", At: ago(time.Hour)}
	})
	closing := with(closed(), func(r *gates.Report) { r.Seen.Enabled, r.Holder, r.Enforced = true, gates.Nobody, false })
	for _, c := range []struct {
		name  string
		gates []gates.Report
		want  []string
	}{
		{"closed", []gates.Report{closed()}, []string{"The line is stopped", "1 waiting", "11111111 revision e83c5163316f",
			"closed held by andon shop-prod, gate production since 2026-11-20 11:56:00 UTC (4 min ago)",
			"1 inside Production", "in Deploy since", "No release may enter Production.", "A person has to open.",
			"storefront is unhealthy: connection refused since 2026-11-20 11:55:00 UTC (5 min ago)",
			"What to do: look at what waits", "It stands at least until 2026-11-20 12:05:00 UTC (in 5 min)",
			"AWS shows what the gate decided"}},
		{"closing", []gates.Report{closing}, []string{"The line is stopped", "but AWS does not show that yet", "AWS does not show what the gate decided"}},
		{"open", []gates.Report{open()}, []string{"The line is open", "Releases may enter Production.", "storefront is healthy", "0 waiting", "0 inside"}},
		{"held by a person", []gates.Report{person()}, []string{"The line is stopped", "held by arn:aws:iam::123456789012:user/ mia since", "In AWS the hold says: audit until 3 pm",
			"the hold is not andon's, and andon does not lift it", "andon itself would have it open, because storefront is healthy"}},
		{"our hold still stands", []gates.Report{with(closed(), func(r *gates.Report) { r.Decision.State = gates.Opened })}, []string{"andon's hold still stands"}},
		{"cannot tell", []gates.Report{keep}, []string{"andon cannot tell whether the line may move", "storefront has no fresh evidence",
			"What keeps andon from its work", "GetPipelineState: denied", "What to do: add the permission"}},
		{"ordered", []gates.Report{ordered}, []string{"The line is open", "mia ordered it open: the fix is in. It ends 2026-11-20 12:20:00 UTC (in 20 min). Without it the gate would be closed."}},
		{"ordered closed", []gates.Report{stopped}, []string{"The line is stopped", "mia ordered it closed: stocktaking. Given 2026-11-20 11:59:00 UTC (1 min ago). It ends", "Without it the gate would be open."}},
		{"an order has ended", []gates.Report{ended}, []string{"The last order has ended: alice enabled the transition in AWS."}},
		{"observing", []gates.Report{observing(closed())}, []string{"andon observes and stops nothing", "would be closed", "connection refused"}},
		{"several", []gates.Report{open(), closed(), observing(closed())}, []string{"The line is stopped at 1 of 2 gates"}},
		{"never looked at", []gates.Report{{Gate: gates.Gate{Name: "production", May: []gates.Verb{gates.Close}}}},
			[]string{"cannot tell", "andon has not looked at this gate yet", "CodePipeline has not been read yet"}},
		{"no gates", nil, []string{"andon watches and stops nothing", "There is no gate to show."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := text(t, world(probes.Snapshot{well()}, c.gates...))
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not told in:\n%s", want, got)
				}
			}
		})
	}
}

func TestPageTellsChecks(t *testing.T) {
	t.Parallel()
	s := world(probes.Snapshot{sick(), check("fleet", target("a", nil), target("b")), check("empty")})
	s.Ready = starting
	got := text(t, s)
	for _, want := range []string{"storefront http every 10 s unhealthy since 2026-11-20 11:59:50 UTC (10 s ago) connecting to 192.0.2.7:443: connection refused 42 ms",
		"42 ms of 3s, resolve 1 ms, connect 15 ms, processing 20 ms", "fleet http every 10 s, 2 targets unknown b: it has not run yet",
		"empty http every 10 s unknown it has no targets", "andon is not ready: andon has not looked"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not told in:\n%s", want, got)
		}
	}
}

func TestPageShowsTheWorstOfManyChecks(t *testing.T) {
	t.Parallel()
	checks := slices.Repeat(probes.Snapshot{well()}, 500)
	bad := sick()
	bad.Name = "the-bad-one"
	got := text(t, world(append(checks, bad)))
	if !strings.Contains(got, "the-bad-one") || !strings.Contains(got, "and 301 more") {
		t.Error("the check that is unhealthy, or the number of those not shown, is missing")
	}
}

// hostile puts bytes from outside wherever they may come from.
func hostile() Sources {
	bad := `</title></svg><script>alert(1)</script><img src=x onerror=alert(2)>"'><a href="javascript:alert(3)">{{.Version}}`
	err := errors.New(bad)
	c := check(bad, target(bad, err, err, err), target("b", nil))
	c.Kind = bad
	phased := run(0, err)
	phased.Facts.Phases = []probes.Phase{{Name: bad, Duration: time.Hour}, {Name: bad + "2", Duration: -time.Hour}}
	c.Targets[0].Status = c.Targets[0].Status.Add(phased)
	r := with(closed(), func(r *gates.Report) {
		r.Gate.Name, r.Gate.Pipeline, r.Gate.Stage, r.Gate.Region = bad, bad, bad, bad
		r.Decision.Reasons[0].Text, r.Decision.Reasons[0].Do = bad, bad
		r.Problems = []gates.Reason{{Code: bad, Text: bad, Do: bad}}
		r.Holder, r.Seen.ChangedBy, r.Seen.Reason = gates.Person, bad, bad
		r.Seen.Inside[0].Action, r.Seen.Waiting[0].Revision = bad, bad
		r.Override = &gates.Override{Actor: bad, Reason: bad}
	})
	s := world(probes.Snapshot{c}, r)
	s.Version.Version = bad
	s.Ready = func() error { return err }
	return s
}

// elements reads a page as XML, which finds what a browser would forgive, and
// returns every element in order.
func elements(t *testing.T, page string) []xml.StartElement {
	t.Helper()
	var all []xml.StartElement
	var open []string
	d := xml.NewDecoder(strings.NewReader(page))
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			all = append(all, e.Copy())
			if !slices.Contains([]string{"meta", "link", "br"}, e.Name.Local) { // void in HTML
				open = append(open, e.Name.Local)
			}
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != e.Name.Local {
				t.Fatalf("</%s> closes %v", e.Name.Local, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Fatalf("%v stay open", open)
	}
	return all
}

func TestPageStructure(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Sources{"hostile": hostile(), "empty": world(nil),
		"usual": world(probes.Snapshot{sick(), well()}, closed(), open(), person())} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, body, _ := get(t, s, "/")
			all := elements(t, body)
			count, level := map[string]int{}, 0
			for _, e := range all {
				tag := e.Name.Local
				count[tag]++
				if tag[0] == 'h' && len(tag) == 2 && tag != "hr" {
					next := int(tag[1] - '0')
					if next > level+1 {
						t.Errorf("a heading of level %d follows one of level %d", next, level)
					}
					level = next
				}
			}
			if count["h1"] != 1 || count["main"] != 1 || count["header"] != 1 {
				t.Errorf("got %v; want one h1, one header, one main", count)
			}
			checkElements(t, all)
		})
	}
}

// checkElements holds a page to elements that do nothing, and to labels that
// are there exactly once.
func checkElements(t *testing.T, all []xml.StartElement) {
	t.Helper()
	known := strings.Fields("html head meta title link body header main section article footer div h1 h2 h3 h4 p ul ol li " +
		"strong b q code time a br span table thead tbody tr th td svg path rect wbr")
	ids, labels := map[string]int{}, map[string]bool{}
	for _, e := range all {
		tag := e.Name.Local
		if !slices.Contains(known, tag) {
			t.Errorf("the page has an element %s", tag)
		}
		for _, a := range e.Attr {
			switch key := a.Name.Local; {
			case key == "id":
				ids[a.Value]++
			case key == "aria-labelledby":
				labels[a.Value] = true
			case key == "style" || strings.HasPrefix(key, "on"):
				t.Errorf("%s has the attribute %s, which the policy forbids", tag, key)
			case key == "href" && !strings.HasPrefix(a.Value, "/"):
				t.Errorf("a link leads to %q", a.Value)
			}
		}
	}
	for label := range labels {
		if ids[label] != 1 {
			t.Errorf("%d elements have the id %q, which labels another", ids[label], label)
		}
	}
}

func TestPageIsStyledWithoutInlineStyle(t *testing.T) {
	t.Parallel()
	status, body, header := get(t, world(nil), "/style.css")
	if status != 200 || header.Get("Content-Type") != "text/css; charset=utf-8" || body != styleCSS {
		t.Errorf("the style sheet: %d %s", status, header.Get("Content-Type"))
	}
}

// WCAG 2.2, 1.4.3: text needs a contrast of at least 4.5 to its ground.
func TestContrast(t *testing.T) {
	t.Parallel()
	light, dark, ok := strings.Cut(styleCSS, "prefers-color-scheme: dark")
	if !ok {
		t.Fatal("there is no dark scheme")
	}
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(css, -1) {
			colour[m[1]] = m[2]
		}
		for _, pair := range []string{"text ground", "text panel", "quiet ground", "quiet panel", "link ground", "link panel",
			"on-mood open", "on-mood closed", "on-mood unknown"} {
			a, b, _ := strings.Cut(pair, " ")
			x, y := luminance(t, colour[a]), luminance(t, colour[b])
			if c := (max(x, y) + 0.05) / (min(x, y) + 0.05); c < 4.5 {
				t.Errorf("%s: the contrast of %s is %.2f, want at least 4.5", scheme, strings.Join([]string{a, b}, " on "), c)
			}
		}
	}
}

// luminance is WCAG's relative luminance of rrggbb.
func luminance(t *testing.T, rrggbb string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint((rrggbb + "      ")[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatalf("the colour %q: %v", rrggbb, err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}

// A drawing ends where its frame does, whatever a run claims to have taken.
func TestBarStaysInItsFrame(t *testing.T) {
	t.Parallel()
	for _, r := range []probes.Result{run(0, nil), {}, {Duration: time.Hour}, {Duration: -time.Hour},
		{Duration: time.Second, Facts: probes.Facts{Phases: []probes.Phase{{Name: "tls", Duration: time.Hour}, {Name: "x", Duration: -time.Hour}, {Name: "connect", Duration: time.Second}}}}} {
		for _, timeout := range []time.Duration{0, 3 * time.Second} {
			b := drawBar(r, timeout)
			end := 0.0
			for _, p := range b.Parts {
				if p.X < end || p.Width < 0 {
					t.Errorf("%+v: the phase %s overlaps", b, p.Name)
				}
				end = p.X + p.Width
			}
			if end > barWidth || b.Overall < 0 || b.Overall > barWidth {
				t.Errorf("%+v leaves its frame of %d", b, barWidth)
			}
		}
	}
}
