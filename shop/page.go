package shop

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"fmt"
	"net/http"
)

//go:embed page.html
var pageHTML string

// view is what page.html shows.
type view struct {
	Nonce    string // lets the page's own style in, and nothing else
	Back     string // where the buttons lead
	Backroom bool
	State    State
	Goods    []Product
	Modes    []string
}

func (s *Shop) front(w http.ResponseWriter, _ *http.Request) {
	s.render(w, http.StatusOK, view{Back: "/", Goods: shelf()})
}

// frontFails shows the page without goods: what a customer would call broken.
func (s *Shop) frontFails(w http.ResponseWriter, _ *http.Request, m Mode) {
	status := http.StatusInternalServerError
	if m == Garbage {
		status = http.StatusOK
	}
	s.render(w, status, view{Back: "/"})
}

// backroom has all buttons and is never broken: the way in when the page hangs.
func (s *Shop) backroom(w http.ResponseWriter, _ *http.Request) {
	s.render(w, http.StatusOK, view{Back: "/backroom", Backroom: true, Modes: modes()})
}

func (s *Shop) render(w http.ResponseWriter, status int, v view) {
	v.Nonce, v.State = rand.Text(), s.State()
	var b bytes.Buffer
	if err := s.page.Execute(&b, v); err != nil {
		http.Error(w, "the page of the shop cannot be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'nonce-%s'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", v.Nonce))
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}
