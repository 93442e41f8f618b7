package exporters

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scrapes is how many scrapes may be answered at once: more would only cost
// memory.
const scrapes = 8

// scraper serves /metrics: the families of a registry, and those of checks,
// which may be so many that they are written as they are made.
type scraper struct {
	registry *prometheus.Registry
	probes   probeMetrics
	places   chan struct{}
}

func newScraper(s Sources, r *prometheus.Registry) *scraper {
	return &scraper{registry: r, probes: probeMetrics{s}, places: make(chan struct{}, scrapes)}
}

// ServeHTTP answers in the format that is asked for. A series that cannot be
// written must not hide the others, so what goes wrong with one is left out.
func (s *scraper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		writeError(w, http.StatusServiceUnavailable, "too many scrapes at once: let fewer servers scrape andon, and less often")
		return
	}
	families, err := s.registry.Gather()
	if err != nil && len(families) == 0 {
		writeError(w, http.StatusInternalServerError, "the metrics could not be gathered: "+clip(err.Error()))
		return
	}
	format := expfmt.NegotiateAccept(r.Header, expfmt.DefaultOpenMetricsAcceptedFormats()...)
	w.Header().Set("Content-Type", string(format))
	w.Header().Set("Vary", "Accept, Accept-Encoding")
	if r.Method == http.MethodHead {
		return
	}
	out := newFamilyWriter(compressed(w, r), format)
	for _, f := range families {
		out.begin()
		out.part(f)
	}
	s.probes.write(out)
	out.close()
}

// A familyWriter encodes metrics to a connection. Once it fails nobody listens
// any more, and what follows goes nowhere.
type familyWriter struct {
	out     io.Writer
	encoder expfmt.Encoder
	buf     bytes.Buffer
	text    bool
	first   bool // of the parts of a family
	err     error
}

func newFamilyWriter(out io.Writer, format expfmt.Format) *familyWriter {
	w := &familyWriter{out: out, text: format.FormatType() != expfmt.TypeProtoDelim}
	// All our names are plain: there is nothing to escape, and no copy to make.
	w.encoder = expfmt.NewEncoder(&w.buf, format.WithEscapingScheme(model.NoEscaping))
	return w
}

func (w *familyWriter) begin() { w.first = true }

// part writes some series of a family. A text has the family's head once,
// before the first of them; the binary format has it in each message.
func (w *familyWriter) part(f *dto.MetricFamily) {
	if w.err != nil {
		return
	}
	w.buf.Reset()
	if err := w.encoder.Encode(f); err != nil {
		return // this part only
	}
	b := w.buf.Bytes()
	for w.text && !w.first && bytes.HasPrefix(b, []byte("# ")) {
		_, b, _ = bytes.Cut(b, []byte("\n"))
	}
	w.first = false
	_, w.err = w.out.Write(b)
}

func (w *familyWriter) close() {
	w.buf.Reset()
	if c, ok := w.encoder.(expfmt.Closer); ok && c.Close() == nil && w.err == nil {
		_, w.err = w.out.Write(w.buf.Bytes())
	}
	if c, ok := w.out.(io.Closer); ok {
		c.Close() // whoever does not listen to the end has no use for an error
	}
}

// compressed is where to write the answer: fast rather than small.
func compressed(w http.ResponseWriter, r *http.Request) io.Writer {
	if !acceptsGzip(r.Header.Get("Accept-Encoding")) {
		return &buffered{bufio.NewWriterSize(w, 64<<10)}
	}
	w.Header().Set("Content-Encoding", "gzip")
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is valid
	return z
}

// buffered is closed by writing what it holds.
type buffered struct{ *bufio.Writer }

func (b *buffered) Close() error { return b.Flush() }

func acceptsGzip(header string) bool {
	for coding := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if strings.TrimSpace(name) == "gzip" && strings.Trim(strings.TrimSpace(weight), "0.") != "q=" {
			return true
		}
	}
	return false
}
