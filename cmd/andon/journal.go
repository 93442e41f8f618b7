package main

import (
	"cmp"
	"context"
	"path/filepath"

	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/journal/sqlite"
	"github.com/spf13/cobra"
)

func (p *program) journalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "Read the journal of what andon intended, did and was told",
		Long: `Reads the journal in a data directory. A daemon may be writing it meanwhile, and
nothing is changed.

Which journal: --data, else what the configuration given with --config says,
else the variable ANDON_DATA, else ./andon-data.`,
		Example: "  andon journal tail --data /var/lib/andon\n  andon journal verify --data /var/lib/andon",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().String("data", "", "`DIR` of the journal (default from --config, else $ANDON_DATA, else ./andon-data)")
	cmd.PersistentFlags().String("config", "", "`FILE` with the configuration that names the directory")
	cmd.AddCommand(p.journalTailCommand(), p.journalVerifyCommand(), p.journalExportCommand())
	return cmd
}

// openJournal opens the journal that the flags of a command name, for reading.
func (p *program) openJournal(ctx context.Context, cmd *cobra.Command) (*sqlite.Store, error) {
	dir, err := p.dataDir(cmd)
	if err != nil {
		return nil, err
	}
	return sqlite.OpenReadOnly(ctx, filepath.Join(dir, daemon.JournalFile))
}

func (p *program) dataDir(cmd *cobra.Command) (string, error) {
	dir, err := cmd.Flags().GetString("data")
	if err != nil || dir != "" {
		return dir, err
	}
	file, err := cmd.Flags().GetString("config")
	if err != nil {
		return "", err
	}
	if file != "" {
		cfg, err := config.Load(file, config.Overrides{Environ: p.Environ})
		if err != nil {
			return "", err
		}
		return cfg.Data, nil
	}
	return cmp.Or(p.getenv("ANDON_DATA"), "andon-data"), nil
}
