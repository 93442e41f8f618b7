package daemon

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
)

// KindReload is the kind of a ReloadRecord, in the instance's stream.
const KindReload = "reload"

// A ReloadRecord says which writer ordered a reload, and what came of it.
type ReloadRecord struct {
	Actor   string   `json:"actor"`
	Changed []string `json:"changed,omitempty"` // in brief, such as "check storefront"
	Refused string   `json:"refused,omitempty"` // why the configuration before stays
}

// record writes r to the stream that verdicts are written to as well: who was
// second reads on and tries again.
func (d *Daemon) record(ctx context.Context, r ReloadRecord) error {
	const deadline, tries = 5 * time.Second, 5
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	log, _, err := journal.Open(ctx, d.store, gates.InstanceStream(d.cfg().Instance))
	for range tries {
		if err != nil {
			return err
		}
		if _, err = log.Append(ctx, time.Now(), KindReload, r); !errors.Is(err, journal.ErrConflict) {
			return err
		}
		_, err = log.CatchUp(ctx)
	}
	return errors.Join(err, fmt.Errorf("others wrote to the journal first, %d times", tries))
}

// changes names what differs between two configurations, a long list cut short.
func changes(old, next *config.Config) []string {
	const most = 50
	var all []string
	differ(&all, "check", old.Checks, next.Checks, func(c *config.Check) (string, *config.Pos) { return c.Name, &c.Pos })
	differ(&all, "witness", old.Witnesses, next.Witnesses, func(w *config.Witness) (string, *config.Pos) { return w.Name, &w.Pos })
	differ(&all, "calendar", settingsOf(old), settingsOf(next), func(s *calendar.Settings) (string, *config.Pos) { return s.Name, new(config.Pos) })
	differ(&all, "gate", old.Gates, next.Gates, func(g *config.Gate) (string, *config.Pos) { return g.Name, &g.Pos })
	for _, s := range []struct {
		key       string
		old, next any
	}{
		{"hosts", old.Hosts, next.Hosts}, {"max_opens", old.MaxOpens, next.MaxOpens}, {"principals", old.Principals, next.Principals},
		{"machines", old.Machines, next.Machines}, {"writers", old.Writers, next.Writers}, {"egress", old.Egress, next.Egress},
	} {
		if !reflect.DeepEqual(s.old, s.next) {
			all = append(all, s.key)
		}
	}
	if n := len(all) - most; n > 0 {
		all = append(all[:most], fmt.Sprintf("and %d more", n))
	}
	return all
}

// differ appends the names of what is new, gone or not as it was; to stand at
// another line is no difference.
func differ[T any](all *[]string, what string, old, next []T, of func(*T) (string, *config.Pos)) {
	before := map[string]T{}
	for _, v := range old {
		name, pos := of(&v)
		*pos = config.Pos{}
		before[name] = v
	}
	for _, v := range next {
		name, pos := of(&v)
		*pos = config.Pos{}
		switch was, known := before[name]; {
		case !known:
			*all = append(*all, what+" "+name+" is new")
		case !reflect.DeepEqual(was, v):
			*all = append(*all, what+" "+name)
		}
		delete(before, name)
	}
	for _, v := range old {
		name, _ := of(&v)
		if _, gone := before[name]; gone {
			*all = append(*all, what+" "+name+" is gone")
		}
	}
}

func settingsOf(cfg *config.Config) []calendar.Settings {
	all := make([]calendar.Settings, len(cfg.Calendars))
	for i, c := range cfg.Calendars {
		all[i] = c.Settings
	}
	return all
}
