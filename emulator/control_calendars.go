package emulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// calendarWire is a ChangeCalendar as the controls take it; its name is in the path.
type calendarWire struct {
	Content string `json:"content"`
	Type    string `json:"type"`
	Says    []Said `json:"says"`
	Refuses string `json:"refuses"`
}

// calendarControls put Change Calendars and files of S3 in place.
func (s *Server) calendarControls(mux *http.ServeMux) {
	put := func(w http.ResponseWriter, err error) {
		if err != nil {
			tell(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
	mux.HandleFunc("PUT /_emulator/calendars/{name...}", func(w http.ResponseWriter, r *http.Request) {
		var c calendarWire
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			put(w, fmt.Errorf(`the body is not a calendar such as {"content":"BEGIN:VCALENDAR…","says":[{"since":"2026-12-24T00:00:00Z","state":"CLOSED"}]}: %w`, err))
			return
		}
		put(w, s.Model.SetChangeCalendar(ChangeCalendar{r.PathValue("name"), c.Content, c.Type, c.Says, c.Refuses}))
	})
	mux.HandleFunc("DELETE /_emulator/calendars/{name...}", func(w http.ResponseWriter, r *http.Request) {
		s.Model.RemoveChangeCalendar(r.PathValue("name"))
		put(w, nil)
	})
	mux.HandleFunc("PUT /_emulator/objects/{bucket}/{key...}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxObject))
		if err == nil {
			err = s.Model.SetObject(Object{Bucket: r.PathValue("bucket"), Key: r.PathValue("key"), Body: body})
		}
		put(w, err)
	})
	mux.HandleFunc("DELETE /_emulator/objects/{bucket}/{key...}", func(w http.ResponseWriter, r *http.Request) {
		s.Model.RemoveObject(r.PathValue("bucket"), r.PathValue("key"))
		put(w, nil)
	})
}

// maxObject bounds a file that is put in place over HTTP: larger than any calendar
// that is read, so that one which is too large can be tried.
const maxObject = 64 << 20
