package main

import (
	"github.com/andon-project/andon/config"
	"github.com/spf13/cobra"
)

func (p *program) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration",
		Long: `Prints the JSON Schema (draft 2020-12) of the configuration, for editors that
complete and check YAML by it. Those with the YAML language server read this line
at the head of the configuration:

  # yaml-language-server: $schema=andon.schema.json

What a schema cannot express, such as the name of a check that does not exist,
andon check alone finds.`,
		Example: "  andon schema > andon.schema.json",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return failed(exitBad, p.printJSON(config.Schema())) },
	}
}
