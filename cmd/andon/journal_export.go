package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/andon-project/andon/journal"
	"github.com/spf13/cobra"
)

const journalExportHelp = `Prints whole records with their hashes, as JSON lines: stream by stream, in the
order of their sequences. Elsewhere they can be verified with 'andon journal
verify --file', or with the few lines of Python in docs/journal.md. With --since
each stream begins at its first record of that time, and has all that follow.

Exit status: 0 exported, 2 the journal cannot be read.`

func (p *program) journalExportCommand() *cobra.Command {
	var stream, since string
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Print whole records, to be kept and verified elsewhere",
		Long:    journalExportHelp,
		Example: "  andon journal export --data /var/lib/andon > journal.jsonl\n  andon journal export --stream gate/production --since 24h",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := sinceTime(since, time.Now())
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			store, err := p.openJournal(ctx, cmd)
			if err != nil {
				return failed(exitUnknown, err)
			}
			defer store.Close()
			return failed(exitUnknown, export(ctx, store, stream, from, p.Stdout))
		},
	}
	cmd.Flags().StringVar(&stream, "stream", "", "`NAME` of the one stream to export, like gate/production (default all)")
	cmd.Flags().StringVar(&since, "since", "", "`TIME` from which on: like 24h, 2026-11-20 or 2026-11-20T12:00:00Z (default all)")
	return cmd
}

// sinceTime reads a time, or how long before now.
func sinceTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--since %.40q: want a time like 24h, 2026-11-20 or 2026-11-20T12:00:00Z", text)
}

// export writes the records of one stream, or of all, page by page.
func export(ctx context.Context, s journal.Store, only string, from time.Time, w io.Writer) error {
	t := tail{store: s, only: only}
	if err := t.exists(ctx); err != nil {
		return err
	}
	streams := []string{only}
	if only == "" {
		var err error
		if streams, err = s.Streams(ctx); err != nil {
			return err
		}
	}
	out := bufio.NewWriter(w)
	for _, stream := range streams {
		if err := exportStream(ctx, s, stream, from, json.NewEncoder(out)); err != nil {
			return errors.Join(err, out.Flush())
		}
	}
	return out.Flush()
}

func exportStream(ctx context.Context, s journal.Store, stream string, from time.Time, out *json.Encoder) error {
	const page = 1000
	begun := false
	for after := uint64(0); ; {
		records, err := s.Read(ctx, stream, after, page)
		if err != nil {
			return err
		}
		for _, r := range records {
			// A clock may have been set back: what follows the first belongs to it.
			if begun = begun || !r.Time.Before(from); !begun {
				continue
			}
			if err := out.Encode(r); err != nil {
				return fmt.Errorf("stream %q, record %d: %w", r.Stream, r.Seq, err)
			}
		}
		if len(records) < page {
			return nil
		}
		after = records[len(records)-1].Seq
	}
}

// examineExport looks at what was exported, in any order of streams. An error
// says that it cannot be read.
func examineExport(r io.Reader) ([]examined, error) {
	verifiers := map[string]*journal.Verifier{}
	var list []examined
	d := json.NewDecoder(bufio.NewReader(r))
	for n := 1; ; n++ {
		var rec journal.Record
		if err := d.Decode(&rec); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("record %d of the file is not one of a journal: %w", n, err)
		}
		i := slices.IndexFunc(list, func(e examined) bool { return e.Stream == rec.Stream })
		if i < 0 {
			i = len(list)
			list = append(list, examined{Stream: rec.Stream, First: rec.Seq})
			verifiers[rec.Stream] = new(journal.Verifier)
		}
		e := &list[i]
		e.Records++
		if e.Damage != "" {
			continue
		}
		if err := verifiers[rec.Stream].Next(rec); err != nil {
			e.Damage, e.Last = err.Error(), ""
			continue
		}
		e.Last = rec.Hash
	}
}
