package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// aServer is the condition of a script that it needs a real server: [server:NAME].
// Where a server must not be missing it is said to be there, and starting it fails.
func aServer(condition string) (bool, error) {
	name, ok := strings.CutPrefix(condition, "server:")
	if !ok {
		return false, fmt.Errorf("there is no condition %s", condition)
	}
	_, err := exec.LookPath(name)
	return err == nil || os.Getenv("ANDON_REQUIRE_REAL") == "1", nil
}

const scraping = `
global: {scrape_interval: 200ms, scrape_timeout: 200ms}
scrape_configs: [{job_name: andon, static_configs: [{targets: [%q]}]}]
`

// prometheus starts a Prometheus that scrapes the daemon, until the script ends.
func (s *stage) prometheus(ts *testscript.TestScript, _ bool, _ []string) {
	config, data := ts.MkAbs("prometheus.yml"), ts.MkAbs("prometheus")
	ts.Check(os.WriteFile(config, fmt.Appendf(nil, scraping, strings.TrimPrefix(ts.Getenv("ANDON_ADDR"), "http://")), 0o600))
	l, err := net.Listen("tcp", "127.0.0.1:0") // it cannot tell a port that it chose itself
	ts.Check(err)
	address := l.Addr().String()
	ts.Check(l.Close())
	cmd := exec.Command("prometheus", "--config.file="+config, "--storage.tsdb.path="+data, "--web.listen-address="+address,
		"--enable-feature=native-histograms", "--log.level=warn")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	ts.Defer(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			cmd.Process.Kill()
			<-ended
		}
	})
	ts.Setenv("PROMETHEUS", "http://"+address)
	s.eventually(ts, "Prometheus is ready", 30*time.Second, func() error {
		if len(ended) > 0 {
			ts.Fatalf("Prometheus ended: %s", &log)
		}
		resp, err := http.Get(ts.Getenv("PROMETHEUS") + "/-/ready")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				err = errors.New(resp.Status)
			}
		}
		return err
	})
}

// query EXPRESSION REGEXP asks Prometheus until its result, as JSON, is so.
func (s *stage) query(ts *testscript.TestScript, _ bool, args []string) {
	s.eventually(ts, args[0]+" is "+args[1], 20*time.Second, func() error {
		resp, err := http.PostForm(ts.Getenv("PROMETHEUS")+"/api/v1/query", url.Values{"query": {args[0]}})
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		var answer struct {
			Error string
			Data  struct{ Result json.RawMessage }
		}
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
			return err
		}
		if answer.Error != "" {
			ts.Fatalf("%s: %s", args[0], answer.Error)
		}
		if !regexp.MustCompile(args[1]).Match(answer.Data.Result) {
			return fmt.Errorf("it is %s", answer.Data.Result)
		}
		return nil
	})
}

// promtool checks what the daemon's metrics look like.
func (s *stage) promtool(ts *testscript.TestScript, _ bool, _ []string) {
	resp, err := http.Get(ts.Getenv("ANDON_ADDR") + "/metrics")
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	tool := exec.Command("promtool", "check", "metrics")
	tool.Stdin = bytes.NewReader(body)
	if out, err := tool.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		ts.Fatalf("promtool check metrics: %v\n%s", err, out)
	}
}
