package shop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

const maxBody = 64 << 10 // bytes of a request

// breakable serves customers with works, or in the way that is broken;
// fails is for the modes that still give an answer, Error and Garbage.
func (s *Shop) breakable(works http.HandlerFunc, fails func(http.ResponseWriter, *http.Request, Mode)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		// Until the body is read the server does not notice that a customer leaves.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			tell(w, http.StatusRequestEntityTooLarge, map[string]string{
				"error": fmt.Sprintf("the request could not be read: %v: send at most %d bytes", err, maxBody)})
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		switch mode, err := s.endure(r.Context()); {
		case err != nil: // the customer has left
		case mode == Reset:
			reset(w)
		case mode == Error || mode == Garbage:
			fails(w, r, mode)
		default:
			works(w, r)
		}
	}
}

// reset drops the connection with an RST where it is TCP, else without an answer.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) // what cannot be reset is closed
	}
	conn.Close()
}

// serveBreak takes mode and delay from the query or from a form.
func (s *Shop) serveBreak(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	mode, err := ParseMode(r.FormValue("mode"))
	if err != nil {
		refuse(w, err)
		return
	}
	if mode != Slow {
		s.Break(mode)
		s.goBack(w, r)
		return
	}
	delay, err := parseDelay(r.FormValue("delay"))
	if err != nil {
		refuse(w, err)
		return
	}
	s.SlowDown(delay)
	s.goBack(w, r)
}

func (s *Shop) serveMend(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.Mend()
	s.goBack(w, r)
}

// serveState answers e.g. {"mode":"slow","broken":true,"delay":"2s","text":"The shop is slow: …"}.
func (s *Shop) serveState(w http.ResponseWriter, _ *http.Request) { s.tellState(w, http.StatusOK) }

func (s *Shop) tellState(w http.ResponseWriter, status int) {
	st := s.State()
	out := struct {
		Mode     string `json:"mode"`
		Broken   bool   `json:"broken"`
		Delay    string `json:"delay,omitempty"`
		Revision string `json:"revision,omitempty"`
		Text     string `json:"text"`
	}{Mode: st.Mode.String(), Broken: st.Broken(), Revision: st.Revision, Text: st.String()}
	if st.Mode == Slow {
		out.Delay = st.Delay.String()
	}
	tell(w, status, out)
}

// goBack sends a browser where it came from, and tells curl the state.
func (s *Shop) goBack(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Location", backPath(r.FormValue("back")))
	s.tellState(w, http.StatusSeeOther)
}

// backPath returns back if it is a path on this server, else "/". Browsers
// read a backslash as a slash, and two slashes at the head as another host.
func backPath(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(back, "/") ||
		strings.HasPrefix(back, "//") || strings.Contains(back, `\`) {
		return "/"
	}
	return u.EscapedPath() + query(u)
}

func query(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return "?" + u.Query().Encode()
}

func refuse(w http.ResponseWriter, err error) {
	tell(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
}

func tell(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // a client that has left needs no answer
}
