// Andon stops the release line when production is unwell.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// net/http tells the standard logger what a peer sent unasked. That may be
	// what the peer was sent, and bytes from outside belong in no log.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := program{Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ()}
	code := p.Main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
