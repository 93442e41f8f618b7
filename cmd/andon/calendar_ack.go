package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/andon-project/andon/exporters"
	"github.com/spf13/cobra"
)

const ackHelp = `A freeze that vanishes from a file or feed shortly before it starts keeps blocking:
perhaps it was deleted, perhaps the feed is broken. So does all that is lost when a
feed suddenly lacks most of what was ahead. With this command a person says that it is
meant. Who that was, and why, is kept in the journal.

Acknowledging is for the writers of an andon (web_config and writers in its
configuration).

` + askHelp + `

Exit status: 0 it is acknowledged, 1 it was refused, 2 andon could not be asked.`

func (p *program) calendarAckCommand() *cobra.Command {
	var name, window, reason string
	var out output
	cmd := &cobra.Command{
		Use:     "ack",
		Short:   "Say that freezes which vanished from a feed are meant to be gone",
		Long:    ackHelp,
		Example: "  andon calendar ack --calendar blackdays --reason 'the campaign was called off, says Mia'\n  andon calendar ack --calendar blackdays --window campaigns --reason 'moved to January'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := wantReason(reason); err != nil {
				return err
			}
			r, err := p.asked(cmd)
			if err != nil {
				return err
			}
			names, err := r.calendarNames(cmd.Context())
			if err != nil {
				return failed(exitUnknown, err)
			}
			if name, err = chooseCalendar(name, names); err != nil {
				return err
			}
			return p.acknowledge(cmd.Context(), r, name, exporters.AckRequest{Window: window, Reason: reason}, out)
		},
	}
	askFlags(cmd)
	cmd.Flags().StringVar(&name, "calendar", "", "`NAME` of the calendar (default: the only one there is)")
	cmd.Flags().StringVar(&window, "window", "", "`NAME` of the window that reads the feed (default: all of them)")
	cmd.Flags().StringVar(&reason, "reason", "", "`TEXT` that says why (required)")
	_ = cmd.RegisterFlagCompletionFunc("calendar", p.completeCalendars) // the flag exists
	out.flag(cmd)
	return cmd
}

func (p *program) acknowledge(ctx context.Context, r remote, name string, tell exporters.AckRequest, out output) error {
	status, body, err := r.send(ctx, http.MethodPost, "/api/v1/calendars/"+url.PathEscape(name)+"/ack", tell, orderPatience)
	if err != nil {
		return failed(exitUnknown, err)
	}
	var said struct {
		exporters.AckView
		exporters.ErrorView
	}
	switch {
	case json.Unmarshal(body, &said) != nil || said.Error == "" && said.Calendar != name:
		return failed(exitUnknown, r.stranger(status))
	case said.Error != "":
		return failed(exitBad, errors.New(plain(said.Error)))
	case out == outputJSON:
		return ended(exitGood, p.printJSON(body))
	}
	_, err = io.WriteString(p.Stdout, p.paper().ackText(said.AckView))
	return ended(exitGood, err)
}

func (s paper) ackText(v exporters.AckView) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", s.wrap(plain(fmt.Sprintf("%s acknowledged at %s: %s", v.Actor, v.Calendar, v.Reason)), 0, 2))
	for _, c := range v.Freed {
		times := ""
		if c.Start != nil && c.End != nil {
			times = fmt.Sprintf(", %s to %s", stamp(*c.Start), stamp(*c.End))
		}
		s.item(&b, "blocks no longer: "+exporters.CauseText(c)+times)
	}
	for _, w := range v.Believed {
		s.item(&b, "believed now: the last answer of "+w)
	}
	return b.String()
}
