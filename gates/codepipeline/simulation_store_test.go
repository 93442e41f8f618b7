package codepipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
)

// What a journal can be like.
const (
	storeWell  int32 = iota
	storeFull        // appends fail
	storeLying       // appends are stored, and reported as failed
	storeStuck       // nothing answers before its deadline
	storeModes
)

// A fickleStore is a journal on a disk that is not always well.
type fickleStore struct {
	journal.Memory
	mode atomic.Int32
}

func (s *fickleStore) Append(ctx context.Context, r journal.Record) error {
	switch s.mode.Load() {
	case storeFull:
		return &fullError{}
	case storeLying:
		return errors.Join(s.Memory.Append(ctx, r), errors.New("input/output error"))
	case storeStuck:
		<-ctx.Done()
		return ctx.Err()
	}
	return s.Memory.Append(ctx, r)
}

func (s *fickleStore) Read(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	if s.mode.Load() == storeStuck {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Memory.Read(ctx, stream, after, limit)
}

// A chronicle is what a gate's journal says, read anew and apart from how the
// gate itself reads it.
type chronicle struct {
	records  []journal.Record
	holds    map[string]gates.Hold // of every close intended and every adoption, by intent
	opening  bool                  // the last intent is to open, and has no outcome
	orders   []gates.Override
	ends     []gates.OrderEnd
	override *gates.Override // the last order that has not been ended
	freed    []journal.Record
	allows   []gates.Allow
	letting  *gates.Allow // for which the last intent to open is; nil: for all
	through  string       // the hold through which one was let in last
	passing  bool         // a transition was enabled for one execution and has not been disabled since
}

func chronicleOf(ctx context.Context, s *fickleStore, stream string) (c chronicle, err error) {
	if c.records, err = s.Memory.Read(ctx, stream, 0, 0); err != nil {
		return c, err
	}
	c.holds = map[string]gates.Hold{}
	for _, r := range c.records {
		kind, body := r.Kind, r.Body
		if kind == "late" {
			var late struct {
				Kind string
				Body json.RawMessage
			}
			if err := json.Unmarshal(body, &late); err != nil {
				return c, err
			}
			kind, body = late.Kind, late.Body
		}
		if err := c.add(r, kind, body); err != nil {
			return c, err
		}
	}
	return c, journal.Verify(c.records)
}

// ordered is what a person's order in force at t wants; Keep: there is none.
func (c chronicle) ordered(t time.Time) gates.State {
	if c.override == nil || !t.Before(c.override.Expires) {
		return gates.Keep
	}
	return c.override.Wants()
}

// bare tells whether a hold stands for an order alone, which a person really
// gave before it began.
func (c chronicle) bare(h gates.Hold) bool {
	return bareOf(h) && h.Black || len(h.Checks) == 0 && slices.ContainsFunc(c.orders, func(o gates.Override) bool {
		return o.ID == h.Order && o.Wants() == gates.Closed && !h.Began.Before(o.At)
	})
}

// bareOf tells whether a hold says that production had no part in it.
func bareOf(h gates.Hold) bool { return len(h.Checks) == 0 && (h.Order != "" || h.Black) }

// oldRead tells whether a close before this one followed an old read: then this
// one may have to remember it.
func (c chronicle) oldRead(but string) bool {
	for id, h := range c.holds {
		if id != but && h.OldRead {
			return true
		}
	}
	return false
}

func (c *chronicle) add(r journal.Record, kind string, body json.RawMessage) error {
	var err error
	switch kind {
	case "intent":
		var i gates.Intent
		err = json.Unmarshal(body, &i)
		c.opening, c.letting = i.Verb == gates.Open, i.Allow
		c.passing = c.passing || i.Allow != nil
		if i.Hold != nil {
			c.holds[i.ID] = *i.Hold
		}
	case "outcome":
		var o gates.Outcome
		err = json.Unmarshal(body, &o)
		c.opening, c.letting = false, nil
		if o.Result == gates.Done && o.Seen != nil && !o.Seen.Enabled {
			c.passing = false
		}
		if o.Result == gates.Done && o.Seen != nil && o.Seen.Enabled {
			c.freed = append(c.freed, r)
		}
	case "adopt":
		var a struct{ Hold gates.Hold }
		err = json.Unmarshal(body, &a)
		c.holds[a.Hold.Intent] = a.Hold
	case "release":
		c.freed = append(c.freed, r)
	case "override":
		var o gates.Override
		err = json.Unmarshal(body, &o)
		c.orders = append(c.orders, o)
		c.override = &o
	case "override-end":
		var e gates.OrderEnd
		err = json.Unmarshal(body, &e)
		c.ends = append(c.ends, e)
		if c.override != nil && c.override.ID == e.ID {
			c.override = nil
		}
	case "allow":
		var a gates.Allow
		err = json.Unmarshal(body, &a)
		c.allows = append(c.allows, a)
	case "allow-end":
		var e gates.AllowEnd
		err = json.Unmarshal(body, &e)
		c.allows = slices.DeleteFunc(c.allows, func(a gates.Allow) bool { return a.ID == e.ID })
	case "passage":
		var p gates.Passage
		err = json.Unmarshal(body, &p)
		c.through = p.Hold
	case "extend":
		var x struct{ Hold gates.Hold }
		err = json.Unmarshal(body, &x)
		c.holds[x.Hold.Intent] = x.Hold
	}
	return err
}
