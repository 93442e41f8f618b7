package probes

import (
	"context"
	"time"
)

// Once makes one run of c against t now, as a Monitor would make it: with the
// check's timeout, a panic counted as a failure, and inconclusive where ctx
// ended it.
func (c *Check) Once(ctx context.Context, t Target) Result {
	return run1(ctx, &entry{check: c, target: t}, time.Now())
}
