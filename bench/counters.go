package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// counters of runs that passed.
type counters struct {
	runs atomic.Int64
	took atomic.Int64 // ns, all of them
}

func (c *counters) count(took time.Duration) {
	c.took.Add(int64(took))
	c.runs.Add(1)
}

// ServeHTTP tells the counters by the names that andon gives them.
func (c *counters) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintf(w, "%s %d\n%s %g\n", runsName, c.runs.Load(), tookName, time.Duration(c.took.Load()).Seconds())
}
