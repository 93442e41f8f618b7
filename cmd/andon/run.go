package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/config"
	"github.com/spf13/cobra"
)

const runHelp = `Watches production and keeps the gates of the configuration until it is told to
stop (SIGTERM or SIGINT). What it is doing, and why, is at http://LISTEN/.

When the file changes, or with SIGHUP, it is read again and put to work as a
whole. A file with a mistake changes nothing.

AWS credentials, region and endpoints come from where the AWS CLI takes them.`

func (p *program) runCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:     "run",
		Short:   "Watch production and keep the gates",
		Long:    runHelp,
		Example: "  andon run --config andon.yaml --listen 127.0.0.1:9797 --data /var/lib/andon",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			hup := make(chan os.Signal, 1) // first of all: without it the signal kills
			signal.Notify(hup, syscall.SIGHUP)
			defer signal.Stop(hup)
			return failed(exitBad, p.run(cmd.Context(), func() (*config.Config, config.Files, error) {
				return config.LoadFiles(file, config.Overrides{Environ: p.Environ, Flags: cmd.Flags()})
			}, hup))
		},
	}
	configFlag(cmd, &file)
	listenFlag(cmd)
	dataFlag(cmd)
	return cmd
}

// run is the daemon: it serves until ctx is done.
func (p *program) run(ctx context.Context, from func() (*config.Config, config.Files, error), hup <-chan os.Signal) error {
	cfg, files, err := from()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another address with --listen", cfg.Listen, err)
	}
	site := website{listener: listener, log: p.logger()}
	if site.door, err = newDoor(cfg.WebConfig, quietly(site.log)); err != nil {
		return errors.Join(err, listener.Close())
	}
	d, err := daemon.New(ctx, p.world(), cfg, daemon.Origin{Read: from, Files: files})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer d.Close()
	log := p.logger()
	log.Info("andon is running", "instance", cfg.Instance, "checks", len(cfg.Checks), "gates", len(cfg.Gates),
		"page", site.url(), "version", buildInfo().Version)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var parts sync.WaitGroup
	parts.Go(func() { d.Watch(ctx) })
	parts.Go(func() { d.Follow(ctx, hup) })
	err = site.serve(ctx, d.Handler())
	cancel() // where the server ended by itself, so that nobody watches unseen
	parts.Wait()
	log.Info("andon has stopped", "holds", d.Holds())
	return err
}
