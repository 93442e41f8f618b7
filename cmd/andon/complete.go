package main

import (
	"context"
	"slices"
	"time"

	"github.com/andon-project/andon/config"
	"github.com/spf13/cobra"
)

// completionDeadline is how long a shell waits for names: longer, and the
// person has typed on.
const completionDeadline = 500 * time.Millisecond

// completeGates proposes the gates of the daemon that the flags name, for one
// argument. Where it cannot be asked nothing is proposed, and nothing is said.
func (p *program) completeGates(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return p.gateNames(cmd), cobra.ShellCompDirectiveNoFileComp
}

func (p *program) gateNames(cmd *cobra.Command) []string {
	r, err := p.named(cmd)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionDeadline)
	defer cancel()
	said, _, _, err := r.gates(ctx)
	if err != nil {
		return nil
	}
	var names []string
	for _, g := range said.Gates {
		names = append(names, plain(g.Name))
	}
	return names
}

// completeChecks proposes the checks and witnesses of the configuration that
// --config names.
func (p *program) completeChecks(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return p.configured(cmd, args, func(cfg *config.Config) (names []string) {
		for _, c := range cfg.Checks {
			names = append(names, c.Name)
		}
		for _, w := range cfg.Witnesses {
			names = append(names, w.Name)
		}
		return names
	})
}

// completeConfiguredGates proposes the gates of that configuration.
func (p *program) completeConfiguredGates(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return p.configured(cmd, args, func(cfg *config.Config) (names []string) {
		for _, g := range cfg.Gates {
			names = append(names, g.Name)
		}
		return names
	})
}

func (p *program) configured(cmd *cobra.Command, given []string, namesOf func(*config.Config) []string) ([]string, cobra.ShellCompDirective) {
	file, err := cmd.Flags().GetString("config")
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	// Names are there although a secret, or the end of the file, is not.
	cfg, err := config.LoadGates(file, config.Overrides{Environ: p.Environ})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := slices.DeleteFunc(namesOf(cfg), func(name string) bool { return name == "" || slices.Contains(given, name) })
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeCalendars proposes the calendars of the configuration that --config names,
// else those of the daemon.
func (p *program) completeCalendars(cmd *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	if f := cmd.Flag("config"); f != nil && f.Value.String() != "" {
		return p.configured(cmd, nil, func(cfg *config.Config) (names []string) {
			for _, c := range cfg.Calendars {
				names = append(names, c.Name)
			}
			return names
		})
	}
	r, err := p.named(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionDeadline)
	defer cancel()
	names, err := r.calendarNames(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for i, name := range names {
		names[i] = plain(name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
