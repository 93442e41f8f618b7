package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Rate is at most N in any window of length Per.
type Rate struct {
	N   int
	Per time.Duration
}

// Limits of a rate. None at all would be a gate that may not open, which `may`
// says better.
const (
	maxRateN   = 1000
	minRatePer = time.Second
	maxRatePer = 24 * time.Hour
)

// UnmarshalText reads `10 per 10m`.
func (r *Rate) UnmarshalText(text []byte) error {
	first, second, _ := strings.Cut(string(text), "per")
	n, err := strconv.Atoi(strings.TrimSpace(first))
	per, err2 := time.ParseDuration(strings.TrimSpace(second))
	if err != nil || err2 != nil {
		return fmt.Errorf("want a number per duration like 10 per 10m")
	}
	*r = Rate{n, per}
	return nil
}

// String is what UnmarshalText reads.
func (r Rate) String() string { return fmt.Sprintf("%d per %s", r.N, brief(r.Per)) }

func (d *decoder) checkRate(p path, r Rate) {
	if r.N < 1 || r.N > maxRateN || r.Per < minRatePer || r.Per > maxRatePer {
		d.report(p, "want 1 to %d per %s to %s, like 10 per 10m, got %q", maxRateN, brief(minRatePer), brief(maxRatePer), r.String())
	}
}
