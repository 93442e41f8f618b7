package probes

import (
	"testing"
	"time"
)

// A day that never comes would be due at once, and again for ever.
func TestTimetableOfNoDay(t *testing.T) {
	t.Parallel()
	for spec, ok := range map[string]bool{"*/5 9-18 * * mon-fri": true, "0 0 29 2 *": true, "@hourly": true, "@every 1h": true,
		"0 0 30 2 *": false, "0 0 31 4,6,9,11 *": false, "0 0 * *": false, ", 0 * * *": false, "TZ=Asia/Tokyo": false} {
		if _, err := Timetable(spec, time.UTC); (err == nil) != ok {
			t.Errorf("%q: %v", spec, err)
		}
	}
}
