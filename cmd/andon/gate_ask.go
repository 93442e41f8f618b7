package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/andon-project/andon/exporters"
)

const (
	defaultAddr    = "http://127.0.0.1:9797"
	answerDeadline = 10 * time.Second // beside what andon was asked to wait
	maxAnswer      = 64 << 20         // bytes; some thousand gates

	addrUsage = "`URL` of the andon to ask (default $ANDON_ADDR, else " + defaultAddr + ")"
)

// A remote is a running andon, asked over its status API.
type remote struct {
	base   *url.URL
	client *http.Client
}

// remote finds the daemon to ask: --addr, else $ANDON_ADDR, else this machine.
func (p *program) remote(addr string) (remote, error) {
	addr = cmp.Or(addr, p.getenv("ANDON_ADDR"), defaultAddr)
	if !strings.Contains(addr, "://") {
		addr = "http://" + addr
	}
	u, err := url.Parse(strings.TrimRight(addr, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return remote{}, fmt.Errorf("the address of andon is not a URL like %s: give one with --addr or ANDON_ADDR", defaultAddr)
	}
	return remote{u, &http.Client{Transport: p.transport}}, nil
}

// An answer is what andon said of one gate.
type answer struct {
	body  []byte             // as it came: JSON
	exit  int                // what it amounts to: exitGood, exitBad or exitUnknown
	view  exporters.GateView // without a name if andon showed none
	why   string             // a sentence
	final bool               // asking again would give the same
}

// gate asks whether a release may pass, and lets andon wait for it as long as
// wait, at most exporters.MaxWait. An error says that andon did not answer.
func (r remote) gate(ctx context.Context, name string, wait time.Duration) (answer, error) {
	path := "/api/v1/gates/" + url.PathEscape(name) + "/go"
	if wait > 0 {
		path += "?wait=" + wait.String()
	}
	status, body, err := r.get(ctx, path, wait)
	if err != nil {
		return answer{}, err
	}
	var said struct {
		exporters.GateView
		exporters.ErrorView
	}
	if json.Unmarshal(body, &said) != nil || said.Error == "" && said.Name != name {
		return answer{}, r.stranger(status)
	}
	a := answer{body: body, exit: exitUnknown, view: said.GateView, why: said.Why}
	if said.Error != "" {
		a.why = said.Error
	}
	switch {
	case status == http.StatusOK:
		a.exit = exitGood
	case status == http.StatusLocked:
		a.exit = exitBad
	case status >= 400 && status < 500:
		a.final = true
	}
	return a, nil
}

// gates asks for all gates. notYet says why there may be more of them.
func (r remote) gates(ctx context.Context) (said exporters.GatesView, body []byte, notYet string, err error) {
	status, ready, err := r.get(ctx, "/-/ready", 0) // asked first: what is ready now is in the list
	if err != nil {
		return said, nil, "", err
	}
	if status == http.StatusServiceUnavailable {
		notYet = strings.TrimSpace(string(ready))
	}
	status, body, err = r.get(ctx, "/api/v1/gates", 0)
	if err != nil {
		return said, nil, "", err
	}
	if status != http.StatusOK || json.Unmarshal(body, &said) != nil || said.Gates == nil {
		return exporters.GatesView{}, nil, "", r.stranger(status)
	}
	return said, body, notYet, nil
}

func (r remote) get(ctx context.Context, path string, wait time.Duration) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, wait+answerDeadline)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base.String()+path, nil)
	if err != nil {
		return 0, nil, r.unreachable(err)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return 0, nil, r.unreachable(err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, r.unreachable(err)
	}
	return resp.StatusCode, body, nil
}

func (r remote) unreachable(err error) error {
	var cause *url.Error
	if errors.As(err, &cause) {
		err = cause.Err // the rest repeats the address
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		err = errors.New("no answer in time")
	}
	return fmt.Errorf("andon cannot be reached at %s: %w; start it with 'andon run', or name another with --addr or ANDON_ADDR", r.base.Redacted(), err)
}

func (r remote) stranger(status int) error {
	return fmt.Errorf("what listens at %s answered %d, and not as andon does; name andon's address with --addr or ANDON_ADDR", r.base.Redacted(), status)
}
