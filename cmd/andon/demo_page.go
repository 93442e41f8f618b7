package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/shop"
)

//go:embed demo.html demo.css demo.js
var demoFiles embed.FS

// A demoPage shows a release line, its gate and a shop on one page, with
// buttons to break and mend the shop, and to be a person at the transition.
// All but Links has to be set.
type demoPage struct {
	Shop     *shop.Shop
	Pipeline func(context.Context) (pipelineView, error)
	Gates    func() []gates.Report
	Enable   func(context.Context) error // the transition, as a person
	Disable  func(context.Context) error
	Links    demoLinks
}

// demoLinks are base URLs without a slash at the end; what is "" is not shown.
type demoLinks struct {
	Shop   string
	Status string // andon's pages, API and metrics
	AWS    string // the emulator, as AWS_ENDPOINT_URL
}

// demoData is what demo.html shows.
type demoData struct {
	Nonce    string // lets the page's own style and script in, and nothing else
	Still    bool   // does not update itself
	Notice   string // why a button did nothing
	Pipeline pipelineView
	Unread   string // why Pipeline could not be read
	Gates    []gateWords
	Shop     shop.State
	Links    demoLinks
}

// ServeHTTP shows the page, and does on POST what the button named do says.
func (p demoPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		p.show(w, r, http.StatusOK, "")
	case http.MethodPost:
		p.act(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "the page can be read with GET, and its buttons send POST", http.StatusMethodNotAllowed)
	}
}

func (p demoPage) act(w http.ResponseWriter, r *http.Request) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		http.Error(w, "a page from elsewhere may not press these buttons: "+err.Error(), http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	status, err := p.press(r.Context(), r.PostFormValue("do"))
	if err != nil {
		p.show(w, r, status, err.Error())
		return
	}
	w.Header().Set("Location", demoData{Still: heldStill(r)}.Self()) // relative to wherever the page is mounted
	w.WriteHeader(http.StatusSeeOther)
}

// press does what a button says, or tells why not with an HTTP status.
func (p demoPage) press(ctx context.Context, button string) (int, error) {
	switch button {
	case "break":
		p.Shop.Break(shop.Error)
	case "slow":
		p.Shop.Break(shop.Slow)
	case "mend":
		p.Shop.Mend()
	case "enable":
		if err := p.Enable(ctx); err != nil {
			return http.StatusBadGateway, fmt.Errorf("the transition was not enabled: %w", err)
		}
	case "disable":
		if err := p.Disable(ctx); err != nil {
			return http.StatusBadGateway, fmt.Errorf("the transition was not disabled: %w", err)
		}
	default:
		return http.StatusBadRequest, fmt.Errorf("there is no button %q: send do=break, slow, mend, enable or disable", button)
	}
	return 0, nil
}

func (p demoPage) show(w http.ResponseWriter, r *http.Request, status int, notice string) {
	d := demoData{Nonce: rand.Text(), Still: heldStill(r), Notice: notice, Shop: p.Shop.State(), Links: p.Links}
	var err error
	if d.Pipeline, err = p.Pipeline(r.Context()); err != nil {
		d.Unread = err.Error()
	}
	for _, report := range p.Gates() {
		d.Gates = append(d.Gates, wordsOf(report))
	}
	var b bytes.Buffer
	// Parsed each time, so that a demoPage needs no making; it has few readers.
	page := template.Must(template.New("demo.html").Funcs(demoFuncs()).ParseFS(demoFiles, "*"))
	if err := page.Execute(&b, d); err != nil {
		http.Error(w, "the demo's page cannot be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'nonce-%[1]s'; script-src 'nonce-%[1]s'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", d.Nonce))
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

func demoFuncs() template.FuncMap {
	return template.FuncMap{"short": shortID, "nameIn": nameIn, "clock": clockTime}
}

// Barrier tells whether the transition into stage is drawn as a barrier:
// where a gate watches it, and where somebody has disabled it.
func (d demoData) Barrier(s stageView) bool {
	if s.Transition == nil {
		return false
	}
	for _, g := range d.Gates {
		if g.Gate.Pipeline == d.Pipeline.Name && g.Gate.Stage == s.Name {
			return true
		}
	}
	return !s.Transition.Enabled
}

// Self is where forms lead and where the page is read again.
func (d demoData) Self() string {
	if d.Still {
		return "?still=1"
	}
	return "?"
}

func heldStill(r *http.Request) bool { return r.URL.Query().Get("still") != "" }
