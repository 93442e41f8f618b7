package main

import "github.com/spf13/cobra"

// configFlag gives cmd the flag --config, with andon.yaml for a default.
func configFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "config", "andon.yaml", "`FILE` with the configuration")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml") // the flag exists
}

// listenFlag and dataFlag give cmd flags that replace values of the configuration.
func listenFlag(cmd *cobra.Command) {
	cmd.Flags().String("listen", "", "`HOST:PORT` to serve on (default from the configuration, else 127.0.0.1:9797)")
}

func dataFlag(cmd *cobra.Command) {
	cmd.Flags().String("data", "", "`DIR` of the journal (default from the configuration, else ./andon-data)")
	_ = cmd.MarkFlagDirname("data") // the flag exists
}
