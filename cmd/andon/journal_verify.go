package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/andon-project/andon/journal"
	"github.com/spf13/cobra"
	driver "modernc.org/sqlite"
	result "modernc.org/sqlite/lib"
)

const journalVerifyHelp = `Verifies the hash chain of every stream, of the journal or of a file that 'andon
journal export' made, and prints how many records it has and the hash of the
last. A chain cannot tell that its newest records were cut off:
whoever must know keeps the last hashes elsewhere and compares.

Exit status: 0 whole, 1 damaged or altered, 2 the journal cannot be read.`

func (p *program) journalVerifyCommand() *cobra.Command {
	var out output
	var file string
	cmd := &cobra.Command{
		Use:     "verify",
		Short:   "Verify that the journal is whole",
		Long:    journalVerifyHelp,
		Example: "  andon journal verify --data /var/lib/andon\n  andon journal verify --file journal.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file != "" {
				return p.verifyFile(file, out)
			}
			store, err := p.openJournal(cmd.Context(), cmd)
			if err != nil {
				return failed(readExit(err), err)
			}
			defer store.Close()
			list, err := examine(cmd.Context(), store)
			if err != nil {
				return failed(readExit(err), err)
			}
			return p.printExamined(list, out)
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "`FILE` of exported records to verify instead of a journal")
	out.flag(cmd)
	return cmd
}

func (p *program) verifyFile(file string, out output) error {
	f, err := os.Open(file)
	if err != nil {
		return failed(exitUnknown, fmt.Errorf("the export cannot be opened: %w", err))
	}
	defer f.Close()
	list, err := examineExport(f)
	if err != nil {
		return failed(exitUnknown, err)
	}
	return p.printExamined(list, out)
}

// readExit tells a journal that is damaged from one that cannot be read.
func readExit(err error) int {
	if said, ok := errors.AsType[*driver.Error](err); ok && said.Code()&0xff == result.SQLITE_CORRUPT {
		return exitBad
	}
	return exitUnknown
}

// An examined stream is whole, or Damage says where it is not.
type examined struct {
	Stream  string `json:"stream"`
	Records int    `json:"records"`
	First   uint64 `json:"first,omitempty"` // sequence of the first record of an export
	Last    string `json:"last_hash,omitempty"`
	Damage  string `json:"damage,omitempty"`
}

// examine looks at every stream. An error says that one cannot be read.
func examine(ctx context.Context, s journal.Store) ([]examined, error) {
	streams, err := s.Streams(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]examined, 0, len(streams))
	for _, stream := range streams {
		records, err := s.Read(ctx, stream, 0, 0)
		if err == nil {
			err = journal.Verify(records)
		}
		e := examined{Stream: stream, Records: len(records)}
		if broken, ok := errors.AsType[*journal.ChainError](err); ok {
			e.Damage = broken.Error()
		} else if err != nil {
			return nil, err
		} else if len(records) > 0 {
			e.Last = records[len(records)-1].Hash
		}
		list = append(list, e)
	}
	return list, nil
}

func (p *program) printExamined(list []examined, out output) error {
	exit := exitGood
	for _, e := range list {
		if e.Damage != "" {
			exit = exitBad
		}
	}
	if out == outputJSON {
		b, err := json.MarshalIndent(map[string][]examined{"streams": list}, "", "  ")
		if err != nil {
			return failed(exitUnknown, err)
		}
		return ended(exit, p.printJSON(append(b, '\n')))
	}
	t := newTable()
	if len(list) == 0 {
		t.row("the journal has no records")
	}
	for _, e := range list {
		if e.Damage != "" {
			t.row(e.Stream, "damaged", e.Damage)
			continue
		}
		text := fmt.Sprintf("%d records, last hash %s", e.Records, e.Last)
		if e.First > 1 {
			text = fmt.Sprintf("from record %d on, %s", e.First, text)
		}
		t.row(e.Stream, "whole", text)
	}
	return ended(exit, t.print(p.Stdout))
}
