package daemon

import (
	"slices"
	"testing"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/gates"
)

func TestChangesInBrief(t *testing.T) {
	t.Parallel()
	old := &config.Config{Checks: []config.Check{{Name: "a", Up: 1}, {Name: "b", Pos: config.Pos{Line: 3}}, {Name: "c"}}, Gates: []config.Gate{{Name: "g"}},
		Calendars: []config.Calendar{{Settings: calendar.Settings{Name: "k"}, Pos: config.Pos{Line: 7}}}}
	next := &config.Config{Checks: []config.Check{{Name: "b", Pos: config.Pos{Line: 4}}, {Name: "a", Up: 2}, {Name: "d"}},
		Gates: []config.Gate{{Name: "g", May: []gates.Verb{gates.Close}}}, Writers: []string{"mia"},
		Calendars: []config.Calendar{{Settings: calendar.Settings{Name: "k", Timezone: "UTC"}, Pos: config.Pos{Line: 8}}}}
	want := []string{"check a", "check d is new", "check c is gone", "calendar k", "gate g", "writers"}
	if got := changes(old, next); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := changes(next, next); len(got) > 0 {
		t.Errorf("nothing has changed, and it says %q", got)
	}
	if next.Checks[0].Pos.Line != 4 {
		t.Error("to compare changes a configuration")
	}
}
