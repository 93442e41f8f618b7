package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/andon-project/andon/exporters"
)

// An answer is what andon said of one gate.
type answer struct {
	body  []byte             // as it came: JSON
	exit  int                // what it amounts to: exitGood, exitBad or exitUnknown
	view  exporters.GateView // without a name if andon showed none
	why   string             // a sentence
	final bool               // asking again would give the same
}

// gate asks whether a release may pass, the execution that is named or any, and
// lets andon wait for it as long as wait, at most exporters.MaxWait. An error says
// that andon did not answer.
func (r remote) gate(ctx context.Context, name, execution string, wait time.Duration) (answer, error) {
	path, query := "/api/v1/gates/"+url.PathEscape(name)+"/go", url.Values{}
	if wait > 0 {
		query.Set("wait", wait.String())
	}
	if execution != "" {
		query.Set("execution", execution)
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
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
