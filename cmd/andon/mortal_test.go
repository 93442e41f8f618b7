package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/andon-project/andon/journal"
)

// mortalMain is main, except that the process kills itself at the step that
// TEST_DIE names, such as "before intent" or "after DisableStageTransition".
func mortalMain() int {
	if step := os.Getenv("TEST_DIE"); step != "" {
		p := program{Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ()}
		p.wrapStore = func(s journal.Store) journal.Store { return dyingStore{s, step} }
		p.transport = &dyingTransport{step: step}
		return p.Main(context.Background(), os.Args[1:])
	}
	main()
	return 0
}

func dieAt(here, step string) {
	if here == step {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

type dyingStore struct {
	journal.Store
	step string
}

func (s dyingStore) Append(ctx context.Context, r journal.Record) error {
	dieAt("before "+r.Kind, s.step)
	err := s.Store.Append(ctx, r)
	dieAt("after "+r.Kind, s.step)
	return err
}

type dyingTransport struct {
	step  string
	wrote atomic.Bool
}

func (t *dyingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if operation == "GetPipelineState" && t.wrote.Swap(false) {
		operation = "read-back"
	}
	dieAt("before "+operation, t.step)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	t.wrote.Store(operation == "DisableStageTransition" || operation == "EnableStageTransition" || t.wrote.Load())
	dieAt("after "+operation, t.step)
	return resp, err
}
