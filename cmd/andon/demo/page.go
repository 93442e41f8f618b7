package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/shop"
)

//go:embed page.html page.css page.js
var files embed.FS

// A Page shows a release line, its gate and a shop on one page, with
// buttons to break and mend the shop, to begin and end a BlackDay, and to be a person
// at the transition. What a button does, a POST to a path of its name does too.
// All but Links has to be set.
type Page struct {
	Shop     *shop.Shop
	Pipeline func(context.Context) (View, error)
	Gates    func() []gates.Report
	Enable   func(context.Context) error // the transition, as a person
	Disable  func(context.Context) error
	Black    func() bool                 // whether it is a BlackDay
	BlackDay func(on bool)               // begins or ends one
	Fix      func(context.Context) error // lets the newest release that waits through
	Links    Links
}

// Links are base URLs without a slash at the end; what is "" is not shown.
type Links struct {
	Page   string // this one
	Shop   string
	Status string // andon's pages, API and metrics
	AWS    string // the emulator, as AWS_ENDPOINT_URL
}

// data is what page.html shows.
type data struct {
	Nonce    string // lets the page's own style and script in, and nothing else
	Still    bool   // does not update itself
	Notice   string // why a button did nothing
	Pipeline View
	Unread   string // why Pipeline could not be read
	Gates    []gateWords
	Shop     shop.State
	Black    bool // it is a BlackDay
	Links    Links
}

// ServeHTTP shows the page, and does on POST what the button named do says.
func (p Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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

func (p Page) act(w http.ResponseWriter, r *http.Request) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		http.Error(w, "a page from elsewhere may not press these buttons: "+err.Error(), http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	button, back := r.PostFormValue("do"), ""
	if path := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]; path != "" {
		button, back = path, "."
	}
	status, err := p.press(r.Context(), button)
	if err != nil {
		p.show(w, r, status, err.Error())
		return
	}
	w.Header().Set("Location", back+data{Still: heldStill(r)}.Self()) // relative to wherever the page is mounted
	w.WriteHeader(http.StatusSeeOther)
}

// press does what a button says, or tells why not with an HTTP status.
func (p Page) press(ctx context.Context, button string) (int, error) {
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
	case "blackday", "workday":
		p.BlackDay(button == "blackday")
	case "fix":
		if err := p.Fix(ctx); err != nil {
			return http.StatusConflict, fmt.Errorf("nothing was let through: %w", err)
		}
	default:
		return http.StatusBadRequest, fmt.Errorf("there is no button %q: send do=break, slow, mend, enable, disable, blackday, workday or fix", button)
	}
	return 0, nil
}

func (p Page) show(w http.ResponseWriter, r *http.Request, status int, notice string) {
	d := data{Nonce: rand.Text(), Still: heldStill(r), Notice: notice, Shop: p.Shop.State(), Black: p.Black(), Links: p.Links}
	var err error
	if d.Pipeline, err = p.Pipeline(r.Context()); err != nil {
		d.Unread = err.Error()
	}
	for _, report := range p.Gates() {
		d.Gates = append(d.Gates, wordsOf(report))
	}
	var b bytes.Buffer
	// Parsed each time, so that a Page needs no making; it has few readers.
	page := template.Must(template.New("page.html").Funcs(funcs()).ParseFS(files, "*"))
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

func funcs() template.FuncMap {
	return template.FuncMap{"short": shortID, "nameIn": nameIn, "clock": clockTime}
}

// Barrier tells whether the transition into stage is drawn as a barrier:
// where a gate watches it, and where somebody has disabled it.
func (d data) Barrier(s Stage) bool {
	if s.Transition == nil {
		return false
	}
	for _, g := range d.Gates {
		if g.Guards() && g.Gate.Pipeline == d.Pipeline.Name && g.Gate.Stage == s.Name {
			return true
		}
	}
	return !s.Transition.Enabled
}

// Self is where forms lead and where the page is read again.
func (d data) Self() string {
	if d.Still {
		return "?still=1"
	}
	return "?"
}

func heldStill(r *http.Request) bool { return r.URL.Query().Get("still") != "" }
