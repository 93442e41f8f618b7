package probes

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// All are done side by side, some stay for the next, and none after dismissal.
func TestCrew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrew()
		begun := time.Now()
		var done atomic.Int32
		for range 3 {
			for range 100 {
				c.do(func() { time.Sleep(time.Second); done.Add(1) })
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if got := c.idle.Load(); got != mostIdle {
				t.Errorf("%d are idle, want %d", got, mostIdle)
			}
		}
		c.do(func() { time.Sleep(time.Second); done.Add(1) })
		c.dismiss()
		if took := time.Since(begun); done.Load() != 301 || took != 4*time.Second || c.idle.Load() != 0 {
			t.Errorf("%d done in %s, %d are idle", done.Load(), took, c.idle.Load())
		}
	})
}
