package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/cmd/andon/demo"
	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/shop"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/spf13/cobra"
)

const demoHelp = `Runs everything in one process on loopback: a shop that can be broken, an
emulation of AWS CodePipeline whose pipeline releases a new revision every few
seconds, a calendar whose BlackDay can be begun and ended, andon itself, and a
page that shows them together. Nothing outside this machine is asked, and nothing
is left behind.`

// Releases of the demo.
const (
	releaseEvery = 6 * time.Second
	demoAction   = 2 * time.Second
)

func (p *program) demoCommand() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   "Show andon at work, on this machine alone",
		Long:    demoHelp,
		Example: "  andon demo\n  andon demo --listen 127.0.0.1:9000",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return failed(exitBad, p.demo(cmd.Context(), listen))
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:9797", "`HOST:PORT` of andon; the page, the shop and the emulator take the next ports")
	return cmd
}

// A demonstration is the listeners and parts of the demo.
type demonstration struct {
	andon, page, shop, aws net.Listener
	goods                  *shop.Shop
	server                 *emulator.Server
	daemon                 *daemon.Daemon
	calendar               *demoCalendar
	log                    *slog.Logger
}

func (p *program) demo(ctx context.Context, listen string) error {
	dir, err := os.MkdirTemp(p.getenv("TMPDIR"), "andon-demo-")
	if err != nil {
		return fmt.Errorf("no place for the demo's journal: %w", err)
	}
	defer os.RemoveAll(dir)
	d := &demonstration{log: p.logger(), goods: shop.New(), server: emulator.New(emulator.Options{ActionDuration: demoAction, Seed: uint64(time.Now().UnixNano())})}
	if err := d.listen(listen); err != nil {
		return err
	}
	if err := d.start(ctx, p, dir); err != nil {
		return err
	}
	defer d.daemon.Close()
	fmt.Fprint(p.Stdout, d.welcome())
	d.run(ctx)
	return nil
}

// listen takes the port asked for and the three after it, or any where those
// are taken.
func (d *demonstration) listen(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--listen %s: %w; write it like 127.0.0.1:9797", address, err)
	}
	if d.andon, err = net.Listen("tcp", address); err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another address with --listen", address, err)
	}
	first, _ := strconv.Atoi(port)
	for i, l := range []*net.Listener{&d.page, &d.shop, &d.aws} {
		next := "0"
		if first > 0 {
			next = strconv.Itoa(first + 1 + i)
		}
		if *l, err = net.Listen("tcp", net.JoinHostPort(host, next)); err == nil {
			continue
		}
		if *l, err = net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
			return fmt.Errorf("cannot listen on %s: %w", host, err)
		}
	}
	return nil
}

func base(l net.Listener) string { return "http://" + l.Addr().String() }

// start brings up what the daemon needs before it, and the daemon.
func (d *demonstration) start(ctx context.Context, p *program, dir string) error {
	go serve(ctx, d.shop, local(d.goods))
	go serve(ctx, d.aws, d.server)
	if err := demo.CreatePipeline(ctx, d.client("admin")); err != nil {
		return err
	}
	file := filepath.Join(dir, "andon.yaml")
	if err := os.WriteFile(file, demo.Config, 0o600); err != nil {
		return err
	}
	d.calendar = &demoCalendar{file: file, again: make(chan os.Signal, 1),
		environ: []string{"DEMO_SHOP=" + base(d.shop), "DEMO_SHOP_ADDRESS=" + d.shop.Addr().String(), "ANDON_DATA=" + dir}}
	cfg, files, err := d.calendar.read()
	if err != nil {
		return err
	}
	us := *p
	us.aws = new(d.config("andon")) // never the real AWS, whatever the environment says
	d.daemon, err = daemon.New(ctx, us.world(), cfg, daemon.Origin{Read: d.calendar.read, Files: files})
	return err
}

// run goes on until ctx is done.
func (d *demonstration) run(ctx context.Context) {
	page := demo.Page{Shop: d.goods, Gates: d.daemon.Reports,
		Pipeline: func(ctx context.Context) (demo.View, error) {
			return demo.ViewOf(ctx, d.client("viewer"), "shop")
		},
		Enable:  func(ctx context.Context) error { return demo.SetTransition(ctx, d.client("you"), true) },
		Disable: func(ctx context.Context) error { return demo.SetTransition(ctx, d.client("you"), false) },
		Black:   d.calendar.black, BlackDay: d.calendar.set, Fix: d.fix,
		Links: demo.Links{Page: base(d.page), Shop: base(d.shop), Status: base(d.andon), AWS: base(d.aws)}}
	mux := http.NewServeMux()
	for _, path := range []string{"/{$}", "POST /blackday", "POST /workday", "POST /fix"} {
		mux.Handle(path, page)
	}
	var parts sync.WaitGroup
	parts.Go(func() { d.daemon.Watch(ctx) })
	parts.Go(func() { d.daemon.Follow(ctx, d.calendar.again) })
	parts.Go(func() { d.release(ctx) })
	parts.Go(func() { serve(ctx, d.page, local(mux)) })
	serve(ctx, d.andon, d.daemon.Handler())
	d.goods.Mend() // whoever hangs in the shop may go
	parts.Wait()
}

func (d *demonstration) config(key string) aws.Config {
	// With no client here each one that is made of this keeps connections of its own.
	return aws.Config{Region: "us-east-1", BaseEndpoint: aws.String(base(d.aws)), HTTPClient: http.DefaultClient,
		Credentials: credentials.NewStaticCredentialsProvider(key, "demo", "")}
}

func (d *demonstration) client(key string) *codepipeline.Client {
	return codepipeline.NewFromConfig(d.config(key))
}

// release pushes a revision every few seconds, and tells the shop which of
// them has reached it.
func (d *demonstration) release(ctx context.Context) {
	ticker := time.NewTicker(releaseEvery / 3)
	defer ticker.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		if i%3 == 0 {
			r := demo.Revision(i / 3)
			if _, err := d.server.Model.Push("shop", r.ID, r.Summary); err != nil {
				d.log.Warn("the demo could not release", "error", err)
			}
		}
		if v, err := demo.ViewOf(ctx, d.client("viewer"), "shop"); err == nil {
			d.deployed(v)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

func (d *demonstration) deployed(v demo.View) {
	for _, s := range v.Stages {
		if s.Name == demo.Production && s.Last != nil {
			d.goods.SetRevision(s.Last.Revision)
		}
	}
}

func (d *demonstration) welcome() string {
	return fmt.Sprintf(`andon demo: everything runs on this machine, in this process.

  the line, the gate and why   %s/
  the shop                     %s/
  andon's status, API, metrics %s/
  AWS (an emulation)           %s

Try:
  1. Break the shop, and watch the line stop with its reason:
       curl -X POST %[2]s/break
  2. Mend it, and watch the newest revision go through:
       curl -X POST %[2]s/mend
  3. Begin a BlackDay, and watch releases wait at the approval; let the newest
     through as a fix; end it, and watch the stale one rejected:
       curl -X POST %[1]s/blackday
       curl -X POST %[1]s/fix
       curl -X POST %[1]s/workday
  4. Ask what a pipeline's hook would ask, while it is broken and after:
       curl -i %[3]s/api/v1/gates/production/go

The demo is in a hurry: a close stands at least 10 s (min_hold: 10s, usually
10m), and andon opens by itself (reopen: auto; by default a person opens if the
release that was inside may be the cause). Ctrl-C ends it.
`, base(d.page), base(d.shop), base(d.andon), base(d.aws))
}

// local answers only requests that name this machine: a page of somebody else
// that resolves its own name to it (DNS rebinding) is turned away.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); ip == nil && host != "localhost" {
			http.Error(w, "the demo answers under the address it printed", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
