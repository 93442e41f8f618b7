package emulator

import "time"

// advance computes everything that happened up to now.
func (m *Model) advance(now time.Time) {
	if now.After(m.now) {
		m.now = now
	}
}
