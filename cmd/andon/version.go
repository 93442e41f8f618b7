package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/andon-project/andon/exporters"
	"github.com/spf13/cobra"
)

// What the Dockerfile has the linker write, because there is no repository to
// take it from beside the sources. Nobody writes them afterwards.
var version, revision string

// buildInfo is what was stamped into this binary: by the linker, or else by the
// toolchain.
func buildInfo() exporters.BuildInfo {
	b := exporters.BuildInfo{Version: "devel", GoVersion: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			b.Version = v
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Revision = s.Value
			}
		}
	}
	b.Version, b.Revision = cmp.Or(version, b.Version), cmp.Or(revision, b.Revision)
	return b
}

func (p *program) versionCommand() *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Tell which andon this is",
		Long: `Tells the version of this andon, the revision that it was built from, and with
which Go.`,
		Example: "  andon version --output json",
		Args:    cobra.NoArgs,
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
