package gates

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/andon-project/andon/journal"
)

// oldJournal has bodies of an andon of before the place was told, as they stand
// in its journal.
func oldJournal(t *testing.T, gate string, s *journal.Memory, records ...[2]string) {
	t.Helper()
	log, _, err := journal.Open(t.Context(), s, gateStream+gate)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if _, err := log.Append(t.Context(), friday, r[0], json.RawMessage(r[1])); err != nil {
			t.Fatal(err)
		}
	}
}

var oldClose = [][2]string{
	{kindIntent, `{"id":"0123456789","verb":"close","pipeline":"shop","stage":"Production","reason":"(andon shop-prod production 0123456789) down","decision":{"state":"closed","reasons":null},"checks":null,"seen":{"begun":"2026-11-27T18:00:00Z","enabled":true},"hold":{"intent":"0123456789","began":"2026-11-27T18:00:00Z","failure":"2026-11-20T17:59:00Z"}}`},
	{kindOutcome, `{"intent":"0123456789","result":"done","principal":"role 123456789012 andon"}`},
}

func TestOrphansOfAnOlderJournal(t *testing.T) {
	t.Parallel()
	open := [][2]string{{kindIntent, `{"id":"1123456789","verb":"open","pipeline":"shop","stage":"Production"}`}, {kindOutcome, `{"intent":"1123456789","result":"done"}`}}
	unheld := [2]string{kindOverride, `{"id":"2123456789","actor":"alice","reason":"I know","at":"2026-11-27T18:01:00Z","expires":"2026-11-20T19:01:00Z"}`}
	lifted := [2]string{kindOverride, `{"id":"2123456789","actor":"alice","reason":"I know","at":"2026-11-27T18:01:00Z","expires":"2026-11-20T19:01:00Z","enabled":"2026-11-27T18:01:00Z"}`}
	gate := Gate{Name: "production", Instance: "shop-prod", Pipeline: "shop", Stage: "Production", Region: "us-east-1", May: []Verb{Close, Open}}
	for name, c := range map[string]struct {
		records    [][2]string
		configured []Gate
		want       string // part of why
	}{
		"held":                        {oldClose, nil, "no gate of that name"},
		"pending":                     {oldClose[:1], nil, "no gate of that name"},
		"answered for":                {oldClose, []Gate{gate}, ""},
		"its gate stands elsewhere":   {oldClose, []Gate{{Name: "production", Pipeline: "shop", Stage: "Staging", May: gate.May}}, "stands elsewhere now, at stage Staging of pipeline shop"},
		"its gate may nothing":        {oldClose, []Gate{{Name: "production", Pipeline: "shop", Stage: "Production"}}, "may only observe"},
		"opened":                      {append(oldClose[:2:2], open...), nil, ""},
		"an open that is not known":   {append(oldClose[:2:2], open[0]), nil, "no gate of that name"},
		"ordered open, not yet given": {append(oldClose[:2:2], unheld), nil, "no gate of that name"},
		"a person enabled it":         {append(oldClose[:2:2], lifted), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := new(journal.Memory)
			oldJournal(t, "production", s, c.records...)
			found, err := NewOrphans(s).Look(t.Context(), c.configured)
			if err != nil {
				t.Fatal(err)
			}
			if len(found) > 1 || (len(found) == 1) != (c.want != "") {
				t.Fatalf("found %+v", found)
			}
			if len(found) == 1 && (!strings.Contains(found[0].Why, c.want) || found[0].Intent != "0123456789" || found[0].Stage != "Production" || !found[0].Since.Equal(friday)) {
				t.Errorf("found %+v, want %q", found[0], c.want)
			}
		})
	}
}

// What of the journal is damaged hides nothing of the rest.
func TestOrphansBesideDamage(t *testing.T) {
	t.Parallel()
	s := new(journal.Memory)
	oldJournal(t, "production", s, oldClose...)
	oldJournal(t, "broken", s, [2]string{kindIntent, `{"id":7}`})
	found, err := NewOrphans(s).Look(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "gate/broken") || len(found) != 1 {
		t.Errorf("found %+v, %v", found, err)
	}
}
