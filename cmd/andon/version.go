package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/andon-project/andon/exporters"
	"github.com/spf13/cobra"
)

// buildInfo is what the toolchain stamped into this binary.
func buildInfo() exporters.BuildInfo {
	b := exporters.BuildInfo{Version: "devel", GoVersion: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Revision = s.Value
		}
	}
	return b
}

func (p *program) versionCommand() *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Tell which andon this is",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b := buildInfo()
			if out == outputJSON {
				return failed(exitBad, json.NewEncoder(p.Stdout).Encode(map[string]string{
					"version": b.Version, "revision": b.Revision, "go": b.GoVersion}))
			}
			_, err := fmt.Fprintf(p.Stdout, "andon %s %s %s\n", b.Version, b.Revision, b.GoVersion)
			return failed(exitBad, err)
		},
	}
	out.flag(cmd)
	return cmd
}
