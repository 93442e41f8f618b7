package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
	"github.com/spf13/cobra"
)

const gateExplainHelp = `Tells the story behind the present decision of a gate: every reason, the evidence
of each check and what it still takes, andon's hold and what it stands for, a
person's order, blindness and doubts, what AWS shows and who changed it, what you
can do now, and the newest records of the gate's journal.

Exit status: 0 it was told, 2 it cannot be told or there is no such gate.`

func (p *program) gateExplainCommand() *cobra.Command {
	var out output
	var n int
	cmd := &cobra.Command{
		Use:               "explain NAME",
		Short:             "Tell the story behind a gate's decision, and what you can do",
		Long:              gateExplainHelp,
		Example:           "  andon gate explain production\n  andon gate explain production --journal 50 --output json",
		Args:              gateName,
		ValidArgsFunction: p.completeGates,
		RunE: func(cmd *cobra.Command, args []string) error {
			if n < 1 || n > 1000 {
				return errors.New("--journal: want how many records, 1 to 1000")
			}
			r, err := p.asked(cmd)
			if err != nil {
				return err
			}
			return p.gateExplain(cmd.Context(), r, args[0], n, out)
		},
	}
	cmd.Flags().IntVar(&n, "journal", 8, "how many `RECORDS` of the journal to show")
	out.flag(cmd)
	return cmd
}

// A story is all that is known of a gate.
type story struct {
	Gate    exporters.GateView   `json:"gate"`
	Blind   *exporters.BlindView `json:"blind"`   // null while andon sees, and has for long enough
	Do      []string             `json:"do"`      // what a person can do, a sentence each
	Journal []journal.Record     `json:"journal"` // the newest, the oldest of them first

	exit int // what the gate's answer amounts to
}

func (p *program) gateExplain(ctx context.Context, r remote, name string, n int, out output) error {
	a, err := r.gate(ctx, name, "", 0)
	if err != nil {
		return failed(exitUnknown, err)
	}
	if a.view.Name == "" {
		return failed(exitUnknown, errors.New(plain(a.why)))
	}
	var checks exporters.ChecksView
	var records exporters.JournalView
	err = errors.Join(
		r.tell(ctx, "/api/v1/checks", &checks),
		r.tell(ctx, "/api/v1/journal?last=true&limit="+strconv.Itoa(n)+"&stream="+url.QueryEscape(gates.Gate{Name: name}.Stream()), &records))
	if err != nil {
		return failed(exitUnknown, err)
	}
	s := story{Gate: a.view, Blind: checks.Blind, Do: choices(a.view), Journal: append([]journal.Record{}, records.Records...), exit: a.exit}
	if out != outputJSON {
		return ended(exitGood, s.print(p.Stdout, time.Now()))
	}
	b, err := json.Marshal(s)
	if err != nil {
		return failed(exitUnknown, err)
	}
	return ended(exitGood, p.printJSON(append(b, '\n')))
}

// tell asks for something that has to be there. A gate that has written nothing
// yet has no stream.
func (r remote) tell(ctx context.Context, path string, into any) error {
	status, body, err := r.get(ctx, path, 0)
	if err != nil {
		return err
	}
	var refused exporters.ErrorView
	switch {
	case status == http.StatusNotFound && json.Unmarshal(body, &refused) == nil && refused.Error != "":
		return nil
	case json.Unmarshal(body, &refused) == nil && refused.Error != "":
		return errors.New(plain(refused.Error))
	case status != http.StatusOK || json.Unmarshal(body, into) != nil:
		return r.stranger(status)
	}
	return nil
}
