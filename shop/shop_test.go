package shop_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/andon-project/andon/shop"
)

func serve(s *shop.Shop, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func state(t *testing.T, s *shop.Shop) map[string]any {
	t.Helper()
	w := serve(s, "GET", "/state", "")
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
		t.Fatalf("GET /state answered %d %s", w.Code, w.Body)
	}
	return got
}

func TestCustomersMeetWhatIsBroken(t *testing.T) {
	t.Parallel()
	const page, api = "text/html; charset=utf-8", "application/json"
	type answer struct {
		status int
		kind   string
		has    string
	}
	for _, test := range []struct {
		mode     shop.Mode
		page     answer
		products answer
		cart     answer
		checkout answer
	}{
		{shop.Works, answer{200, page, "Chochin"}, answer{200, api, `"bonbori"`}, answer{200, api, `"total":16600`}, answer{200, api, `"accepted"`}},
		{shop.Error, answer{500, page, "went wrong"}, answer{500, api, "POST /mend"}, answer{500, api, "POST /mend"}, answer{500, api, "POST /mend"}},
		{shop.Garbage, answer{200, page, "went wrong"}, answer{200, page, "It works!"}, answer{200, page, "It works!"}, answer{200, page, "It works!"}},
	} {
		t.Run(test.mode.String(), func(t *testing.T) {
			t.Parallel()
			s := shop.New()
			s.Break(test.mode)
			for _, ask := range []struct {
				method, path string
				want         answer
			}{
				{"GET", "/", test.page}, {"GET", "/api/products", test.products},
				{"GET", "/api/cart", test.cart}, {"POST", "/api/checkout", test.checkout},
			} {
				w := serve(s, ask.method, ask.path, "")
				got := answer{w.Code, w.Header().Get("Content-Type"), ask.want.has}
				if got != ask.want || !strings.Contains(w.Body.String(), ask.want.has) {
					t.Errorf("%s %s answered %d %s %s, want %v", ask.method, ask.path, got.status, got.kind, w.Body, ask.want)
				}
			}
		})
	}
}

func TestResetIsSeenByTheClient(t *testing.T) {
	t.Parallel()
	s := shop.New()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.Break(shop.Reset)
	// A POST, because the client would try a GET once more.
	_, err := server.Client().Post(server.URL+"/api/checkout", "application/json", strings.NewReader("{}"))
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client saw %v, want a reset connection", err)
	}
	s.Mend()
	answer, err := server.Client().Get(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("mended, it answers %s", answer.Status)
	}
}

func TestControlsAreNeverBroken(t *testing.T) {
	t.Parallel()
	for mode := shop.Error; mode <= shop.Reset; mode++ {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			s := shop.New()
			if w := serve(s, "POST", "/break?mode="+mode.String(), ""); w.Code != http.StatusSeeOther || s.State().Mode != mode {
				t.Fatalf("POST /break answered %d %s, and the shop is %v", w.Code, w.Body, s.State().Mode)
			}
			if got := state(t, s); got["mode"] != mode.String() || got["broken"] != true {
				t.Errorf("the state is %v", got)
			}
			for _, path := range []string{"/backroom", "/healthz"} {
				if w := serve(s, "GET", path, ""); w.Code != http.StatusOK {
					t.Errorf("GET %s answered %d", path, w.Code)
				}
			}
			serve(s, "POST", "/mend", "")
			if got := state(t, s); got["mode"] != "works" || got["broken"] != false {
				t.Errorf("after POST /mend the state is %v", got)
			}
		})
	}
}

func TestBreakTakesWhatFormsAndCurlSend(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	for _, test := range []struct {
		name, method, target, body string
		headers                    []string
		status                     int
		mode, delay                string
	}{
		{"curl -X POST", "POST", "/break", "", nil, 303, "error", ""},
		{"curl -d mode=hang", "POST", "/break", "mode=hang", []string{"Content-Type", form}, 303, "hang", ""},
		{"slow", "POST", "/break?mode=slow", "", nil, 303, "slow", "2s"},
		{"slow with a delay", "POST", "/break?mode=slow&delay=750ms", "", nil, 303, "slow", "750ms"},
		{"a button of its own page", "POST", "/break", "mode=garbage&back=/", []string{"Content-Type", form, "Sec-Fetch-Site", "same-origin"}, 303, "garbage", ""},
		{"a page from elsewhere", "POST", "/break", "", []string{"Sec-Fetch-Site", "cross-site"}, 403, "works", ""},
		{"an old browser's page from elsewhere", "POST", "/break", "", []string{"Origin", "https://evil.example"}, 403, "works", ""},
		{"GET", "GET", "/break?mode=error", "", nil, 405, "works", ""},
		{"HEAD", "HEAD", "/break", "", nil, 405, "works", ""},
		{"a mode of nobody", "POST", "/break?mode=explode", "", nil, 400, "works", ""},
		{"works is no way to break", "POST", "/break?mode=works", "", nil, 400, "works", ""},
		{"no delay", "POST", "/break?mode=slow&delay=soon", "", nil, 400, "works", ""},
		{"slow by nothing", "POST", "/break?mode=slow&delay=0s", "", nil, 400, "works", ""},
		{"slow for ever", "POST", "/break?mode=slow&delay=10h", "", nil, 400, "works", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := shop.New()
			w := serve(s, test.method, test.target, test.body, test.headers...)
			got := state(t, s)
			delay, _ := got["delay"].(string)
			if w.Code != test.status || got["mode"] != test.mode || delay != test.delay {
				t.Errorf("answered %d %s, and the state is %v", w.Code, w.Body, got)
			}
			if w.Code == http.StatusBadRequest && !strings.Contains(w.Body.String(), "give a delay") && !strings.Contains(w.Body.String(), "error, hang, slow, garbage, reset") {
				t.Errorf("%s does not say what to do", w.Body)
			}
		})
	}
}

func TestMendingNeedsAPost(t *testing.T) {
	t.Parallel()
	s := shop.New()
	s.Break(shop.Error)
	if w := serve(s, "GET", "/mend", ""); w.Code != http.StatusMethodNotAllowed || !s.State().Broken() {
		t.Errorf("GET /mend answered %d, and the shop is %v", w.Code, s.State())
	}
}

func TestButtonsLeadBackWithinTheShop(t *testing.T) {
	t.Parallel()
	for back, want := range map[string]string{
		"":                        "/",
		"/backroom":               "/backroom",
		"/backroom?tab=1":         "/backroom?tab=1",
		"https://evil.example/":   "/",
		"//evil.example/":         "/",
		"/%5Cevil.example":        "/", // a backslash, once decoded
		"%2F%09%2Fevil.example":   "/", // browsers drop the tab
		"%2F%0D%0AX-Evil%3A%201":  "/",
		"javascript:alert(1)":     "/",
		"backroom":                "/",
		"/%2F%2Fevil.example%2F":  "/",
		"http:/evil.example":      "/",
		"/back%2520room":          "/back%20room",
		"/backroom%3Fa%3D%0D%0Ab": "/",
	} {
		s := shop.New()
		w := serve(s, "POST", "/mend?back="+back, "")
		if got := w.Header().Get("Location"); got != want || w.Code != http.StatusSeeOther {
			t.Errorf("back=%s led to %q with %d, want %q", back, got, w.Code, want)
		}
	}
}

func TestThePageTellsItsState(t *testing.T) {
	t.Parallel()
	s := shop.New()
	s.SetRevision(`4f2a91c<script>`)
	const mend = `action="/mend"`
	w := serve(s, "GET", "/", "")
	if body := w.Body.String(); !strings.Contains(body, "4f2a91c&lt;script&gt;") || !strings.Contains(body, "The shop works.") || strings.Contains(body, mend) {
		t.Errorf("working, the page is %s", body)
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("the policy is %q", csp)
	}
	s.Break(shop.Error)
	w = serve(s, "GET", "/", "")
	if body := w.Body.String(); !strings.Contains(body, "its page and its API answer 500") || !strings.Contains(body, mend) || !strings.Contains(body, "4f2a91c") {
		t.Errorf("broken, the page is %s", body)
	}
}

func TestAnOrderRepeatedIsTheSameOrder(t *testing.T) {
	t.Parallel()
	s := shop.New()
	order := func(body, key string) string {
		w := serve(s, "POST", "/api/checkout", body, "Idempotency-Key", key)
		got, _ := io.ReadAll(w.Body)
		return string(got)
	}
	first := order(`{"candles":1}`, "k1")
	if again := order(`{"candles":1}`, "k1"); again != first {
		t.Errorf("the same order became %s and %s", first, again)
	}
	if other := order(`{"candles":1}`, "k2"); other == first {
		t.Errorf("another key is the same order %s", other)
	}
	if other := order(`{"candles":2}`, "k1"); other == first {
		t.Errorf("another cart is the same order %s", other)
	}
	if w := serve(s, "POST", "/api/checkout", strings.Repeat("x", 1<<20), ""); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge cart was answered with %d", w.Code)
	}
}
