package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/andon-project/andon/emulator"
)

const containerConfig = `
instance: shop-prod
checks:
- {name: storefront, every: 1s, http: {url: "%s"}}
- {name: stranger, http: {url: "%s"}}
- {name: morning, cron: "0 9 * * *", timezone: Asia/Tokyo, http: {url: "%[1]s"}}
gates:
- {name: production, may: [close, open], checks: [storefront], codepipeline: {pipeline: shop, transition: Production}}
`

// tellContainer is what a user sees of the image. One process after the other,
// because they share the volume.
func tellContainer(t *testing.T) {
	known := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(known.Close)
	i := buildImage(t, os.Getenv("ANDON_TEST_CONTAINER"), pemOf(known.Certificate().Raw))
	i.describes(t)
	i.contains(t)
	i.readOnly(t, fmt.Sprintf(containerConfig, known.URL, stranger(t)))

	aws := emulated(t)
	env := []string{"AWS_ENDPOINT_URL=" + aws, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=ANDON", "AWS_SECRET_ACCESS_KEY=any",
		fmt.Sprintf("ANDON_LISTEN=127.%d.%d.%d:9797", 1+os.Getpid()>>16&0x3f, os.Getpid()>>8&0xff, os.Getpid()&0xff)}
	for _, c := range []struct {
		args []string
		exit int
		says string
	}{
		{[]string{"version"}, exitGood, "andon v1.2.3 abcdef go"},
		{[]string{"check", "--config", "/etc/andon/andon.yaml"}, exitGood, "by the clock of Asia/Tokyo"},
		{[]string{"probe", "storefront", "--config", "/etc/andon/andon.yaml"}, exitBad, "404"}, // it has spoken to a server whose certificate it verified
		{[]string{"probe", "stranger", "--config", "/etc/andon/andon.yaml"}, exitBad, "unknown authority"},
	} {
		cmd := i.command(t, env, append(slices.Clone(i.config.Entrypoint), c.args...)...)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != c.exit || !strings.Contains(string(out), c.says) {
			t.Errorf("%v: %v, and says\n%s, want exit status %d and %q", c.args, err, out, c.exit, c.says)
		}
	}
	i.serves(t, env)
}

// describes looks at what an orchestrator reads in the image.
func (i *image) describes(t *testing.T) {
	t.Helper()
	c := i.config
	_, port := c.ExposedPorts["9797/tcp"]
	_, volume := c.Volumes["/data"]
	if c.User != "65532:65532" || c.StopSignal != "SIGTERM" || !port || !volume || c.Labels["org.opencontainers.image.version"] != "v1.2.3" ||
		len(c.Healthcheck.Test) == 0 || c.Healthcheck.Test[0] != "CMD" {
		t.Errorf("the image describes itself as %+v", c)
	}
	for _, v := range c.Env {
		if !strings.HasPrefix(v, "ANDON_DATA=") && !strings.HasPrefix(v, "PATH=") {
			t.Errorf("the image sets %s", v)
		}
	}
}

// contains looks at the files: nothing that could be run but andon.
func (i *image) contains(t *testing.T) {
	t.Helper()
	want := map[string]bool{"andon": true, "etc/ssl/certs/ca-certificates.crt": true}
	got, size := map[string]bool{}, int64(0)
	err := fs.WalkDir(os.DirFS(i.root), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			got[path] = true
			size += info.Size()
		}
		return err
	})
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v; files in the image: %v, want %v", err, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	t.Logf("the image has %.1f MiB", float64(size)/(1<<20))
}

// serves starts what the image starts, asks what the image asks, and stops it as
// the image says.
func (i *image) serves(t *testing.T, env []string) {
	t.Helper()
	var said strings.Builder
	daemon := i.command(t, env, append(slices.Clone(i.config.Entrypoint), i.config.Cmd...)...)
	stderr, err := daemon.StderrPipe()
	if err == nil {
		err = daemon.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { daemon.Process.Kill() })
	for lines := bufio.NewScanner(io.TeeReader(stderr, &said)); !strings.Contains(said.String(), "andon is running"); {
		if !lines.Scan() {
			t.Fatalf("it does not start: %v\n%s", daemon.Wait(), said.String())
		}
	}
	health := i.config.Healthcheck.Test[1:]
	if out, err := i.command(t, env, health...).CombinedOutput(); err != nil {
		t.Errorf("it runs, and %v: %v\n%s", health, err, out)
	}
	i.becomesReady(t, env, health)

	late, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	context.AfterFunc(late, func() { daemon.Process.Kill() })
	if err := daemon.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(stderr)
	if err := daemon.Wait(); err != nil {
		t.Errorf("stopped by its signal: %v\n%s%s", err, said.String(), rest)
	}
	cmd := i.command(t, env, health...)
	if out, _ := cmd.CombinedOutput(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("it is gone, and %v: %v\n%s", health, cmd.ProcessState, out)
	}
	cmd = i.command(t, env, append(slices.Clone(i.config.Entrypoint), "journal", "verify")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("what it wrote to the volume does not verify: %v\n%s", err, out)
	}
	kept, err := filepath.Glob(filepath.Join(i.root, "data", "*"))
	if err != nil || len(kept) == 0 {
		t.Errorf("the volume is empty: %v", err)
	}
}

// becomesReady waits until AWS has answered as well.
func (i *image) becomesReady(t *testing.T, env, health []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		out, err := i.command(t, env, append(slices.Clone(health), "--ready")...).CombinedOutput()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("it does not become ready: %s", out)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stranger is a server whose certificate nobody in the image trusts.
func stranger(t *testing.T) (url string) {
	t.Helper()
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "crt"), filepath.Join(dir, "key")
	if _, err := certify(certFile, keyFile); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it is to be refused
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// emulated is AWS with the pipeline shop.
func emulated(t *testing.T) (url string) {
	t.Helper()
	s := &stage{server: emulator.New(emulator.Options{})}
	s.aws = httptest.NewServer(s.server)
	t.Cleanup(s.aws.Close)
	if err := s.call("ADMIN", "CreatePipeline", pipelineDeclaration, nil); err != nil {
		t.Fatal(err)
	}
	return s.aws.URL
}
