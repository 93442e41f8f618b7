package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/journal"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"
)

// What the program exits with: the same for every command.
const (
	exitGood    = 0  // good, or open
	exitBad     = 1  // bad, or closed
	exitUnknown = 2  // could not tell
	exitTimeout = 3  // waited, and it did not come
	exitMisuse  = 64 // the command line is wrong (EX_USAGE of sysexits.h)
)

// A program is andon with what it takes from the world.
type program struct {
	Stdout, Stderr io.Writer
	Environ        []string

	// Seams for tests that kill the program at a chosen step. Nil is real.
	wrapStore func(journal.Store) journal.Store
	transport http.RoundTripper
	aws       *aws.Config // instead of what the environment says
}

// An exitError carries the exit code of a command that has said all it had to
// say, or says err.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}
func (e *exitError) Unwrap() error { return e.err }

// Main runs a command line and returns the exit code.
func (p *program) Main(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitGood
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		fmt.Fprintf(p.Stderr, "andon: %v\nSee '%s --help'.\n", err, cmd.CommandPath())
		return exitMisuse
	}
	if exit.err != nil {
		fmt.Fprintf(p.Stderr, "andon: %v\n", exit.err)
	}
	return exit.code
}

// failed makes an error of a command that was understood and did not work.
func failed(code int, err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code, err}
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "andon",
		Short: "Stops the release line when production is unwell",
		Long: `andon watches production with synthetic traffic and disables the CodePipeline
transition into it while it is unwell. It enables only what it disabled itself.

Exit status: 0 good or open, 1 bad or closed, 2 could not tell, 3 timed out,
64 misused.`,
		Example:       "  andon demo\n  andon check --config andon.yaml\n  andon run --config andon.yaml",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(p.runCommand(), p.demoCommand(), p.emulatorCommand(), p.versionCommand())
	root.AddCommand(p.checkCommand(), p.schemaCommand(), p.gateCommand(), p.overrideCommand(), p.probeCommand(), p.healthCommand(), p.unholdCommand(), p.journalCommand(), p.iamCommand(), p.calendarCommand())
	root.AddCommand(p.completionCommand(), p.manCommand())
	return root
}

// getenv is os.Getenv of the program's own environment.
func (p *program) getenv(name string) string {
	value := ""
	for _, e := range p.Environ {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v // of a name given twice the last counts
		}
	}
	return value
}

// world is what a daemon takes from here.
func (p *program) world() daemon.World {
	return daemon.World{Log: p.logger(), AWS: p.awsConfig, Build: buildInfo(), Writer: writer, WrapStore: p.wrapStore}
}

func (p *program) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(p.Stderr, nil))
}
