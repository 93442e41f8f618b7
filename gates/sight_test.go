package gates

import (
	"errors"
	"testing"
	"time"

	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

// When andon was blind is asked the morning after.
func TestBlindnessIsJournalled(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	look := func(err error) probes.Snapshot {
		s := well(friday, err)
		for _, name := range []string{"resolver-b", "resolver-a"} {
			w := well(friday, err)[0]
			w.Name, w.Network, w.Witness = name, name, true
			w.Targets[0].Status = probes.NewStatus(probes.Policy{Down: 5, Of: 5, Up: 1, Stale: time.Minute}, probes.Unknown, time.Time{}).
				Add(probes.Result{Start: friday, Err: err})
			s = append(s, w)
		}
		s[0].Targets[0].Status = s[1].Targets[0].Status
		return s
	}
	store := new(journal.Memory)
	v := NewVerdicts(store, "shop")
	for _, err := range []error{nil, refused, refused, nil, nil, refused} {
		if err := v.Record(t.Context(), friday.Add(time.Second), look(err)); err != nil {
			t.Fatal(err)
		}
	}
	records, err := store.Read(t.Context(), InstanceStream("shop"), 0, 0)
	if err != nil || len(records) != 3 {
		t.Fatalf("%d records, %v; want blind, sees again, blind", len(records), err)
	}
	if got, want := string(records[0].Body), `{"sight":{"blind":true,"since":"2026-11-27T18:00:00Z","witnesses":["resolver-a","resolver-b"]}}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	again := NewVerdicts(store, "shop") // a restart does not forget
	if err := errors.Join(again.Load(t.Context()), again.Record(t.Context(), friday.Add(time.Second), look(refused))); err != nil {
		t.Fatal(err)
	}
	if records, _ = store.Read(t.Context(), InstanceStream("shop"), 0, 0); len(records) != 3 {
		t.Errorf("%d records, want no other: it was blind before the restart, and is", len(records))
	}
}
