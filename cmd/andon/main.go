// Andon stops the release line when production is unwell.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := program{Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ()}
	code := p.Main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
