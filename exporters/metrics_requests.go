package exporters

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// counted counts what this server answered, by the pattern of the path: what
// people put into a path becomes no label.
func counted(r prometheus.Registerer, next http.Handler) http.Handler {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "andon_http_requests_total", Help: "Requests that andon answered since start."}, []string{"handler", "code"})
	r.MustRegister(requests)
	pattern := func(r *http.Request) string {
		if r.Pattern == "" {
			return "none"
		}
		return r.Pattern
	}
	return promhttp.InstrumentHandlerCounter(requests, next, promhttp.WithLabelFromRequest("handler", pattern))
}
