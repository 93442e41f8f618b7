package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

const completionHelp = `Prints a script that completes andon's commands, flags, gates and checks in a
shell. Gates come from the daemon that --addr or ANDON_ADDR names, checks from
the configuration; where these cannot be asked nothing is proposed.

The script for bash needs the package bash-completion.`

func (p *program) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish"}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print what completes andon in a shell",
		Long:  completionHelp,
		Example: `  andon completion bash > /etc/bash_completion.d/andon
  andon completion zsh > "${fpath[1]}/_andon"
  andon completion fish > ~/.config/fish/completions/andon.fish`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := cmd.Root(), fmt.Errorf("%s is not known", args[0])
			switch args[0] {
			case "bash":
				err = root.GenBashCompletionV2(p.Stdout, true)
			case "zsh":
				err = root.GenZshCompletion(p.Stdout)
			case "fish":
				err = root.GenFishCompletion(p.Stdout, true)
			}
			return failed(exitBad, err)
		},
	}
}
