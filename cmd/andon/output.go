package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// output is how a command prints: --output text|json, and for some in a form of
// their own.
type output string

const (
	outputText  output = "text"
	outputJSON  output = "json"
	outputJUnit output = "junit"
)

// flag gives cmd the flag --output, with what it may be besides text and json.
func (o *output) flag(cmd *cobra.Command, more ...output) {
	*o = outputText
	known := append([]output{outputText, outputJSON}, more...)
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	choice := strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
	cmd.Flags().VarP(&outputFlag{o, known, choice}, "output", "o", "how to print: "+choice)
	// The flag exists, so this cannot fail.
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// An outputFlag is a pflag.Value.
type outputFlag struct {
	to     *output
	known  []output
	choice string
}

func (f *outputFlag) String() string {
	if f.to == nil { // pflag asks a zero value for its default
		return ""
	}
	return string(*f.to)
}

func (f *outputFlag) Set(s string) error {
	if !slices.Contains(f.known, output(s)) {
		return fmt.Errorf("want %s, got %q", f.choice, s)
	}
	*f.to = output(s)
	return nil
}

func (f *outputFlag) Type() string { return "FORMAT" }
