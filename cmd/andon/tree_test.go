package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every command says what it is for, what it does, and how it is used, and the
// examples are true.
func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	walk(new(program).root(), func(cmd *cobra.Command) {
		path := cmd.CommandPath()
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") || len(cmd.Short) > 80 {
			t.Errorf("%s: the short text is %q: want some words without a full stop", path, cmd.Short)
		}
		if cmd.Long == "" {
			t.Errorf("%s has no long text", path)
		}
		if cmd.Example == "" {
			t.Errorf("%s has no example", path)
		}
		own := false
		for line := range strings.Lines(cmd.Example) {
			calls := callsIn(line)
			for _, args := range calls {
				if err := parses(args); err != nil {
					t.Errorf("%s: %s: %v", path, strings.TrimSpace(line), err)
				}
				found, _, err := new(program).root().Find(args)
				own = own || err == nil && strings.HasPrefix(found.CommandPath(), path)
			}
		}
		if !own {
			t.Errorf("%s: no example shows it", path)
		}
	})
}

// What cannot be printed is no misuse of the command line.
func TestCannotPrint(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"schema", "version", "completion bash"} {
		_, full := io.Pipe()
		full.CloseWithError(errors.New("no space left on device"))
		var log strings.Builder
		p := program{Stdout: full, Stderr: &log}
		if code := p.Main(t.Context(), strings.Fields(args)); code != exitBad {
			t.Errorf("%s: exit %d, want %d", args, code, exitBad)
		}
		if strings.Contains(log.String(), "--help") {
			t.Errorf("%s: %s", args, log.String())
		}
	}
}

// A flag of one name is one thing: the same value is asked for everywhere, and
// where a text or a default differs, it is for a reason that stands here.
func TestFlagsMeanTheSameEverywhere(t *testing.T) {
	t.Parallel()
	differs := map[string]bool{
		"andon demo --listen":      true, // a port of its own
		"andon emulator --listen":  true, // the port of emulators
		"andon emulator --account": true, // has a default, because nothing real is there
		"andon probe --output":     true, // JUnit too

		"andon calendar next --config":     true, // optional: with it, no daemon is asked
		"andon calendar show --config":     true,
		"andon calendar diff --output":     true, // TSV too
		"andon calendar expand --output":   true,
		"andon calendar holidays --output": true,
		"andon calendar lint --output":     true,
		"andon calendar next --output":     true,
		"andon calendar show --output":     true,
		"andon override allow --region":    true, // of one pipeline
		"andon override clear --region":    true,
		"andon health --addr":              true, // follows ANDON_LISTEN, as in a container
		"andon journal --config":           true, // optional: names the directory only
		"andon journal --data":             true, // nothing but the directory is needed
	}
	type meaning struct{ where, value, usage, fallback, short string }
	first := map[string]meaning{}
	walk(new(program).root(), func(cmd *cobra.Command) {
		look := func(f *pflag.Flag) {
			value, usage := pflag.UnquoteUsage(f)
			m := meaning{cmd.CommandPath(), value, usage, f.DefValue, f.Shorthand}
			before, known := first[f.Name]
			place := m.where + " --" + f.Name
			shared := map[string]bool{"config": true, "listen": true, "data": true, "addr": true, "output": true, "user": true,
				"password-file": true, "ca-file": true, "reason": true, "account": true, "region": true}
			switch {
			case differs[place] || !shared[f.Name]:
			case !known:
				first[f.Name] = m
			case before.value != m.value || before.usage != m.usage || before.fallback != m.fallback || before.short != m.short:
				t.Errorf("%s is %+v, and %+v", place, m, before)
			}
		}
		cmd.LocalNonPersistentFlags().VisitAll(look)
		cmd.PersistentFlags().VisitAll(look)
	})
	for _, name := range []string{"config", "listen", "data", "addr", "output", "user"} {
		if first[name].usage == "" {
			t.Errorf("no command has --%s", name)
		}
	}
}
