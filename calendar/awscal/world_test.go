package awscal_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/awscal"
	"github.com/andon-project/andon/calendar/sources"
	"github.com/andon-project/andon/emulator"
)

// An account is the emulator's, reached without a network.
type account struct {
	*testing.T
	*emulator.Server
	clock func() time.Time
	cfg   aws.Config
	loads []string // the regions that settings were loaded for

	mu     sync.Mutex
	counts map[string]int // "GetDocument ok"
}

const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

func open(t *testing.T) *account {
	a := &account{T: t, clock: time.Now, counts: map[string]int{}}
	a.Server = emulator.New(emulator.Options{Clock: func() time.Time { return a.clock() }})
	endpoint := "http://aws.test"
	a.cfg = aws.Config{BaseEndpoint: &endpoint, HTTPClient: direct{a.Server},
		Credentials: credentials.NewStaticCredentialsProvider("ANDON", secret, "")}
	return a
}

// direct serves requests without a network, so in virtual time too.
type direct struct{ http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	w, done := httptest.NewRecorder(), make(chan bool, 1)
	if r.Body == nil {
		r.Body = http.NoBody
	}
	go func() {
		defer func() { done <- recover() == nil }()
		d.ServeHTTP(w, r)
	}()
	select {
	case answered := <-done:
		if !answered {
			return nil, errors.New("connection reset by peer")
		}
		return w.Result(), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func (a *account) world() *awscal.World {
	load := func(_ context.Context, region string) (aws.Config, error) {
		a.loads = append(a.loads, region)
		cfg := a.cfg.Copy()
		if cfg.Region == "" {
			cfg.Region = "us-east-1"
		}
		return cfg, nil
	}
	return awscal.NewWorld(load, a.clock, func(operation, code string) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.counts[operation+" "+code]++
	})
}

func (a *account) document(name string) sources.Fetcher {
	f, ok := a.world().Open(calendar.Source{SSM: &calendar.SSM{Name: name}})
	if !ok {
		a.Fatal("Systems Manager is not known")
	}
	return f
}

func (a *account) object(address string) sources.Fetcher {
	f, ok := a.world().Open(calendar.Source{ICS: &calendar.ICS{S3: address}})
	if !ok {
		a.Fatal("S3 is not known")
	}
	return f
}

func (a *account) inject(f emulator.Fault) {
	a.Helper()
	if err := a.Inject(f); err != nil {
		a.Fatal(err)
	}
}

func (a *account) set(c emulator.ChangeCalendar) {
	a.Helper()
	if err := a.Model.SetChangeCalendar(c); err != nil {
		a.Fatal(err)
	}
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".ics")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fails expects a failure of a class, with words about what happened and what to
// do, and without the secret.
func fails(t *testing.T, err error, code sources.Code, words ...string) {
	t.Helper()
	var f *sources.Failure
	if !errors.As(err, &f) {
		t.Errorf("got %v, want a failure that is %s", err, code)
		return
	}
	said := f.Text + "; " + f.Do
	if f.Code != code {
		t.Errorf("%s: %s, want %s", f.Code, said, code)
	}
	for _, w := range words {
		if !strings.Contains(said, w) {
			t.Errorf("%q does not say %q", said, w)
		}
	}
	if strings.Contains(said+err.Error(), secret) || strings.Contains(said, "\n") {
		t.Errorf("%q shows what it must not", said)
	}
}

func TestOnlyCalendarsOfAWS(t *testing.T) {
	t.Parallel()
	w := open(t).world()
	for _, s := range []calendar.Source{{}, {ICS: &calendar.ICS{File: "x.ics"}}, {ICS: &calendar.ICS{URL: "https://example.com/x.ics"}}} {
		if _, ok := w.Open(s); ok {
			t.Errorf("%+v is opened", s.ICS)
		}
	}
}

// Nothing is loaded before it is needed, and then once for all of a region.
func TestSettingsAreLoadedWhenNeeded(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.set(emulator.ChangeCalendar{Name: "freeze", Content: fixture(t, "empty")})
	w := a.world()
	var fetchers []sources.Fetcher
	for _, s := range []calendar.Source{{SSM: &calendar.SSM{Name: "freeze"}}, {SSM: &calendar.SSM{Name: "freeze"}},
		{ICS: &calendar.ICS{S3: "s3://plans/x.ics", Region: "eu-west-1"}},
		{SSM: &calendar.SSM{Name: "arn:aws:ssm:eu-west-1:999988887777:document/company"}},
		{SSM: &calendar.SSM{Name: "arn:aws:ssm:eu-west-1:999988887777:document/company", Region: "eu-west-2"}},
	} {
		f, _ := w.Open(s)
		fetchers = append(fetchers, f)
	}
	if len(a.loads) != 0 {
		t.Errorf("loaded %v before anything was asked", a.loads)
	}
	for range 2 {
		for _, f := range fetchers {
			f.Fetch(t.Context(), sources.Version{})
		}
	}
	if got := strings.Join(a.loads, " "); got != " eu-west-1 eu-west-2" {
		t.Errorf("loaded for %q, want once for the usual region and once for each that is named", a.loads)
	}
}
