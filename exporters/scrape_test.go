package exporters

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/andon-project/andon/probes"
)

const protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

// formats are what a server may ask for, "" for none in particular.
func formats() []string {
	return []string{"", "text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0", protobuf}
}

// scrape asks for the metrics, and reads what comes, sorted. No series may be
// there twice; the parts of a family become one.
func scrape(t *testing.T, s Sources, accept string) prometheus.Gatherer {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost:9797/metrics", nil)
	r.Header.Set("Accept", accept)
	w, h := httptest.NewRecorder(), Handler(s)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://localhost:9797/-/healthy", nil)) // is counted
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return prometheus.Gatherers{prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		return parse(w.Body.Bytes(), w.Header())
	})}
}

func parse(body []byte, h http.Header) (all []*dto.MetricFamily, err error) {
	if strings.Contains(h.Get("Content-Type"), "openmetrics") { // there is no decoder at hand
		if !bytes.HasSuffix(body, []byte("\n# EOF\n")) {
			return nil, errors.New("no # EOF at the end")
		}
		return nil, nil
	}
	for d := expfmt.NewDecoder(bytes.NewReader(body), expfmt.ResponseFormat(h)); ; {
		f := new(dto.MetricFamily)
		if err := d.Decode(f); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
}

// ours are the families that tell of andon and of checks.
func ours(t *testing.T, s Sources) prometheus.Gatherer {
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		families, err := scrape(t, s, "").Gather()
		return slices.DeleteFunc(families, func(f *dto.MetricFamily) bool {
			return !strings.HasPrefix(f.GetName(), "andon_") && !strings.HasPrefix(f.GetName(), "probe_")
		}), err
	})
}

// More targets than a sheet holds are one family all the same, in each format.
func TestScrapeOfMany(t *testing.T) {
	t.Parallel()
	const n = 2*sheetSize + 7
	s := world(probes.Snapshot{many(n)})
	for _, accept := range []string{"", protobuf} {
		families, err := scrape(t, s, accept).Gather()
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		for _, f := range families {
			counts[f.GetName()] += len(f.Metric)
		}
		for name, want := range map[string]int{"probe_success": n, "probe_runs_total": n, "probe_all_duration_seconds": n, "probe_http_duration_seconds": 3 * n} {
			if counts[name] != want {
				t.Errorf("%q: %d series of %s, want %d", accept, counts[name], name, want)
			}
		}
	}
	_, body, _ := get(t, s, "/metrics")
	if got := strings.Count(body, "# TYPE probe_success gauge\n"); got != 1 {
		t.Errorf("the head of a family stands %d times", got)
	}
}

// The native histogram is the one that Prometheus' own client would make.
func TestNativeHistogram(t *testing.T) {
	t.Parallel()
	theirs := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "d", Help: "d", NativeHistogramBucketFactor: 1.1,
		NativeHistogramMaxBucketNumber: 100, Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}})
	var h *probes.Histogram
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		d := time.Duration(20+r.ExpFloat64()*30) * time.Millisecond
		h = h.Add(d)
		theirs.Observe(d.Seconds())
	}
	var want dto.Metric
	if err := theirs.Write(&want); err != nil {
		t.Fatal(err)
	}
	sum := h.Sum.Seconds() // theirs is rounded at each step
	want.Histogram.SampleSum = &sum
	got := newBins().of(h)
	if flatten(got) != flatten(want.Histogram) {
		t.Errorf("got  %v\nwant %v", flatten(got), flatten(want.Histogram))
	}
}

// flatten shows a histogram with its buckets by their index: spans may be cut
// in more ways than one.
func flatten(h *dto.Histogram) string {
	var b strings.Builder
	at, i, n := 0, 0, int64(0)
	for _, span := range h.PositiveSpan {
		at += int(span.GetOffset())
		for range span.GetLength() {
			if n += h.PositiveDelta[i]; n > 0 {
				fmt.Fprintf(&b, "%d:%d ", at, n)
			}
			i, at = i+1, at+1
		}
	}
	return fmt.Sprint(h.GetSampleCount(), h.GetSampleSum(), h.GetSchema(), h.GetZeroThreshold(), h.GetZeroCount(), h.Bucket, b.String())
}

func TestScrapeCompressed(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{"gzip": "gzip", "deflate, gzip;q=0.5": "gzip", "gzip;q=0": "", "identity": "", "": "", "zgzip": ""} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost:9797/metrics", nil)
		r.Header.Set("Accept-Encoding", header)
		w := httptest.NewRecorder()
		Handler(busy()).ServeHTTP(w, r)
		body, err := w.Body.Bytes(), error(nil)
		if want != "" {
			z, zerr := gzip.NewReader(w.Body)
			if zerr != nil {
				t.Fatal(zerr)
			}
			body, err = io.ReadAll(z)
		}
		if got := w.Header().Get("Content-Encoding"); got != want || err != nil || !bytes.Contains(body, []byte("\nprobe_success{")) {
			t.Errorf("Accept-Encoding %q: %q, %v, %d bytes", header, got, err, len(body))
		}
	}
}

// One series too many spoils no scrape, and one scrape too many is refused.
func TestScrapesAtOnce(t *testing.T) {
	t.Parallel()
	h := newScraper(busy(), prometheus.NewRegistry())
	for range scrapes {
		h.places <- struct{}{}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d, want 503", w.Code)
	}
}

// nowhere is a connection that takes everything.
type nowhere struct{ header http.Header }

func (w nowhere) Header() http.Header         { return w.header }
func (w nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (w nowhere) WriteHeader(int)             {}

// A scrape without the network.
func BenchmarkScrape(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		for _, accept := range []string{"text/plain", protobuf} {
			for _, coding := range []string{"identity", "gzip"} {
				kind, _, _ := strings.Cut(accept, ";")
				b.Run(fmt.Sprintf("%d/%s/%s", n, kind, coding), func(b *testing.B) {
					h := Handler(world(probes.Snapshot{many(n)}, open()))
					r := httptest.NewRequest("GET", "http://localhost/metrics", nil)
					r.Header.Set("Accept", accept)
					r.Header.Set("Accept-Encoding", coding)
					b.ReportAllocs()
					for b.Loop() {
						h.ServeHTTP(nowhere{http.Header{}}, r)
					}
				})
			}
		}
	}
}
