package main

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
)

func (p *program) calendarCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "calendar",
		Short: "Ask calendars: may a release start, why not, and when next",
		Long: `Asks calendars of days and hours in which no release may start: those of a
configuration, without a daemon, or those of a running andon; and what a calendar file
says, and when holidays are.`,
		Example: `  andon calendar show --config andon.yaml --month 2026-12
  andon calendar next --calendar blackdays --for 3h
  andon calendar expand --ics freeze.ics --timezone Asia/Tokyo --from 2026-11-01 --to 2027-02-01
  andon calendar holidays JP --from 2026-01-01 --to 2026-12-31`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.calendarShowCommand(), p.calendarNextCommand(), p.calendarDiffCommand(), p.calendarLintCommand(), p.calendarAckCommand(), p.calendarExpandCommand(), p.calendarHolidaysCommand())
	return cmd
}

// outputTSV is lines of fields with a tab between, for other programs.
const outputTSV output = "tsv"

// fieldTSV is a text as a field: what would end it, and what a terminal obeys, is
// escaped.
func fieldTSV(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case unicode.In(r, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r) // what is no UTF-8 is U+FFFD
		}
	}
	return b.String()
}
