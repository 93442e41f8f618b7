package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/andon-project/andon/calendar"
	"github.com/spf13/cobra"
)

const holidaysHelp = `Prints the public holidays of a whole country from one date to another, both
included, in order: the date, the name, and the kind, which is what the day rests on.

  national     the law names it
  substitute   it stands for a holiday that falls on another day
  citizens     it lies between two holidays (Japan)
  predicted    a year that no government has told yet: Japan's after the last
               gazette, other countries' after 2030; laws and equinoxes may differ

Japan's follow its Act on National Holidays since 2000, with the special Acts of
2019, 2020 and 2021. Other countries' come from a library, where another agrees with
it on every day; those of GB are England's.

--output tsv prints date, name and kind with a tab between; --output json prints an
object: country, and holidays, each with date, name and kind.

Exit status: 0 printed, 2 the country's holidays are not known in these years.`

func (p *program) calendarHolidaysCommand() *cobra.Command {
	var from, to string
	var out output
	cmd := &cobra.Command{
		Use:   "holidays COUNTRY",
		Short: "Print the public holidays of a country",
		Long:  holidaysHelp + "\n\nCountries: " + strings.Join(calendar.Countries(), ", ") + ".",
		Example: `  andon calendar holidays JP --from 2026-01-01 --to 2026-12-31
  andon calendar holidays US --from 2026-01-01 --to 2030-12-31 --output tsv`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.FixedCompletions(calendar.Countries(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(_ *cobra.Command, args []string) error {
			return p.holidays(strings.ToUpper(args[0]), from, to, out)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "first `DATE`, such as 2026-01-01")
	cmd.Flags().StringVar(&to, "to", "", "last `DATE`")
	_, _ = cmd.MarkFlagRequired("from"), cmd.MarkFlagRequired("to") // the flags exist
	out.flag(cmd, outputTSV)
	return cmd
}

func (p *program) holidays(country, from, to string, out output) error {
	first, err := calendar.ParseDate(from)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	last, err := calendar.ParseDate(to)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	if last.Compare(first) < 0 {
		return fmt.Errorf("--to %s is before --from %s", to, from)
	}
	all, err := calendar.Holidays{Country: country}.Between(first, last)
	if err != nil {
		return failed(exitUnknown, err)
	}
	return failed(exitBad, p.printHolidays(country, all, out))
}

type holidayView struct {
	Date string        `json:"date"`
	Name string        `json:"name"`
	Kind calendar.Kind `json:"kind"`
}

func (p *program) printHolidays(country string, all []calendar.Holiday, out output) error {
	switch out {
	case outputJSON:
		views := []holidayView{}
		for _, h := range all {
			views = append(views, holidayView{h.Date.String(), h.Name, h.Kind})
		}
		text, err := json.MarshalIndent(map[string]any{"country": country, "holidays": views}, "", "  ")
		if err != nil {
			return err
		}
		return p.printJSON(append(text, '\n'))
	case outputTSV:
		w := bufio.NewWriter(p.Stdout)
		for _, h := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\n", h.Date, fieldTSV(h.Name), h.Kind)
		}
		return w.Flush()
	}
	t := newTable("DATE", "DAY", "NAME", "KIND")
	for _, h := range all {
		t.row(h.Date.String(), h.Date.Weekday().String()[:3], h.Name, string(h.Kind))
	}
	return t.print(p.Stdout)
}
