package sources

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/andon-project/andon/egress"
)

const (
	maxRedirects   = 5
	maxHeaderBytes = 256 << 10
)

// A feed is a calendar behind an address. The address is often all it takes to read
// a private calendar, so it appears in nothing that leaves this type.
type feed struct {
	address string
	agent   string
	client  *http.Client
}

func newFeed(w World, address string) *feed {
	dialer := w.Dialer
	if dialer == nil {
		dialer = &egress.Dialer{}
	}
	return &feed{address: address, agent: cmp.Or(w.Agent, "andon"), client: &http.Client{
		CheckRedirect: redirect,
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: w.Roots, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			DisableKeepAlives:      true, // minutes lie between two questions
			MaxResponseHeaderBytes: maxHeaderBytes,
		},
	}}
}

// redirect follows to https alone, and tells nobody where it comes from.
func redirect(next *http.Request, via []*http.Request) error {
	next.Header.Del("Referer") // the address, with its secret path
	switch {
	case len(via) > maxRedirects:
		return &Failure{Code: Redirected, Text: fmt.Sprintf("it redirects more than %d times", maxRedirects), Do: "write the address at which it ends"}
	case next.URL.Scheme != "https":
		return &Failure{Code: Redirected, Text: "it redirects to an address that is not https", Do: "write an address that stays on https, for anybody on the way could change what is sent without it"}
	}
	return nil
}

// Fetch implements Fetcher.
func (f *feed) Fetch(ctx context.Context, last Version) (Answer, error) {
	to, err := target(f.address)
	if err != nil {
		return Answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to, nil)
	if err != nil {
		return Answer{}, badAddress()
	}
	req.Header.Set("User-Agent", f.agent)
	req.Header.Set("Accept", "text/calendar, */*;q=0.1")
	if last.ETag != "" {
		req.Header.Set("If-None-Match", last.ETag)
	}
	if last.Modified != "" {
		req.Header.Set("If-Modified-Since", last.Modified)
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return Answer{}, netFailure(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified && last != (Version{}) {
		return Answer{Same: true, Version: last}, nil
	}
	if resp.StatusCode != http.StatusOK {
		return Answer{}, statusFailure(resp.StatusCode)
	}
	body, err := readAll(resp.Body) // decompressed: that is what is counted
	if err != nil {
		return Answer{}, bodyFailure(ctx, err)
	}
	if isPage(resp.Header.Get("Content-Type"), body) {
		return Answer{}, &Failure{Code: NotCalendar, Text: "it answered with an HTML page, which is no calendar",
			Do: "open the address in a browser that is logged in nowhere: often it is a login page, or the address of the page about the calendar; write the secret or public address that ends in .ics"}
	}
	return Answer{Body: body, Version: Version{ETag: short(resp.Header.Get("ETag")), Modified: short(resp.Header.Get("Last-Modified"))}}, nil
}

// short is a header that is kept and sent back, unless it is absurd.
func short(header string) string {
	const most = 1 << 10
	if len(header) > most {
		return ""
	}
	return header
}

// isPage tells a page for people. Of the type alone nothing follows, since many
// servers send calendars as text/plain, and some as text/html.
func isPage(contentType string, body []byte) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	head := strings.ToUpper(string(body[:min(len(body), 1<<10)]))
	if strings.Contains(head, "BEGIN:VCALENDAR") {
		return false
	}
	return kind == "text/html" || strings.HasPrefix(http.DetectContentType(body), "text/html")
}

// target is the address that is asked: webcal is https by another name.
func target(address string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return "", badAddress()
	}
	switch u.Scheme {
	case "webcal", "webcals":
		u.Scheme = "https"
	case "https":
	default:
		return "", badAddress()
	}
	u.Fragment = ""
	return u.String(), nil
}

func badAddress() *Failure {
	return &Failure{Code: Refused, Text: "its address is not one that andon asks", Do: "write an address that begins with https:// or webcal://"}
}

// statusFailure says what a status means.
func statusFailure(status int) *Failure {
	text := fmt.Sprintf("it answered with status %d", status)
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return &Failure{Code: Denied, Text: text, Do: "write the calendar's secret address, or share the calendar: that address is not open to andon"}
	case http.StatusNotFound, http.StatusGone:
		return &Failure{Code: Missing, Text: text, Do: "copy the address again: the calendar was deleted, or its secret address renewed"}
	case http.StatusTooManyRequests:
		return &Failure{Code: Status, Text: text, Do: "raise every: andon asks too often"}
	}
	return &Failure{Code: Status, Text: text}
}

// bodyFailure says why an answer that had begun did not come.
func bodyFailure(ctx context.Context, err error) error {
	if known, ok := netFailure(ctx, err).(*Failure); ok && known.Code != Unreachable && known.Code != Unknown {
		return known
	}
	return &Failure{Code: Unreachable, Text: "the connection ended, or broke, before the whole answer had come", Err: err}
}
