package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// output is how a command prints: --output text|json.
type output string

const (
	outputText output = "text"
	outputJSON output = "json"
)

func (o *output) flag(cmd *cobra.Command) {
	*o = outputText
	cmd.Flags().VarP(o, "output", "o", "how to print: text or json")
}

func (o *output) String() string { return string(*o) }

// Set is pflag.Value's.
func (o *output) Set(s string) error {
	if s != string(outputText) && s != string(outputJSON) {
		return fmt.Errorf("want text or json, got %q", s)
	}
	*o = output(s)
	return nil
}

// Type is pflag.Value's.
func (o *output) Type() string { return "FORMAT" }
