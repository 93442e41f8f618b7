package main

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A feed is a server of a calendar that says what its script wants.
type feed struct {
	server *httptest.Server
	body   atomic.Pointer[string]
}

func (f *feed) ServeHTTP(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, *f.body.Load()) }

// feed FILE lets the feed at $FEED say what is in the file. Daemons that start later
// trust it.
func (s *stage) serveFeed(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if s.feed == nil {
		s.feed = &feed{}
		s.feed.body.Store(&text)
		s.feed.server = httptest.NewUnstartedServer(s.feed)
		s.feed.server.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.feed.server.StartTLS()
		ts.Defer(s.feed.server.Close)
		roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.feed.server.Certificate().Raw})
		ts.Check(os.WriteFile(ts.MkAbs("roots.pem"), roots, 0o600))
		ts.Setenv("SSL_CERT_FILE", ts.MkAbs("roots.pem")) // crypto/x509, on Unix
		ts.Setenv("FEED", s.feed.server.URL+"/private-hunter2/basic.ics")
	}
	s.feed.body.Store(&text)
}

const guardedDeclaration = `{"pipeline":{"name":"guarded","roleArn":"arn:aws:iam::123456789012:role/pipeline",
"artifactStore":{"type":"S3","location":"artifacts"},"stages":[
{"name":"Source","actions":[{"name":"Fetch","actionTypeId":{"category":"Source","owner":"AWS","provider":"S3","version":"1"},"outputArtifacts":[{"name":"source"}]}]},
{"name":"Release","actions":[{"name":"BlackDay","actionTypeId":{"category":"Approval","owner":"AWS","provider":"Manual","version":"1"}}]}]}}`

// guarded REVISION makes a pipeline with an approval, Release/BlackDay, and lets a
// revision wait there.
func (s *stage) guarded(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(s.call("ADMIN", "CreatePipeline", guardedDeclaration, nil))
	_, err := s.server.Model.Push("guarded", args[0], "a change")
	ts.Check(err)
	s.eventually(ts, "the approval waits", 20*time.Second, func() error { return s.approvalIs("InProgress") })
}

func (s *stage) approvalIs(want string) error {
	var out struct {
		StageStates []struct {
			ActionStates []struct {
				LatestExecution struct{ Status, Summary string }
			}
		}
	}
	if err := s.call("OBSERVER", "GetPipelineState", `{"name":"guarded"}`, &out); err != nil {
		return err
	}
	if len(out.StageStates) < 2 || len(out.StageStates[1].ActionStates) < 1 {
		return errors.New("it has not come there")
	}
	if got := out.StageStates[1].ActionStates[0].LatestExecution; !strings.HasPrefix(got.Status, want) {
		return fmt.Errorf("the approval is %s (%s)", got.Status, got.Summary)
	}
	return nil
}

// approval InProgress DURATION: it is, all the time. approval Succeeded|Failed: it is,
// in time.
func (s *stage) approval(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 1 {
		s.eventually(ts, "the approval is "+args[0], 30*time.Second, func() error { return s.approvalIs(args[0]) })
		return
	}
	d, err := time.ParseDuration(args[1])
	ts.Check(err)
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		ts.Check(s.approvalIs(args[0]))
	}
}
