package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/exporters"
	"github.com/spf13/cobra"
)

// calendarAskHelp is the part of a help text that tells who answers.
const calendarAskHelp = `With --config the file is evaluated here: files and feeds that its calendars read are
read once. Without it a running andon is asked. --calendar may be left out where there
is one calendar only.

` + askHelp

// A calendarAsk says whom to ask of which calendar.
type calendarAsk struct {
	file string // of the configuration; "": a running andon is asked
	name string // "": there is one only
}

func (p *program) calendarAskFlags(cmd *cobra.Command, o *calendarAsk) {
	cmd.Flags().StringVar(&o.file, "config", "", "`FILE` with the configuration, to be evaluated here (default: a running andon is asked)")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml") // the flag exists
	cmd.Flags().StringVar(&o.name, "calendar", "", "`NAME` of the calendar (default: the only one there is)")
	_ = cmd.RegisterFlagCompletionFunc("calendar", p.completeCalendars)
	askFlags(cmd)
}

// An oracle answers questions to one calendar. Times are texts, because they may be on
// the calendar's clocks.
type oracle interface {
	state(ctx context.Context, at string) (exporters.CalendarStateView, error)
	spans(ctx context.Context, from, to time.Time) (exporters.CalendarSpansView, error)
	next(ctx context.Context, at string, length, fits time.Duration) (exporters.CalendarNextView, error)
}

// oracle finds who answers. Errors carry their exit code, unless they are misuse.
func (p *program) oracle(cmd *cobra.Command, o calendarAsk) (oracle, error) {
	if o.file == "" {
		r, err := p.asked(cmd)
		if err != nil {
			return nil, err
		}
		return r.calendar(cmd.Context(), o.name)
	}
	if cmd.Flags().Changed("addr") {
		return nil, errors.New("--config evaluates the file here, and --addr asks a running andon: give one of them")
	}
	cfg, err := config.Load(o.file, config.Overrides{Environ: p.Environ})
	if err != nil {
		return nil, failed(exitUnknown, err)
	}
	c, err := p.evaluate(cmd.Context(), cfg, o.name)
	return here{c, time.Now()}, err
}

// evaluate asks all that a calendar of a configuration reads, once; what fails is told
// by the calendar itself.
func (p *program) evaluate(ctx context.Context, cfg *config.Config, name string) (*calendar.Calendar, error) {
	var names []string
	for _, c := range cfg.Calendars {
		names = append(names, c.Name)
	}
	name, err := chooseCalendar(name, names)
	if err != nil {
		return nil, err
	}
	only := *cfg
	only.Calendars = slices.DeleteFunc(slices.Clone(cfg.Calendars), func(c config.Calendar) bool { return c.Name != name })
	w := p.world()
	w.Log = slog.New(slog.DiscardHandler) // the answers tell what could not be read
	snapshot, _ := daemon.Calendars(ctx, &only, w)
	return snapshot[name], nil
}

// chooseCalendar is the calendar that is meant.
func chooseCalendar(name string, names []string) (string, error) {
	list := strings.Join(names, ", ")
	switch {
	case len(names) == 0:
		return "", failed(exitUnknown, errors.New("there are no calendars: list some under calendars in the configuration"))
	case name == "" && len(names) == 1:
		return names[0], nil
	case name == "":
		return "", fmt.Errorf("there are several calendars: say which with --calendar, one of %s", plain(list))
	case !slices.Contains(names, name):
		return "", fmt.Errorf("--calendar %.60q: there is no such calendar, there are %s", name, plain(list))
	}
	return name, nil
}

// here answers without a daemon.
type here struct {
	calendar *calendar.Calendar
	now      time.Time
}

func (h here) at(text string) (time.Time, error) {
	if text == "" {
		return h.now, nil
	}
	t, err := calendar.ParseTime(text, h.calendar.Zone())
	if err != nil {
		return t, fmt.Errorf("--at %w", err)
	}
	return t, nil
}

func (h here) state(_ context.Context, at string) (exporters.CalendarStateView, error) {
	t, err := h.at(at)
	if err != nil {
		return exporters.CalendarStateView{}, err
	}
	return exporters.ViewCalendar(h.calendar, h.now, t), nil
}

func (h here) spans(_ context.Context, from, to time.Time) (exporters.CalendarSpansView, error) {
	v, err := exporters.ViewSpans(h.calendar, h.now, from, to)
	return v, failed(exitUnknown, err)
}

func (h here) next(_ context.Context, at string, length, fits time.Duration) (exporters.CalendarNextView, error) {
	t, err := h.at(at)
	if err != nil {
		return exporters.CalendarNextView{}, err
	}
	return exporters.ViewNext(h.calendar, h.now, t, length, fits), nil
}

// A remoteCalendar answers by asking a running andon.
type remoteCalendar struct {
	remote
	path string
}

func (r remote) calendar(ctx context.Context, name string) (oracle, error) {
	names, err := r.calendarNames(ctx)
	if err != nil {
		return nil, failed(exitUnknown, err)
	}
	if name, err = chooseCalendar(name, names); err != nil {
		return nil, err
	}
	return remoteCalendar{r, "/api/v1/calendars/" + url.PathEscape(name)}, nil
}

func (r remote) calendarNames(ctx context.Context) ([]string, error) {
	var said exporters.CalendarsView
	if err := r.fetch(ctx, "/api/v1/calendars", &said); err != nil {
		return nil, err
	}
	var names []string
	for _, c := range said.Calendars {
		names = append(names, c.Calendar)
	}
	return names, nil
}

// fetch asks, and reads the answer into a value. What andon refuses is an error.
func (r remote) fetch(ctx context.Context, path string, into any) error {
	status, body, err := r.get(ctx, path, 0)
	if err != nil {
		return err
	}
	var refused exporters.ErrorView
	switch {
	case status == http.StatusOK && json.Unmarshal(body, into) == nil:
		return nil
	case json.Unmarshal(body, &refused) != nil || refused.Error == "":
		return r.stranger(status)
	case status == http.StatusBadRequest:
		return badQuestion(plain(refused.Error))
	}
	return errors.New(plain(refused.Error))
}

// A badQuestion is what andon says of one that cannot be meant.
type badQuestion string

func (e badQuestion) Error() string { return string(e) }

func (r remoteCalendar) ask(ctx context.Context, path string, q url.Values, into any) error {
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	err := r.fetch(ctx, r.path+path, into)
	if bad, ok := errors.AsType[badQuestion](err); ok {
		return fmt.Errorf("--%w", bad)
	}
	return failed(exitUnknown, err)
}

func (r remoteCalendar) state(ctx context.Context, at string) (v exporters.CalendarStateView, err error) {
	q := url.Values{}
	if at != "" {
		q.Set("at", at)
	}
	err = r.ask(ctx, "", q, &v)
	return v, err
}

func (r remoteCalendar) spans(ctx context.Context, from, to time.Time) (v exporters.CalendarSpansView, err error) {
	q := url.Values{"from": {from.UTC().Format(time.RFC3339)}, "to": {to.UTC().Format(time.RFC3339)}}
	err = r.ask(ctx, "", q, &v)
	return v, err
}

func (r remoteCalendar) next(ctx context.Context, at string, length, fits time.Duration) (v exporters.CalendarNextView, err error) {
	q := url.Values{}
	if at != "" {
		q.Set("at", at)
	}
	if length > 0 {
		q.Set("for", length.String())
	}
	if fits > 0 {
		q.Set("fits", fits.String())
	}
	err = r.ask(ctx, "/next", q, &v)
	return v, err
}
