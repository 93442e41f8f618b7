package emulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"
)

// Whatever the body: no panic, an answer that is JSON or nothing, no violation
// of the model, and what passed the check passes it again unchanged.
func FuzzRequest(f *testing.F) {
	names := slices.Sorted(maps.Keys(codepipelineRules().signatures))
	b := breaker(codepipelineRules().shapes)
	for i, name := range names {
		f.Add(uint(i), mustJSON(f, b.good(f, codepipelineRules().signatures[name].input)))
	}
	f.Add(uint(slices.Index(names, "CreatePipeline")), []byte(shop))
	f.Add(uint(0), []byte("{\"a\":[null,1e999,\"\\ud800\"]}"))
	f.Fuzz(func(t *testing.T, i uint, body []byte) {
		s, name := New(Options{}), names[i%uint(len(names))]
		w := call(s, name, body)
		if w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s answered %q", name, w.Body)
		}
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("%s answered %d %s", name, w.Code, w.Body)
		}
		for _, err := range s.Violations() {
			t.Error(err)
		}
		_, clean, refusal := s.codepipeline.request(name, body)
		if refusal != nil {
			return
		}
		if _, again, refusal := s.codepipeline.request(name, clean); refusal != nil || string(again) != string(clean) {
			t.Errorf("%s: %s becomes %s: %v", name, clean, again, refusal)
		}
	})
}
