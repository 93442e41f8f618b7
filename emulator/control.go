package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// controls serves /_emulator/: see the package comment. A browser's page from
// elsewhere may not inject faults.
func (s *Server) controls() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_emulator/faults", func(w http.ResponseWriter, _ *http.Request) {
		tell(w, http.StatusOK, s.Faults())
	})
	mux.HandleFunc("POST /_emulator/faults", func(w http.ResponseWriter, r *http.Request) {
		var faults []Fault
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&faults)
		if err != nil {
			err = fmt.Errorf("the body is not a list of faults such as [{\"kind\":\"throttle\",\"count\":3}]: %w", err)
		} else {
			err = s.Inject(faults...)
		}
		if err != nil {
			tell(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		tell(w, http.StatusOK, s.Faults())
	})
	mux.HandleFunc("DELETE /_emulator/faults", func(w http.ResponseWriter, _ *http.Request) {
		s.ClearFaults()
		tell(w, http.StatusOK, s.Faults())
	})
	mux.HandleFunc("GET /_emulator/calls", func(w http.ResponseWriter, r *http.Request) {
		after, err := strconv.Atoi(r.FormValue("after"))
		if err != nil && r.FormValue("after") != "" {
			tell(w, http.StatusBadRequest, map[string]string{"error": "after is not the seq of a call: give a number"})
			return
		}
		tell(w, http.StatusOK, s.calls.after(after))
	})
	mux.HandleFunc("GET /_emulator/violations", func(w http.ResponseWriter, _ *http.Request) {
		words := []string{}
		for _, err := range s.Violations() {
			words = append(words, err.Error())
		}
		tell(w, http.StatusOK, words)
	})
	s.calendarControls(mux)
	return http.NewCrossOriginProtection().Handler(mux)
}

func tell(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.Encode(v) // a client that has left needs no answer
}
