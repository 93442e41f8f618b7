package gates

import "testing"

// L4: enforced is what AWS shows and the decision wants, looked at just now.
// What is not, and could be, is looked at again soon.
func TestEnforced(t *testing.T) {
	t.Parallel()
	writes := Gate{May: []Verb{Close, Open}}
	enabled, disabled := Seen{Begun: friday, Enabled: true}, Seen{Begun: friday}
	limited := []Reason{{Code: "limited"}}
	for _, c := range []struct {
		name     string
		r        Report
		enforced bool
		wakes    bool
	}{
		{"closed and disabled", Report{Gate: writes, Fresh: true, Seen: disabled, Decision: Decision{State: Closed}}, true, false},
		{"closed and enabled", Report{Gate: writes, Fresh: true, Seen: enabled, Decision: Decision{State: Closed}}, false, true},
		{"open and enabled", Report{Gate: writes, Fresh: true, Seen: enabled, Decision: Decision{State: Opened}}, true, false},
		{"open and disabled, by a person perhaps", Report{Gate: writes, Fresh: true, Seen: disabled, Decision: Decision{State: Opened}}, false, false},
		{"keep", Report{Gate: writes, Fresh: true, Seen: disabled}, true, false},
		{"not read in this tick", Report{Gate: writes, Seen: disabled, Decision: Decision{State: Closed}}, false, true},
		{"never read", Report{Gate: writes, Fresh: true}, false, false},
		{"observing", Report{Fresh: true, Seen: disabled, Decision: Decision{State: Closed}}, false, false},
		{"a look that we refused ourselves", Report{Gate: writes, Seen: enabled, Problems: limited}, false, false},
		{"a close that we refused ourselves", Report{Gate: writes, Seen: enabled, Decision: Decision{State: Closed}, Problems: limited}, false, true},
	} {
		if got := c.r.enforced(); got != c.enforced {
			t.Errorf("%s: enforced %v", c.name, got)
		}
		c.r.Enforced = c.r.enforced()
		if got := c.r.Wakes(); got != c.wakes {
			t.Errorf("%s: wakes %v", c.name, got)
		}
	}
}
