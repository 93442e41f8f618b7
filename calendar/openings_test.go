package calendar_test

import (
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

// Where nothing is ever clear for so long, the end of what was searched is no opening.
func TestNoOpeningIsLongEnough(t *testing.T) {
	t.Parallel()
	c, err := calendar.New(calendar.Settings{Name: "office", Timezone: "Asia/Tokyo", Windows: []calendar.Window{
		{Name: "closed", Selector: calendar.Selector{Outside: &calendar.Outside{Days: []string{"mon-fri"}, Hours: []string{"09:00-17:00"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	now := at(t, "2026-11-17T01:00:00Z")
	if got, ok := c.With(nil, now).Opening(now, now, 9*time.Hour); ok {
		t.Errorf("an opening of nine hours at %v", got)
	}
	if got, ok := c.With(nil, now).Opening(now, now, 8*time.Hour); !ok || !got.Equal(at(t, "2026-11-18T00:00:00Z")) {
		t.Errorf("an opening of eight hours at %v, %v", got, ok)
	}
}
