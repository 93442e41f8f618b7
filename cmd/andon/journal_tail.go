package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/journal"
	"github.com/spf13/cobra"
)

const journalTailHelp = `Prints the newest records, the oldest of them first: time, stream, sequence,
kind, and what it says. With --output json each line is one whole record.

Exit status: 0 printed, or interrupted while following; 2 the journal cannot be
read.`

func (p *program) journalTailCommand() *cobra.Command {
	var stream string
	var out output
	var n int
	var follow bool
	cmd := &cobra.Command{
		Use:     "tail",
		Short:   "Print the newest records, in order of time",
		Long:    journalTailHelp,
		Example: "  andon journal tail --data /var/lib/andon --follow\n  andon journal tail --stream gate/production -n 100 --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if n < 0 {
				return fmt.Errorf("-n %d: want how many records, 0 or more", n)
			}
			ctx := cmd.Context()
			store, err := p.openJournal(ctx, cmd)
			if err != nil {
				return failed(exitUnknown, err)
			}
			defer store.Close()
			t := tail{store: store, only: stream, print: p.printRecord(out), read: map[string]uint64{}}
			return failed(exitUnknown, t.run(ctx, n, follow))
		},
	}
	cmd.Flags().StringVar(&stream, "stream", "", "`NAME` of the one stream to print, like gate/production (default all)")
	cmd.Flags().IntVarP(&n, "lines", "n", 20, "how many records")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on printing what is appended, until interrupted")
	out.flag(cmd)
	return cmd
}

// printRecord prints one record on a line of its own.
func (p *program) printRecord(out output) func(journal.Record) error {
	return func(r journal.Record) error {
		if out != outputJSON {
			_, err := fmt.Fprintln(p.Stdout, recordLine(r))
			return err
		}
		b, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("stream %q, record %d cannot be written as JSON: %w; look at it with 'andon journal verify'", r.Stream, r.Seq, err)
		}
		return p.printJSON(append(b, '\n'))
	}
}

// A tail prints what a journal ends with.
type tail struct {
	store journal.Store
	only  string // one stream; "" is all
	print func(journal.Record) error
	read  map[string]uint64 // last sequence read, by stream
}

// run prints the last n records and, to follow, what comes until ctx is done.
func (t *tail) run(ctx context.Context, n int, follow bool) error {
	const pause = time.Second
	if err := t.exists(ctx); err != nil {
		return err
	}
	err := t.next(ctx, n)
	for follow && err == nil {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		err = t.next(ctx, -1)
	}
	if follow && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

func (t *tail) exists(ctx context.Context) error {
	streams, err := t.store.Streams(ctx)
	if err != nil || t.only == "" || slices.Contains(streams, t.only) {
		return err
	}
	if len(streams) == 0 {
		return fmt.Errorf("there is no stream %q: the journal has no records yet", t.only)
	}
	return fmt.Errorf("there is no stream %q: there are %s", t.only, strings.Join(streams, ", "))
}

// next prints the last n of the records that were not read before, in order of
// time; n < 0 is all of them.
func (t *tail) next(ctx context.Context, n int) error {
	streams := []string{t.only}
	if t.only == "" {
		var err error
		if streams, err = t.store.Streams(ctx); err != nil {
			return err
		}
	}
	var all []journal.Record
	for _, stream := range streams {
		records, err := t.rest(ctx, stream, n)
		if err != nil {
			return err
		}
		all = append(all, records...)
	}
	slices.SortStableFunc(all, func(a, b journal.Record) int { return a.Time.Compare(b.Time) })
	for _, r := range last(all, n) {
		if err := t.print(r); err != nil {
			return err
		}
	}
	return nil
}

// rest reads a stream to its end, by pages, and keeps the last n.
func (t *tail) rest(ctx context.Context, stream string, n int) ([]journal.Record, error) {
	const page = 1000
	var kept []journal.Record
	for {
		records, err := t.store.Read(ctx, stream, t.read[stream], page)
		if err != nil {
			return nil, err
		}
		if len(records) > 0 {
			t.read[stream] = records[len(records)-1].Seq
		}
		kept = last(append(kept, records...), n)
		if len(records) < page {
			return kept, nil
		}
	}
}

func last(records []journal.Record, n int) []journal.Record {
	if n < 0 || len(records) <= n {
		return records
	}
	return slices.Clone(records[len(records)-n:])
}

// recordLine is a record for people.
func recordLine(r journal.Record) string {
	return plain(fmt.Sprintf("%s  %-22s %5d  %-12s  %s", r.Time.UTC().Format("2006-01-02 15:04:05.000 UTC"), r.Stream, r.Seq, r.Kind,
		cmp.Or(describe(r.Kind, r.Body), "-")))
}
