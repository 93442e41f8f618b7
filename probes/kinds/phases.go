package kinds

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
	"time"

	"github.com/andon-project/andon/probes"
)

// The phases of a run, as exporters know them.
const (
	phaseResolve    = "resolve"
	phaseConnect    = "connect"
	phaseTLS        = "tls"
	phaseProcessing = "processing" // from connected to the first byte of the answer
	phaseTransfer   = "transfer"   // from there to the last
)

// A stopwatch measures the phases of one run, one after the other without
// gaps, and knows what the run is doing. The hooks of net and net/http call it
// from goroutines of their own, some of them after the run is over.
type stopwatch struct {
	clock func() time.Time
	begun time.Time

	mu     sync.Mutex
	over   bool
	phase  string
	since  time.Time // when phase began
	first  time.Time // when the first of them began: to get ready is our time
	doing  string    // completes "while …"
	object string    // what doing is about
	early  int       // informational answers so far
	facts  probes.Facts
}

func (w *stopwatch) start(clock func() time.Time) {
	w.clock = clock
	w.begun = clock()
	w.since = w.begun
	w.doing = "preparing the connection"
	w.facts.Phases = make([]probes.Phase, 0, 5)
}

// enter ends the phase that was and begins the next; "" begins none.
func (w *stopwatch) enter(phase, doing, object string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.enterLocked(phase, doing, object)
}

func (w *stopwatch) enterLocked(phase, doing, object string) {
	w.enterAt(w.clock(), phase, doing, object)
}

func (w *stopwatch) enterAt(now time.Time, phase, doing, object string) {
	if w.over {
		return
	}
	if w.phase != "" {
		w.facts.Phases = append(w.facts.Phases, probes.Phase{Name: w.phase, Duration: now.Sub(w.since)})
	}
	if phase != "" && w.first.IsZero() {
		w.first = now
	}
	w.phase, w.since = phase, now
	w.doing, w.object = doing, object
}

// during says what the run does next, in the phase that it is in or a new one.
func (w *stopwatch) during(phase, doing, object string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.phase != phase {
		w.enterLocked(phase, doing, object)
	} else if !w.over {
		w.doing, w.object = doing, object
	}
}

// where is the phase the run is in, or ended in, and what it was doing.
func (w *stopwatch) where() (phase, doing string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.phase, w.doing + w.object
}

// stop ends the last phase and returns what was measured. Hooks that come
// later change nothing.
func (w *stopwatch) stop() probes.Facts {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		phase, doing, object := w.phase, w.doing, w.object
		w.enterLocked(phase, doing, object)
		w.over = true
	}
	return w.facts
}

// trace are the hooks for one run. Names and addresses may be tried side by
// side (RFC 8305), so only the first of each moves the run on.
func (w *stopwatch) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart: func(i httptrace.DNSStartInfo) {
			w.enter(phaseResolve, "looking up ", i.Host)
		},
		ConnectStart:         func(_, addr string) { w.connecting(addr) },
		ConnectDone:          func(_, addr string, err error) { w.connected(addr, err) },
		TLSHandshakeStart:    func() { w.enter(phaseTLS, "doing the TLS handshake", "") },
		TLSHandshakeDone:     w.handshaken,
		WroteRequest:         w.wrote,
		GotFirstResponseByte: func() { w.enter(phaseTransfer, "reading the response header", "") },
	}
}

// informed counts informational answers: net/http bounds them by their size alone.
func (w *stopwatch) informed(int, textproto.MIMEHeader) error {
	const most = 10
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.early++; w.early > most {
		return failed(reasonProtocol, "more than %d informational (1xx) answers before the answer", most)
	}
	return nil
}

func (w *stopwatch) connecting(addr string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.phase == "" || w.phase == phaseResolve {
		w.enterLocked(phaseConnect, "connecting to ", addr)
	}
}

func (w *stopwatch) connected(addr string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && !w.over && w.phase == phaseConnect {
		w.facts.Remote = addr
	}
}

func (w *stopwatch) wrote(i httptrace.WroteRequestInfo) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i.Err == nil && !w.over && w.phase == phaseProcessing {
		w.doing, w.object = "waiting for the response header", ""
	}
}

// handshaken keeps the earliest expiry of the certificates presented. The
// error of a failed verification brings them along, so nothing has to be
// trusted to learn that a certificate is out of date.
func (w *stopwatch) handshaken(state tls.ConnectionState, err error) {
	presented := state.PeerCertificates
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		presented = bad.UnverifiedCertificates
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.facts.CertExpiry = earliest(w.facts.CertExpiry, presented)
	}
}

func earliest(t time.Time, chain []*x509.Certificate) time.Time {
	for _, c := range chain {
		if t.IsZero() || c.NotAfter.Before(t) {
			t = c.NotAfter
		}
	}
	return t
}

// answered notes the header of a response, and what is known of a connection
// of an earlier run.
func (w *stopwatch) answered(resp *http.Response, over link) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.facts.Reused = over.reused; over.reused {
		w.facts.Remote = over.remote
		if resp.TLS != nil {
			w.facts.CertExpiry = earliest(time.Time{}, resp.TLS.PeerCertificates)
		}
	}
	w.doing, w.object = "reading the body", ""
	w.facts.StatusCode = resp.StatusCode
	w.facts.Version = "2"
	if resp.ProtoMajor == 1 {
		w.facts.Version = fmt.Sprintf("1.%d", resp.ProtoMinor)
	}
}

// redirected ends a hop and returns how many redirects were met so far.
func (w *stopwatch) redirected() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.enterLocked("", "preparing the connection", "")
	w.facts.Redirects++
	return w.facts.Redirects
}

// remote is the address of the connection made last.
func (w *stopwatch) remote() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.facts.Remote
}

func (w *stopwatch) read(n int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.facts.Bytes = n
}

// complete ends the last phase at the time when the last of the answer came,
// and returns how long all phases together took.
func (w *stopwatch) complete(at time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at.Before(w.since) {
		at = w.since
	}
	w.enterAt(at, "", "judging the answer", "")
	if !w.over && !w.first.IsZero() {
		w.facts.Elapsed = at.Sub(w.first)
	}
	return w.facts.Elapsed
}

// certificate is what the root `tls` shows, nil without TLS.
func (w *stopwatch) certificate(now time.Time) *certificate {
	w.mu.Lock()
	defer w.mu.Unlock()
	expiry := w.facts.CertExpiry
	if expiry.IsZero() {
		return nil
	}
	return &certificate{Expiry: expiry, DaysLeft: int64(math.Floor(expiry.Sub(now).Hours() / 24))}
}
