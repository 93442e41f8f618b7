package emulator

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestFaultsOverHTTP(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	do := func(method, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(method, "/_emulator/faults", strings.NewReader(body)))
		return w
	}
	w := do("POST", `[{"kind":"date","by":"-3h"},{"kind":"drop","after":true,"operation":"GetPipelineState","accessKey":"a","count":2,"every":3}]`)
	if w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	want := []Fault{
		{Kind: FaultDate, By: -3 * time.Hour},
		{Kind: FaultDrop, After: true, Operation: "GetPipelineState", AccessKey: "a", Count: 2, Every: 3},
	}
	var told []Fault
	if err := json.Unmarshal(do("GET", "").Body.Bytes(), &told); err != nil {
		t.Fatal(err)
	}
	for _, got := range [][]Fault{s.Faults(), told} {
		if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("faults are %+v", got)
		}
	}
	if do("DELETE", ""); len(s.Faults()) != 0 {
		t.Error("DELETE left faults")
	}
	for _, test := range []struct{ body, want string }{
		{`{"kind":"drop"}`, "the body is not a list of faults"},
		{`[{"kind":"explode"}]`, `fault kind \"explode\" is unknown: use one of [error-json`},
		{`[{"kind":"drop","when":"now"}]`, `unknown field \"when\"`},
		{`[{"kind":"date","by":"yesterday"}]`, `invalid duration`},
		{`[{"kind":"stale","by":"-1s"}]`, `an answer of the future is not known`},
		{`[{"kind":"throttle","after":true}]`, `cannot strike after`},
		{`[{"kind":"throttle","count":-1}]`, `must not be negative`},
		{`[{"kind":"throttle","operation":"getPipelineState"}]`, `operation \"getPipelineState\" is unknown`},
		{`[{"kind":"throttle"},{"kind":"drop","every":-1}]`, `must not be negative`},
	} {
		if w := do("POST", test.body); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s: answered %d %s", test.body, w.Code, w.Body)
		}
	}
	if f := s.Faults(); len(f) != 0 {
		t.Errorf("refused lists left %+v", f)
	}
}

func TestOtherSitesInjectNothing(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	r := httptest.NewRequest("POST", "/_emulator/faults", strings.NewReader(`[{"kind":"drop"}]`))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || len(s.Faults()) != 0 {
		t.Errorf("answered %d", w.Code)
	}
}
