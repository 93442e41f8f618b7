package daemon

import (
	"cmp"
	"fmt"
	"reflect"

	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// questions are the checks of a configuration, made ready to be asked.
type questions struct {
	egress config.Egress
	env    kinds.Env
	asked  map[string]question // by name
	list   []probes.Check      // in the order of the configuration
}

// question is a check and what it was made from.
type question struct {
	from  config.Witness
	check probes.Check
}

// Checks makes the checks and witnesses of cfg ready to be asked.
func Checks(cfg *config.Config, w World) ([]probes.Check, error) {
	q, err := newQuestions(cfg, nil, w)
	if err != nil {
		return nil, err
	}
	return q.list, nil
}

// newQuestions makes the checks of cfg. Those that were the same before, which
// may be nil, are taken over: to make thousands anew takes seconds, and the
// monitor lets alone what is the same.
func newQuestions(cfg *config.Config, before *questions, w World) (*questions, error) {
	if before == nil || before.egress != cfg.Egress {
		before = &questions{env: w.Env(cfg)}
	}
	q := &questions{cfg.Egress, before.env, map[string]question{}, make([]probes.Check, 0, len(cfg.Checks)+len(cfg.Witnesses))}
	for _, c := range cfg.Checks {
		if err := q.add(config.Witness{Check: c}, false, before); err != nil {
			return nil, err
		}
	}
	for _, w := range cfg.Witnesses {
		if err := q.add(w, true, before); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func (q *questions) add(from config.Witness, witness bool, before *questions) error {
	from.Pos = config.Pos{} // to stand in another line changes nothing
	old, known := before.asked[from.Name]
	if !known || old.check.Witness != witness || !reflect.DeepEqual(old.from, from) {
		check, err := newCheck(from.Check, q.env)
		if err != nil {
			return err
		}
		check.Witness, check.Network = witness, from.Network
		old = question{from, check}
	}
	q.asked[from.Name] = old
	q.list = append(q.list, old.check)
	return nil
}

func newCheck(c config.Check, env kinds.Env) (probes.Check, error) {
	probe, err := c.Settings.Probe(env)
	if err != nil {
		return probes.Check{}, fmt.Errorf("check %s: %w", c.Name, err)
	}
	policy := probes.DefaultPolicy(c.Every, c.Timeout)
	policy.Down, policy.Of, policy.Up = c.Down.N, c.Down.Of, c.Up
	timetable := c.Cron
	if timetable != "" {
		timetable += " " + cmp.Or(c.Timezone, "UTC")
	}
	return probes.Check{Name: c.Name, Kind: c.Kind, Schedule: c.Schedule, Every: c.Every, Cron: timetable,
		Timeout: c.Timeout, Policy: policy, Targets: c.Settings.Targets(), Probe: probe}, nil
}
